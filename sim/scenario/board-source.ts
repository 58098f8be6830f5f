import { type BoardFile, boardFile } from '../device/board-file.ts';
import { ScenarioError } from './fault.ts';
import { findings } from './issues.ts';
import { readSource } from './source.ts';

/** Reads and checks a board file that stands alone. @throws ScenarioError with every fault and its place. */
export function readBoardFile(file: string, bytes: Uint8Array): BoardFile {
  const source = readSource(file, bytes);
  const read = boardFile.safeParse(source.value);
  if (read.success) return read.data;
  throw new ScenarioError(
    findings(read.error, boardFile, source.value).map(({ path, message, at }) => source.fault(path, message, at)),
  );
}

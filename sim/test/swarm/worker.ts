import { workerData } from 'node:worker_threads';
import { type Examined, examine } from './examine.ts';

/** What every worker of the swarm is given at its start. */
export interface WorkerSetup {
  readonly dataDir: string;
  /** Folder for results that are written and verified. */
  readonly results: string;
}

export interface ExamineJob {
  readonly text: string;
  /** Whether it is also run and verified as by the command line. */
  readonly asCommands: boolean;
}

const setup = workerData as WorkerSetup;

/** What a worker thread of the swarm runs: one scenario after another. */
export default function answer({ text, asCommands }: ExamineJob): Promise<Examined> {
  return examine(text, { dataDir: setup.dataDir, results: asCommands ? setup.results : undefined });
}

import { InputError } from '../kernel/errors.ts';

/** A way into a scenario: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** Something wrong in a scenario, with where it stands. */
export interface Fault {
  /** "scenarios/a.yaml:12:9", or "--set" for what the command line gave. */
  readonly place: string;
  /** For sorting: position in the file. */
  readonly line: number;
  readonly column: number;
  /** "network.links.home-wifi.loss"; empty for the whole. */
  readonly path: string;
  /** "expected 0 % to 100 %, got 140 %". */
  readonly message: string;
}

const SHOWN = 20;

/** A scenario that cannot be run: every fault with its place, one a line, in the order of the file. */
export class ScenarioError extends InputError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[], options: { readonly shown?: number } = {}) {
    const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(listFaults(sorted, options.shown ?? SHOWN));
    this.faults = sorted;
  }
}

export function listFaults(faults: readonly Fault[], shown = Number.POSITIVE_INFINITY): string {
  const lines = faults.slice(0, shown).map(faultText);
  if (faults.length > shown) lines.push(`... and ${faults.length - shown} more; g2t check lists them all`);
  return lines.join('\n');
}

/** Returns a fault as one line: line ends in what was written are escaped, or a value could pass for another message. */
export function faultText({ place, path, message }: Fault): string {
  const text = path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
  return text.replaceAll('\n', '\\n');
}

export function pathText(path: Path): string {
  return path.join('.');
}

/** Exit codes of the command line, by cause. */
export const EXIT = { done: 0, failed: 1, input: 2, interrupted: 130 } as const;

/** The base of every error that a person is meant to read: one clear message, no stack shown. */
export class G2tError extends Error {
  readonly exitCode: number;
  constructor(message: string, options: { readonly exitCode: number; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode;
  }
}

/** The input is wrong: a usage, a scenario, a data file. The message names the place, what was expected and what came. */
export class InputError extends G2tError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { exitCode: EXIT.input, cause: options.cause });
  }
}

/** A run, a check against a reference, or the machine failed. */
export class RunError extends G2tError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { exitCode: EXIT.failed, cause: options.cause });
  }
}

/** The firmware answered with an error status, or trapped. */
export class FirmwareError extends RunError {
  readonly device: number;
  readonly at: number;
  readonly status: string;
  constructor(fault: {
    readonly device: number;
    readonly at: number;
    readonly status: string;
    readonly cause?: unknown;
  }) {
    super(`device ${fault.device} at ${fault.at / 1e9} s: firmware status ${fault.status}`, { cause: fault.cause });
    this.device = fault.device;
    this.at = fault.at;
    this.status = fault.status;
  }
}

/** Checks our own reasoning; always on. Expected X to be Y, got Z. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

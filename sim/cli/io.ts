/** The world as a command sees it, so that tests can run one in-process. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Set when the person asked to stop (Ctrl-C): a command ends soon, and leaves nothing half-written. */
  readonly interrupt: AbortSignal;
}

export interface Output {
  write(text: string): unknown;
  /** Where it is a terminal, that terminal, for progress bars, which move its cursor. What is written there directly is not escaped. */
  readonly terminal?: NodeJS.WriteStream | undefined;
}

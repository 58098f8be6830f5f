import type { Config } from './messages.ts';

/** The defaults of algorithms.md, sections A1 (in Opt-OVO) and C.2. */
export const DEFAULT_CONFIG: Config = {
  learner: 0,
  variant: 0,
  codec: 0,
  first: 1,
  second: 0,
  thresholdBase: 1,
  thresholdLimit: 64,
  qualityFloor: 1 / 64,
  referenceMicroseconds: 24_096,
  referenceBytes: 512,
  holdMilliseconds: 60_000,
  ackMilliseconds: 0,
};

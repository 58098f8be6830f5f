import type { Manifest } from './store.ts';

/** What a manifest says of the machine and of the time that a run took on it, from `started` (performance.now) until now. */
export function hostFacts(started: number, threads: number): Manifest['host'] {
  return {
    threads,
    wall_s: (performance.now() - started) / 1000,
    rss_bytes: process.resourceUsage().maxRSS * 1024,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

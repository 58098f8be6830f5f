import type { Path } from './fault.ts';
import { MAX_DEVICES } from './fleet-options.ts';
import { profileNames } from './fragments.ts';
import type { Scenario } from './schema.ts';
import { didYouMean } from './suggest.ts';

/** The most devices that can have a WebAssembly instance each: every one reserves about 8 GB of address space. */
export const MAX_ISOLATED = 1000;

/** What no single key can tell: faults between keys. */
export function checkScenario(scenario: Scenario, report: (path: Path, message: string) => void): void {
  const { fleet, network, isolation } = scenario;
  const devices = fleet.reduce((sum, { count }) => sum + count, 0);
  if (devices > MAX_DEVICES) report(['fleet'], `expected at most ${MAX_DEVICES} devices, got ${devices}`);
  if (isolation === 'instance' && devices > MAX_ISOLATED) {
    report(['isolation'], `expected at most ${MAX_ISOLATED} devices with isolation: instance, got ${devices}`);
  }
  const links = [...Object.keys(network.links), ...profileNames];
  for (const [index, { link }] of fleet.entries()) {
    if (links.includes(link)) continue;
    report(
      ['fleet', index, 'link'],
      `expected a name under network.links or a built-in profile, got ${link}${didYouMean(link, links)}`,
    );
  }
}

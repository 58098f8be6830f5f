import { didYouMean } from '../kernel/suggest.ts';
import { knownLinks, resolveNetwork } from '../net/options.ts';
import type { Path } from './fault.ts';
import { MAX_DEVICES, targetOf } from './fleet-options.ts';
import type { Scenario } from './schema.ts';
import { combinationsOf, MOST_COMBINATIONS, plannedVariants } from './variants.ts';
import { estimateWorkload, excess } from './workload.ts';

/** The most devices that can have a WebAssembly instance each: every one reserves about 8 GB of address space. */
export const MAX_ISOLATED = 1000;

/** The longest name of a variant: charts have no more room. */
const MOST_LETTERS = 40;
/** The most processes or emulators of one group. */
const MAX_LIVE = 16;

export type Report = (path: Path, message: string, at?: 'key' | 'value') => void;

/** What no single key can tell: faults between keys. */
export function checkScenario(scenario: Scenario, report: Report): void {
  const { fleet, isolation } = scenario;
  const devices = fleet.reduce((sum, { count }) => sum + count, 0);
  if (devices > MAX_DEVICES) report(['fleet'], `expected at most ${MAX_DEVICES} devices, got ${devices}`);
  if (isolation === 'instance' && devices > MAX_ISOLATED) {
    report(['isolation'], `expected at most ${MAX_ISOLATED} devices with isolation: instance, got ${devices}`);
  }
  for (const index of fleet.keys()) checkGroup(scenario, index, report);
  checkLive(scenario, report);
  checkMethod(scenario, devices, report);
  checkPartition(scenario, report);
  checkCompare(scenario, report);
  for (const estimate of estimateWorkload({ ...scenario, network: resolveNetwork(scenario.network) })) {
    const message = excess(estimate);
    if (message !== undefined) report(estimate.path, message);
  }
}

/** Real and emulated boards: each is one process, emulator or port, and cannot be run again for a variant. */
function checkLive({ fleet, isolation, compare }: Scenario, report: Report): void {
  for (const [index, group] of fleet.entries()) {
    const target = targetOf(group);
    if (target === undefined) {
      if (group.model !== undefined)
        report(['fleet', index, 'model'], 'expected none beside a simulated board, which is its own model', 'key');
      continue;
    }
    const most = target.kind === 'serial' ? 1 : MAX_LIVE;
    if (group.count > most) {
      const what = target.kind === 'serial' ? '1, for a serial port is one board' : `at most ${most} of them`;
      report(['fleet', index, 'count'], `expected ${what}, got ${group.count}`);
    }
    if (isolation === 'instance')
      report(['isolation'], 'expected pooled beside a real or emulated board, got instance');
    if (compare.length > 0)
      report(
        ['compare'],
        `expected no variants beside ${group.board}: a run with a real or emulated board cannot be repeated`,
      );
  }
}

function checkCompare({ name: own, compare }: Scenario, report: Report): void {
  for (const [index, { each }] of compare.entries()) {
    const count = each === undefined ? 0 : combinationsOf(each);
    if (count > MOST_COMBINATIONS)
      report(['compare', index, 'each'], `expected at most ${MOST_COMBINATIONS} combinations, got ${count}`);
  }
  const planned = plannedVariants(compare);
  const bases = [own, ...planned.filter(({ against }) => against === undefined).map(({ name }) => name)];
  const taken = new Set([own]);
  for (const { index, name, against } of planned) {
    if (taken.has(name)) report(['compare', index, 'name'], `expected names that differ, got ${name} again`);
    if (name.length > MOST_LETTERS)
      report(['compare', index, 'name'], `expected names of at most ${MOST_LETTERS} letters, got ${name}`);
    taken.add(name);
    if (against === undefined || bases.includes(against)) continue;
    const expected = `expected a run that is against no other (${bases.join(', ')})`;
    report(['compare', index, 'against'], `${expected}, got ${against}`);
  }
}

/** A partition gives each device rows of its own by number; `holds` gives it whole classes. */
function checkPartition({ partition, method, fleet }: Scenario, report: Report): void {
  if (partition === 'none') return;
  if (method.name === 'g2t') {
    report(
      ['partition'],
      'expected none with method g2t, whose devices are sent rows or hold whole classes (fleet.holds)',
    );
  }
  for (const [index, { holds }] of fleet.entries()) {
    if (holds === 'none') continue;
    report(['fleet', index, 'holds'], 'expected none beside `partition`, which says what rows each device has');
  }
}

function checkMethod({ method, fleet, partition }: Scenario, devices: number, report: Report): void {
  if (method.name !== 'g2t') {
    checkExchange(method, devices, report);
    if (partition === 'none' && fleet.every(({ holds }) => holds === 'none')) {
      report(
        ['method', 'name'],
        `expected a \`partition\` for ${method.name}, which trains on the devices’ own rows, got none`,
      );
    }
    return;
  }
  for (const [index, { device }] of (method.manual ?? []).entries()) {
    if (device < devices) continue;
    report(['method', 'manual', index, 'device'], `expected a device from 0 to ${devices - 1}, got ${device}`);
  }
  const holder = fleet.findIndex(({ holds }) => holds !== 'none');
  const { learner } = method;
  if (holder >= 0 && learner.name === 'opt-sgd' && learner.variant === 'as-published') {
    const expected = 'expected one that trains on held rows, for the fault of as-published reaches into the next row';
    report(['method', 'learner', 'variant'], `${expected}, got as-published and rows held by fleet.${holder}`);
  }
  if (method.rows === 'held' && holder < 0) {
    report(['method', 'rows'], 'expected some fleet group to hold rows (holds: all, say), got held and none that does');
  }
}

/** Rounds that could never have all the answers that they need. */
function checkExchange(method: Exclude<Scenario['method'], { name: 'g2t' }>, devices: number, report: Report): void {
  if (method.name === 'asgd' || method.name === 'gaia') return;
  const { quorum } = method;
  if (quorum !== undefined && quorum > devices)
    report(['method', 'quorum'], `expected at most the ${devices} devices of the fleet, got ${quorum}`);
  if (method.name !== 'ssgd' || method.backup === 0) return;
  if (quorum !== undefined) report(['method', 'backup'], 'expected none beside `quorum`, which says the same');
  if (method.backup >= devices)
    report(['method', 'backup'], `expected fewer than the ${devices} devices of the fleet, got ${method.backup}`);
}

function checkGroup({ fleet, network }: Scenario, index: number, report: Report): void {
  const { link, 'access-point': accessPoint } = fleet[index]!;
  const links = knownLinks(network);
  if (!links.includes(link)) {
    const hint = didYouMean(link, links) || `; built in are ${links.join(', ')}`;
    report(['fleet', index, 'link'], `expected a name under network.links or a built-in profile, got ${link}${hint}`);
    return;
  }
  if (accessPoint === undefined) return;
  const profile = resolveNetwork(network).profiles.find(({ name }) => name === link);
  if (profile?.shareable === false) {
    report(['fleet', index, 'access-point'], `expected none, for devices on ${link} cannot share an access point`);
  }
  const points = Object.keys(network['access-points']);
  if (typeof accessPoint === 'string' && !points.includes(accessPoint)) {
    const hint = didYouMean(accessPoint, points);
    report(['fleet', index, 'access-point'], `expected a name under network.access-points, got ${accessPoint}${hint}`);
  }
}

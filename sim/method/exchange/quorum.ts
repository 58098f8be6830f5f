/**
 * How many answers a round needs of `members` devices: the scenario has been checked against the fleet, of which some
 * may take no part.
 */
export function quorumOf(members: number, quorum: number | undefined, backup = 0): number {
  return Math.max(1, Math.min(quorum ?? members - backup, members));
}

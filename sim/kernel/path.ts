/**
 * Whether a path that is taken from a folder stays below it by its text alone: relative on every system, without a step up
 * (`..`) and without a NUL. Symbolic links are not looked at.
 */
export function staysBelow(path: string): boolean {
  if (/^([/\\]|[A-Za-z]:)|\0/.test(path)) return false;
  return !path.split(/[/\\]/).includes('..');
}

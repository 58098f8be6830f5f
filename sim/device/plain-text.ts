/** The most characters of foreign text that an error shows. */
const LONGEST = 120;

/** Text from a foreign file for an error: on one line, in printable ASCII, all else escaped, and cut. */
export function plainText(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return cut.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

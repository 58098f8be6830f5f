/**
 * Characters that a terminal obeys instead of showing them: control characters other than line end and tab, separators of lines and paragraphs,
 * marks that turn the direction of text, halves of surrogate pairs.
 */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}\ufeff]/gu;

/** Returns text with control characters as `\u001b`. JSON stays JSON of the same value, since such characters stand only inside its strings. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

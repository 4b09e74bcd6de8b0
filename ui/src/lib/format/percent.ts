/** Shares as people read them. Unknown is never a number. */

/**
 * Whole percent of a share.
 *
 * Only what is empty reads 0 and only what is full reads 100: rounding must not turn a last bit into nothing,
 * nor a window that is in use into an untouched one. Full is 99.99 % and more, as the engine counts it.
 */
export function wholePercent(share: number): number {
  if (share <= 0) return 0;
  if (share >= 0.9999) return 100;
  return Math.min(99, Math.max(1, Math.round(share * 100)));
}

/** A sentence in which no figure is parted from its percent sign at the end of a line. */
export function keepFigures(sentence: string): string {
  return sentence.replaceAll(/(\d) %/g, '$1\u202f%');
}

/** `58 %`, in the way of the language; a dash for unknown. */
export function percent(share: number | null, words: { percent: (whole: number) => string }): string {
  return share === null ? '–' : words.percent(wholePercent(share));
}

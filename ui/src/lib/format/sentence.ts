/** A remark of the engine, which may stand within a longer one, as a sentence of its own. */
export function asSentence(remark: string): string {
  const begun = remark.charAt(0).toLocaleUpperCase() + remark.slice(1);
  if (/[.!?。！？]$/u.test(begun)) return begun;
  return `${begun}${/\p{Script=Han}/u.test(begun) ? '。' : '.'}`;
}

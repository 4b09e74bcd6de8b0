/** Remarks of the engine begin as they do in a list, after a name; here they stand alone. */

/** The remark, begun as a sentence is. */
export function begun(remark: string): string {
  return remark.charAt(0).toLocaleUpperCase() + remark.slice(1);
}

/** The remark, begun and ended as a sentence is. */
export function asSentence(remark: string): string {
  const sentence = begun(remark);
  if (/[.!?。！？]$/u.test(sentence)) return sentence;
  return `${sentence}${/\p{Script=Han}/u.test(sentence) ? '。' : '.'}`;
}

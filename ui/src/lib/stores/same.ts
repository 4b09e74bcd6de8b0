/** Keeps what did not change, so that only what did is drawn anew. */

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values of a JSON document say the same. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => sameJson(value, other[index]));
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => sameJson(one[key], other[key]));
}

/** `next`, with every entry that says the same as before replaced by the very object of before. */
export function keepSame<Entry extends { id: string }>(
  before: readonly Entry[],
  next: readonly Entry[],
): Entry[] {
  const known = new Map(before.map((entry) => [entry.id, entry]));
  return next.map((entry) => {
    const old = known.get(entry.id);
    return old !== undefined && sameJson(old, entry) ? old : entry;
  });
}

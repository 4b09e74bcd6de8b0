/** The words for a count of one, or for any other count. */
export const plural = (count: number, one: string, other: string): string => (count === 1 ? one : other);

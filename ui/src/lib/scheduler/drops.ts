/**
 * Whose use the quota went into: drops added up by credential, group and window.
 *
 * Works on the drops of a history document; knows nothing of words or colours.
 */
import type { DropView } from '../ipc/backend';

/** Who used quota. */
export const users = ['warmup', 'proxy', 'elsewhere'] as const;
export type User = (typeof users)[number];

/** One window's use, in points. */
export interface Use {
  key: string;
  credential: string;
  group: string;
  window: string;
  total: number;
  by: Record<User, number>;
}

/** The use of each window, the largest first. What nobody known used was used elsewhere. */
export function useOf(drops: readonly DropView[]): Use[] {
  const found = new Map<string, Use>();
  for (const { credential, group, window, points, by } of drops) {
    const key = `${credential} ${group} ${window}`;
    let use = found.get(key);
    if (!use) {
      use = { key, credential, group, window, total: 0, by: { warmup: 0, proxy: 0, elsewhere: 0 } };
      found.set(key, use);
    }
    use.total += points ?? 0;
    use.by[users.find((user) => user === by) ?? 'elsewhere'] += points ?? 0;
  }
  return [...found.values()].sort((one, other) => other.total - one.total);
}

/**
 * What the command palette offers, and what of it answers to what was typed.
 *
 * A pure list: running an entry, and drawing it, belong to the palette.
 */
export type Section = 'pages' | 'actions' | 'credentials' | 'warmups';
export const sections: readonly Section[] = ['actions', 'pages', 'credentials', 'warmups'];

export interface Entry {
  id: string;
  section: Section;
  label: string;
  /** Words that find it although they are not in its label. */
  also?: string;
  run: () => void;
}

/** So many of a section are shown; more typed letters find the others. */
const few: Record<Section, number> = { actions: 12, pages: 12, credentials: 6, warmups: 3 };
const many = 12;

/** How well an entry answers: 0 not at all, more is better. Every word has to be found. */
export function score(entry: Entry, typed: string): number {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const label = entry.label.toLocaleLowerCase();
  const all = `${label} ${(entry.also ?? '').toLocaleLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return 0;
  const [first = ''] = words;
  if (label.startsWith(first)) return 3;
  return label.split(/[\s(·:]+/).some((part) => part.startsWith(first)) ? 2 : 1;
}

/** What is shown for what was typed: sections in their order, the best of each first. */
export function found(entries: readonly Entry[], typed: string): { section: Section; entries: Entry[] }[] {
  return sections
    .map((section) => ({
      section,
      entries: entries
        .filter((entry) => entry.section === section)
        .map((entry) => ({ entry, rank: score(entry, typed) }))
        .filter(({ rank }) => rank > 0)
        .sort((one, other) => other.rank - one.rank)
        .slice(0, typed.trim() === '' ? few[section] : many)
        .map(({ entry }) => entry),
    }))
    .filter(({ entries: shown }) => shown.length > 0);
}

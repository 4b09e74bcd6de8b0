/**
 * How the user likes to look at the overview, kept by the window or browser.
 *
 * Matters of taste only; what the program does is a setting of the engine.
 */
import { sorts, type Sort } from '../quota/arrange';

/** The part of `localStorage` that is needed; a browser may refuse it. */
export type Keep = Pick<Storage, 'getItem' | 'setItem'>;

const key = 'headroom.view';

export type By = 'credentials' | 'models';

interface Kept {
  by: By;
  sort: Sort;
  dense: boolean;
  pinned: string[];
}

const plain: Kept = { by: 'credentials', sort: 'own', dense: false, pinned: [] };

/** Reads what was kept; whatever is not of its form is as if it were never kept. */
export function readKept(text: string | null): Kept {
  let read: unknown;
  try {
    read = JSON.parse(text ?? 'null');
  } catch {
    return plain;
  }
  if (typeof read !== 'object' || read === null) return plain;
  const { by, sort, dense, pinned } = read as Record<string, unknown>;
  return {
    by: by === 'models' ? 'models' : 'credentials',
    sort: sorts.find((one) => one === sort) ?? plain.sort,
    dense: dense === true,
    pinned: Array.isArray(pinned) ? pinned.filter((id) => typeof id === 'string') : [],
  };
}

export class ViewChoice {
  by = $state<By>('credentials');
  sort = $state<Sort>('own');
  /** One line a credential instead of two. */
  dense = $state(false);
  /** Ids of the credentials that stand first, in the order in which they were pinned. */
  pinned = $state.raw<readonly string[]>([]);

  constructor(private readonly keep: Keep | null) {
    Object.assign(this, readKept(this.#read()));
  }

  /** Changes some of it, and keeps all of it. */
  choose(change: Partial<Kept>): void {
    Object.assign(this, change);
    const { by, sort, dense, pinned } = this;
    try {
      this.keep?.setItem(key, JSON.stringify({ by, sort, dense, pinned }));
    } catch {
      // A full or forbidden store: the choice holds until the page is closed.
    }
  }

  togglePin(id: string): void {
    const others = this.pinned.filter((one) => one !== id);
    this.choose({ pinned: others.length < this.pinned.length ? others : [...others, id] });
  }

  #read(): string | null {
    try {
      return this.keep?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }
}

/** The store of a window, or null where touching it is forbidden. */
export function keepOf(window: Window): Keep | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

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
}

const plain: Kept = { by: 'credentials', sort: 'own', dense: false };

/** Reads what was kept; whatever is not of its form is as if it were never kept. */
export function readKept(text: string | null): Kept {
  let read: unknown;
  try {
    read = JSON.parse(text ?? 'null');
  } catch {
    return plain;
  }
  if (typeof read !== 'object' || read === null) return plain;
  const { by, sort, dense } = read as Record<string, unknown>;
  return {
    by: by === 'models' ? 'models' : 'credentials',
    sort: sorts.find((one) => one === sort) ?? plain.sort,
    dense: dense === true,
  };
}

export class ViewChoice {
  by = $state<By>('credentials');
  sort = $state<Sort>('own');
  /** One line a credential instead of two. */
  dense = $state(false);

  constructor(private readonly keep: Keep | null) {
    Object.assign(this, readKept(this.#read()));
  }

  /** Changes some of it, and keeps all of it. */
  choose(change: Partial<Kept>): void {
    Object.assign(this, change);
    const { by, sort, dense } = this;
    try {
      this.keep?.setItem(key, JSON.stringify({ by, sort, dense }));
    } catch {
      // A full or forbidden store: the choice holds until the page is closed.
    }
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

/**
 * How the use of a window compares with its time.
 *
 * The rate and the run-out are the engine's; what moves with the clock is computed here.
 */
import type { GroupView, WindowView } from '../ipc/backend';
import { windowLevel } from './levels';

/** The share of a window's time that is gone, 0 to 1; null where its clock does not run or is not known. */
export function goneShare(window: WindowView, now: number): number | null {
  const { length_seconds: length, reset_at: reset, started } = window;
  if (length === null || length <= 0 || reset === null || started !== true) return null;
  const left = (Date.parse(reset) - now) / (length * 1000);
  return left <= 0 || left > 1 ? null : 1 - left;
}

/** How a window is used: the share of it against the share of its time. */
export interface Comparison {
  gone: number;
  used: number;
  /** Points used beyond (above zero) or below what even use would have taken. */
  ahead: number;
}

export function compare(window: WindowView, now: number): Comparison | null {
  const gone = goneShare(window, now);
  if (gone === null || window.remaining === null) return null;
  const used = 1 - window.remaining;
  return { gone, used, ahead: (used - gone) * 100 };
}

/** When a window is used up at its pace, where that is still ahead. */
export function runsOut(window: WindowView, now: number): string | null {
  const at = window.runs_out_at;
  return at !== null && at !== undefined && Date.parse(at) > now && windowLevel(window) !== 'empty'
    ? at
    : null;
}

/** The first window of a group that decides and is used up before it refills. */
export function firstRunOut(group: GroupView, now: number): { window: WindowView; at: string } | null {
  return group.windows.reduce<{ window: WindowView; at: string } | null>((first, window) => {
    const at = window.binds ? runsOut(window, now) : null;
    if (at === null) return first;
    return first === null || Date.parse(at) < Date.parse(first.at) ? { window, at } : first;
  }, null);
}

/**
 * What a number means: the one place that turns a share into a level.
 *
 * Colours, hatching and words follow from the level and belong to the components.
 */
import type { CredentialView, GroupView, WindowView } from '../ipc/backend';

/** `idle` is full with a clock that has not started; `unknown` is never a level. */
export type Level = 'enough' | 'low' | 'scarce' | 'empty' | 'idle' | 'unknown';

/** Full as the engine counts it. */
const full = 0.9999;
/** Where "enough" ends. */
const lowBelow = 1 / 3;
/** The default of the protection floor: below it a credential is as good as used. */
const scarceBelow = 0.1;

/** The level of a share; `started` is false where the window's clock is known not to run. */
export function levelOf(remaining: number | null, started: boolean | null): Level {
  if (remaining === null) return 'unknown';
  if (remaining <= 0) return 'empty';
  if (remaining >= full && started === false) return 'idle';
  if (remaining < scarceBelow) return 'scarce';
  return remaining < lowBelow ? 'low' : 'enough';
}

/** The level of one window. */
export function windowLevel(window: WindowView): Level {
  return levelOf(window.remaining, window.started);
}

/** The level of a group; idle where a use now would start its shortest clock. */
export function groupLevel(group: GroupView): Level {
  const level = levelOf(group.remaining, null);
  const shortest = group.windows.find((window) => window.binds);
  return level === 'enough' && shortest !== undefined && windowLevel(shortest) === 'idle' ? 'idle' : level;
}

/** Windows in reading order: the one that decides first, the others as they come. */
export function tightestFirst(group: GroupView): WindowView[] {
  const deciding = group.windows.find((window) => window.window === group.binding);
  return deciding ? [deciding, ...group.windows.filter((window) => window !== deciding)] : group.windows;
}

/** Whether a request for this group has a chance now. */
export function isUsable(credential: CredentialView, group: GroupView): boolean {
  return credential.state === 'active' && group.remaining !== null && group.remaining > 0;
}

/** Whether the numbers of a credential are older than they should be. */
export function isStale(credential: CredentialView): boolean {
  return (
    credential.failure !== null ||
    credential.groups.some((group) => group.windows.some((window) => window.stale)) ||
    (credential.groups.length === 0 && credential.models.some((model) => model.stale))
  );
}

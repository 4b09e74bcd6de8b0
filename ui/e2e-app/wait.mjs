// Waiting for states, never for times.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks until the answer is truthy; gives it back.
 *
 * `what` says what was waited for, `seconds` how long it may take. What `ask` throws counts as "not yet".
 */
export async function until(what, ask, seconds = 20) {
  const end = performance.now() + seconds * 1000;
  let last;
  do {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await pause(50);
  } while (performance.now() < end);
  throw new Error(`waited ${seconds} s for ${what}; last: ${last?.stack ?? JSON.stringify(last)}`);
}

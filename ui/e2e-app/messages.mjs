// A place for messages on a test's desktop, which tells what was shown and clicks it.
import { resolve } from 'node:path';
import { until } from './wait.mjs';

/** Starts it and waits until it is there. Debian's own Python: the bindings of GLib are packaged for it alone. */
export async function messages({ env, start }) {
  const daemon = start('/usr/bin/python3', [resolve(import.meta.dirname, 'notifications.py')], env, [
    'pipe',
    'pipe',
    'inherit',
  ]);
  const told = [];
  let rest = '';
  daemon.stdout.setEncoding('utf8').on('data', (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop();
    told.push(...lines.filter(Boolean).map((line) => JSON.parse(line)));
  });
  await until('the place for messages', () => told.some(({ ready }) => ready));
  return {
    /** What was shown so far, oldest first. */
    shown: () => told.filter(({ number }) => number !== undefined),
    click: ({ number }) => daemon.stdin.write(`click ${number}\n`),
  };
}

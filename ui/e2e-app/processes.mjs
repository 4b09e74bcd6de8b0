// What the app's processes are, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

function stat(pid) {
  // The name stands in brackets and may hold anything.
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    state,
    parent: Number(parent),
  };
}

/** The process and everything below it; zombies left out. */
export function family(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [stat(Number(name))];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
  const below = (parent) =>
    all.filter((one) => one.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((one) => one.pid === pid), ...below(pid)].filter(({ state }) => state !== 'Z');
}

/** Files mapped into a process whose path contains `part`. */
export function mapped(pid, part) {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.includes(part));
}

/** Proportional set size of a process in MB. */
export function pss(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024;
}

/** What a process has done so far: processor time in seconds, and how often one of its threads went to sleep. */
export function done(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15, counted behind the name; the kernel tells both in hundredths of a second (USER_HZ).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'),
  );
  return {
    seconds: (Number(fields[11]) + Number(fields[12])) / 100,
    sleeps: threads.reduce(
      (sum, status) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]),
      0,
    ),
  };
}

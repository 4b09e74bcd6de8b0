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

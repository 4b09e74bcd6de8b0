// Starts programs for the scripts beside it. What to start, and why, is theirs.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Top of the checkout; every program starts there. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** A failure whose message is all the user needs: what, why, what to do. */
export class Failure extends Error {}

/** Ends the script: 1 with the message for a `Failure`, with the stack for anything unforeseen. */
export function stop(error) {
  console.error(error instanceof Failure ? `\n${error.message}` : error);
  process.exit(1);
}

/** How to call npm: the one that started this script, as `npm` alone is no program on Windows. */
export function npm(...args) {
  const self = process.env.npm_execpath;
  return self ? [process.execPath, self, ...args] : ['npm', ...args];
}

/** What a program printed, or null when it is missing or failed. */
export function ask(program, ...args) {
  const done = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  return done.status === 0 ? done.stdout.trim() : null;
}

/** Runs a program on this terminal and answers its exit code; null when it could not start or was killed. */
export function exitCode([program, ...args], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
}

/** Runs a program on this terminal; anything but success is a `Failure` that says `advice`. */
export async function run(command, advice, options) {
  const code = await exitCode(command, options);
  if (code === 0) return;
  const how = code === null ? 'could not run' : `ended with exit code ${code}`;
  throw new Failure(`\`${command.join(' ')}\` ${how}. ${advice}`);
}

/** Where cargo puts what it builds. */
export function targetDirectory() {
  const text = ask('cargo', 'metadata', '--no-deps', '--format-version', '1', '--offline');
  if (text === null) throw new Failure('`cargo metadata` failed: is Cargo.toml intact? Run it to see why.');
  return JSON.parse(text).target_directory;
}

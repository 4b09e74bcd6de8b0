// Keeps the boundaries of docs/ARCHITECTURE.md: who may import what, and what no tracked file may hold.
// About a second; says for every breach how it came in.
//
//   node .ci/guards.mjs
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Failure, root, stop } from './command.mjs';

const exec = promisify(execFile);

const gui = ['tauri', 'wry', 'tao', 'gtk', 'gtk4', 'webkit2gtk', 'muda', 'tray-icon'];

/** Crates that must not be reachable, by normal dependencies, from each of ours. */
const forbidden = {
  domain: ['tokio', 'serde', 'serde_core', 'http', 'hyper', 'reqwest', 'axum', 'rusqlite', ...gui],
  wire: ['tokio', 'hyper', 'reqwest', 'axum', 'rusqlite', ...gui],
  // It checks `wire` from outside: sharing types with it would only echo its mistakes.
  simulator: ['wire', 'domain', 'engine', ...gui],
  engine: gui,
  cli: gui,
};

/** Texts that must not be tracked, as expressions both `git grep -E` and JavaScript understand. */
export const texts = [
  {
    what: 'a path of one machine',
    pattern: '(^|[^A-Za-z0-9_.~-])/(work|root|home/[a-z][a-z0-9_-]*)/',
    // Examples need a home: it is that of the demo's first invented person.
    example: '/home/ada/',
  },
  { what: 'a Google OAuth client id', pattern: 'apps[.]googleusercontent[.]com' },
  { what: 'a Google OAuth client secret', pattern: 'GOCSPX[-]' },
];

/** The only files of the UI that may import Tauri: the backend over it, its test, and what is generated for it. */
const tauriImporters = [
  'ui/src/lib/ipc/tauri.ts',
  'ui/src/lib/ipc/tauri.test.ts',
  'ui/src/lib/ipc/bindings.ts',
];
export const tauriImport = '(from|import|import[(]) *["\'\\`]@tauri-apps/';

/**
 * The ways a crate reaches a forbidden one.
 *
 * @param {string} tree what `cargo tree --prefix depth` printed
 * @param {string[]} names forbidden crates
 * @returns {string[]} one path for each forbidden crate found, as `a → b → c`
 */
export function breaches(tree, names) {
  const found = new Map();
  const path = [];
  for (const line of tree.split('\n')) {
    const [, depth, name] = /^(\d+)(\S+) v/.exec(line) ?? [];
    if (name === undefined) continue;
    path.length = Number(depth);
    path.push(name);
    if (path.length > 1 && names.includes(name) && !found.has(name)) found.set(name, path.join(' → '));
  }
  return [...found.values()];
}

async function dependencyBreaches(crate, names) {
  const tree = ['tree', '--locked', '--edges', 'normal', '--prefix', 'depth', '--package', crate];
  const { stdout } = await exec('cargo', tree, { cwd: root }).catch(({ stderr, message }) => {
    throw new Failure(`The dependencies of ${crate} cannot be listed: ${stderr || message}`);
  });
  return breaches(stdout, names).map((path) => `${crate} must not depend on this: ${path}`);
}

/** Lines `git grep` finds, as `file:line:text`. In a checkout without git it searches all that is not ignored. */
export async function grep(directory, pattern, ...paths) {
  const where = existsSync(join(directory, '.git')) ? [] : ['--no-index', '--exclude-standard'];
  // The owner of a checkout need not be the user who tests it (containers); this only reads.
  const git = ['-c', `safe.directory=${directory.replace(/\/$/, '')}`, 'grep', ...where];
  try {
    const { stdout } = await exec('git', [...git, '-nIE', pattern, '--', ...paths], { cwd: directory });
    return stdout.trim().split('\n');
  } catch (error) {
    if (error.code === 1) return []; // nothing found
    throw error;
  }
}

/** Whether a line still breaks the rule once its examples are taken out. */
export function breaksRule({ pattern, example }, line) {
  return new RegExp(pattern).test(example === undefined ? line : line.replaceAll(example, ''));
}

async function textBreaches(text) {
  const lines = await grep(root, text.pattern, '.', ':!*.lock', ':!package-lock.json');
  return lines.filter((line) => breaksRule(text, line)).map((line) => `${text.what}: ${line}`);
}

async function tauriBreaches() {
  const lines = await grep(root, tauriImport, 'ui');
  return lines
    .filter((line) => !tauriImporters.includes(line.split(':')[0]))
    .map((line) => `only ${tauriImporters[0]} speaks to Tauri: ${line}`);
}

/** Every breach there is, as sentences; empty when all boundaries hold. */
async function allBreaches() {
  const checks = [
    ...Object.entries(forbidden).map(([crate, names]) => dependencyBreaches(crate, names)),
    ...texts.map(textBreaches),
    tauriBreaches(),
  ];
  return { checked: checks.length, found: (await Promise.all(checks)).flat() };
}

async function main() {
  const { checked, found } = await allBreaches();
  if (found.length > 0) throw new Failure(`Boundaries are broken:\n  ${found.join('\n  ')}`);
  console.log(`guards: ${checked} boundaries hold`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main().catch(stop);

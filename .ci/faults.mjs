// `npm run faults`: the fault laboratory. Runs every test that holds a row of docs/RELIABILITY.md and says what it
// measured.
//
//   npm run faults                    all rows, in the sizes of every day
//   npm run faults -- F31 T18         some rows
//   npm run faults -- --long          in full sizes, optimised; about two hours on two cores
//   npm run faults -- --long --write  and keep the figures for the document
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Failure, npm, root, run, stop, targetDirectory } from './command.mjs';
import { allTagged, measured } from './reliability.mjs';
import { rows } from './rows.mjs';

/** How much each test does in full; the everyday sizes stand in the tests. */
const long = {
  HEADROOM_KILL_ROUNDS: '1000',
  HEADROOM_KILLS: '1000',
  HEADROOM_STORM: '1000',
  HEADROOM_SEQUENCES: '10000',
  HEADROOM_STARTS: '100',
  HEADROOM_STARTS_AT_ONCE: '50',
  HEADROOM_WRONG_KEYS: '10000',
  HEADROOM_SOAK: '100000',
  HEADROOM_MUTATIONS: '1000',
  HEADROOM_FUZZ: '1000000',
  HEADROOM_SCHEDULES: '100000',
  HEADROOM_HISTORY: '1000000',
  HEADROOM_MANY: '1000',
  HEADROOM_CANARY_FAULTS: '1000',
  HEADROOM_CHANGES: '1000',
};

/** The Rust target a file belongs to: `{ crate, target }` as arguments of cargo. */
function cargoTarget(file) {
  const [, crate, rest] = /^src-tauri\/crates\/([^/]+)\/(.*)$/.exec(file) ?? [];
  if (crate === undefined) return null;
  const binary = /^tests\/([^/]+)\//.exec(rest)?.[1];
  return {
    crate,
    target: binary === undefined ? (crate === 'cli' ? '--bins' : '--lib') : `--test=${binary}`,
  };
}

/** Tests grouped by the command that runs them: `[{ command, tests }]`. */
export function commands(tests, { optimised }) {
  const groups = new Map();
  for (const test of tests) {
    const rust = cargoTarget(test.file);
    const key = rust === null ? test.file : `${rust.crate} ${rust.target}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...test, rust }]);
  }
  return [...groups.values()].map((group) => ({ tests: group, command: command(group, optimised) }));
}

function command(group, optimised) {
  const [{ rust, file }] = group;
  if (rust !== null) {
    const profile = optimised ? ['--release'] : [];
    // A name alone matches tests of that name in every module; one more than asked for does no harm.
    const names = [...new Set(group.map(({ name }) => name))];
    const alone = rust.target === '--test=alone' ? ['--test-threads=1'] : [];
    return [
      ...['cargo', 'test', '--locked', ...profile, '--package', rust.crate, rust.target, '--'],
      ...['--nocapture', ...alone, ...names],
    ];
  }
  if (file.startsWith('ui/e2e/')) return npm('run', '--silent', 'e2e', '--', file.slice('ui/'.length));
  return [process.execPath, '--test', '--test-reporter=spec', '--test-concurrency=1', file];
}

/** Runs a command, shows what it says and answers its lines and whether it succeeded. */
function follow([program, ...args], environment) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      process.stdout.write(piece);
      text += piece;
    });
    child.on('error', (error) => resolve({ lines: [error.message], ok: false }));
    child.on('close', (code) => resolve({ lines: text.split('\n'), ok: code === 0 }));
  });
}

/** The figures in what tests printed: `{ F31: [sentence] }`. cargo may print one behind the name of another test. */
export function figuresIn(lines) {
  const found = {};
  for (const line of lines) {
    const [, names, sentence] = /figure ((?:[TFG]\d+, )*[TFG]\d+): (.*)$/.exec(line) ?? [];
    for (const name of names?.split(', ') ?? []) (found[name] ??= []).push(sentence);
  }
  return found;
}

function chosen(args) {
  const known = new Set(rows.map(({ id }) => id));
  const ids = args.filter((arg) => !arg.startsWith('--'));
  const options = args.filter((arg) => arg.startsWith('--'));
  const wrong = [
    ...ids.filter((id) => !known.has(id)),
    ...options.filter((option) => !['--long', '--write'].includes(option)),
  ];
  if (wrong.length > 0) throw new Failure(`Neither a row nor an option: ${wrong.join(' ')}`);
  return { ids: new Set(ids), full: options.includes('--long'), write: options.includes('--write') };
}

function report(results, figures, ids) {
  console.log('\n── Rows');
  for (const { id, what, without } of rows) {
    const own = results.filter(({ test }) => test.rows.includes(id));
    if (own.length === 0) {
      const asked = ids.size === 0 || ids.has(id);
      if (asked && without !== undefined) console.log(`${id.padEnd(4)} –      ${what}: ${without}`);
      continue;
    }
    const verdict = own.every(({ ok }) => ok) ? 'ok    ' : 'FAILED';
    console.log(`${id.padEnd(4)} ${verdict} ${what}`);
    for (const figure of figures[id] ?? []) console.log(`            ${figure}`);
  }
}

async function main() {
  const { ids, full, write } = chosen(process.argv.slice(2));
  const tests = allTagged().filter((test) => ids.size === 0 || test.rows.some((id) => ids.has(id)));
  const programs = join(targetDirectory(), full ? 'release' : 'debug');
  const environment = {
    ...process.env,
    ...(full ? long : {}),
    HEADROOM_BIN: join(programs, 'headroom'),
    HEADROOM_DESKTOP_BIN: join(targetDirectory(), 'debug', 'headroom-desktop'),
  };
  await run(npm('run', '--silent', 'build'), 'Both programs embed the page: it has to build first.');
  const needed = (folder) => tests.some(({ file }) => file.startsWith(folder));
  const build = ['cargo', 'build', '--locked', ...(full ? ['--release'] : []), '--package', 'cli'];
  if (needed('ui/')) await run(build, 'The program has to build first.');
  if (needed('ui/e2e-app/')) {
    const shell = ['--package', 'headroom-desktop', '--features', 'tauri/custom-protocol'];
    await run(['cargo', 'build', '--locked', ...shell], 'The app has to build first.');
  }
  const results = [];
  const lines = [];
  for (const group of commands(tests, { optimised: full })) {
    console.log(`\n── ${group.command.slice(0, 8).join(' ').replace(root, '')}`);
    const outcome = await follow(group.command, environment);
    lines.push(...outcome.lines);
    results.push(...group.tests.map((test) => ({ test, ok: outcome.ok })));
  }
  const figures = figuresIn(lines);
  report(results, figures, ids);
  if (write) keep(results, figures, full);
  if (results.some(({ ok }) => !ok)) throw new Failure('Some rows do not hold.');
}

/** Writes the figures of this run beside those of rows that did not run. */
function keep(results, figures, full) {
  const before = measured();
  const now = { ...before.figures };
  for (const { id } of rows) {
    const own = results.filter(({ test }) => test.rows.includes(id));
    if (own.length > 0) now[id] = figures[id] ?? [own.every(({ ok }) => ok) ? 'ok' : 'failed'];
  }
  const day = new Date().toISOString().slice(0, 10);
  const [{ model }] = cpus();
  const where = `${cpus().length} cores (${model.trim()}), ${process.platform}, ${full ? 'full' : 'everyday'} sizes`;
  const file = join(root, 'docs', 'reliability.json');
  writeFileSync(file, `${JSON.stringify({ when: day, where, figures: now }, null, 2)}\n`);
  console.log(`Kept in ${file.replace(root, '')}; now: npm run reliability`);
  return readFileSync(file, 'utf8');
}

if (process.argv[1]?.endsWith('faults.mjs')) await main().catch(stop);

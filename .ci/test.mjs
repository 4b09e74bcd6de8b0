// `npm test`: the one list of everything that must pass, in this order. Stops at the first failure and names it.
//
//   npm test                      everything
//   npm test -- --only NAME       one step (`--list` names them)
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Failure, npm, root, stop, targetDirectory } from './command.mjs';
import { setUp } from './setup.mjs';

const node = (...args) => [process.execPath, ...args];
const testFiles = (...files) => node('--test', '--test-reporter=spec', '--test-concurrency=1', ...files);
const prettier = (...args) =>
  node('node_modules/prettier/bin/prettier.cjs', '--config', 'ui/.prettierrc.json', ...args);
const cargo = (command, ...args) => ['cargo', command, '--locked', ...args];
const strict = ['--all-targets', '--', '-D', 'warnings'];
// As `tauri build` does: the page comes from the program. Named everywhere, so that nothing is built twice.
const shell = ['--package', 'headroom-desktop', '--features', 'tauri/custom-protocol'];
// With the part that only whoever publishes updates builds in.
const whole = [...shell.slice(0, -1), `${shell.at(-1)},updater`];

// What is formatted as the UI is, outside of it.
const scripts = ['.ci', 'src-tauri/clients'];

/** Steps in order: each has its own commands and the minutes after which it counts as hanging. */
const steps = [
  {
    name: 'fmt',
    minutes: 2,
    commands: [['cargo', 'fmt', '--all', '--check'], prettier('--check', ...scripts)],
  },
  // Before anything in Rust: both programs embed the page.
  { name: 'ui-build', minutes: 5, commands: [npm('run', '--silent', 'build')] },
  { name: 'clippy', minutes: 20, commands: [cargo('clippy', ...strict)] },
  {
    name: 'guards',
    minutes: 2,
    commands: [
      node('.ci/guards.mjs'),
      node('.ci/workflows.mjs'),
      node('.ci/reliability.mjs', '--check'),
      testFiles(
        '.ci/guards.test.mjs',
        '.ci/workflows.test.mjs',
        '.ci/reliability.test.mjs',
        '.ci/faults.test.mjs',
      ),
    ],
  },
  { name: 'rust', minutes: 30, commands: [cargo('test')] },
  { name: 'ui', minutes: 10, commands: [npm('run', '--silent', 'check'), npm('run', '--silent', 'test:ui')] },
  {
    name: 'browser',
    minutes: 20,
    commands: [cargo('build', '--package', 'cli'), npm('run', '--silent', 'e2e')],
  },
  {
    // The official libraries and programs of others, fetched once for each version; what cannot be had is named.
    name: 'clients',
    minutes: 20,
    commands: [cargo('build', '--package', 'cli'), npm('run', '--silent', 'clients')],
  },
  // Its tests include the one that compares the generated bindings with the committed ones.
  {
    name: 'shell',
    minutes: 30,
    commands: [
      cargo('clippy', ...shell, ...strict),
      cargo('clippy', ...whole, ...strict),
      cargo('test', ...whole),
    ],
  },
  // Each test brings its own display, session bus and panel. Some start the command line's engine beside the app.
  {
    name: 'app',
    minutes: 30,
    commands: [
      cargo('build', '--package', 'cli'),
      cargo('build', ...shell),
      npm('run', '--silent', 'e2e:app'),
    ],
  },
  { name: 'deny', minutes: 20, commands: [node('.ci/deny.mjs'), testFiles('.ci/deny.test.mjs')] },
];

/** The lines in which each runner sums itself up: cargo, svelte-check, Vitest, Playwright, node, cargo-deny, our guards, what the clients lack. */
const summaries = [
  /^test result: /,
  /^svelte-check found /,
  /^ *(Test Files|Tests) /,
  /^ *\d+ (passed|failed|flaky|skipped|did not run)\b/,
  /^ℹ (tests|pass|fail|skipped) \d/,
  /^(advisories|bans|licenses|sources)\b.* (ok|FAILED|not checked)\b/,
  /^advisories not checked/,
  /^guards: /,
  /^clients: left out: /,
  /^reliability: /,
];

/** The lines in which each runner names a test that failed, and Playwright why: a build machine may show nothing else. */
const failures = [
  /^test .+ \.\.\. FAILED$/,
  /^ *FAIL /,
  /^ +\d+\) \[\w+\] › /,
  /^ +(Error:|Test timeout)/,
  /^ *✖ .+ \(\d/,
];

/** Seconds since `start`, to a tenth. */
const secondsSince = (start) => ((performance.now() - start) / 1000).toFixed(1);

/**
 * Runs one command, shows what it says as it comes, and keeps its summary lines.
 *
 * It gets a process group of its own: whatever it started ends with it, also when it hangs or Ctrl-C is pressed.
 */
function follow([program, ...args], { minutes, environment, keep }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group is gone already.
      }
    };
    let hung = false;
    const limit = setTimeout(() => {
      hung = true;
      end('SIGKILL');
    }, minutes * 60_000);
    const interrupted = () => {
      // Not SIGINT: what a shell put into the background ignores that.
      end('SIGTERM');
      process.exit(130);
    };
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);

    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      let rest = '';
      from.setEncoding('utf8').on('data', (text) => {
        to.write(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        keep(lines);
      });
    }
    const finish = (outcome) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      end('SIGTERM');
      resolve(outcome);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (code, signal) => {
      if (hung) finish(`did not end within ${minutes} minutes`);
      else finish(code === 0 ? null : `ended with ${code === null ? signal : `exit code ${code}`}`);
    });
  });
}

/** Runs a step; answers what its runners summed up and why it failed, or null. */
async function perform(step, environment) {
  const start = performance.now();
  const told = [];
  const telling = [...summaries, ...failures];
  const keep = (lines) => {
    for (const line of lines.map(stripVTControlCharacters)) {
      if (telling.some((pattern) => pattern.test(line))) told.push(line.trim());
    }
  };
  let failure = null;
  for (const command of step.commands) {
    console.log(`\n── ${step.name}: ${command.join(' ').replace(root, '')}`);
    const outcome = await follow(command, { minutes: step.minutes, environment, keep });
    if (outcome === null) continue;
    failure = `\`${command.join(' ')}\` ${outcome}`;
    break;
  }
  return { name: step.name, seconds: secondsSince(start), told, failure };
}

function report(done, start) {
  console.log('\n── What the runners say');
  for (const { name, told } of done) for (const line of told) console.log(`${name.padEnd(9)} ${line}`);
  console.log('\n── Steps and seconds');
  for (const { name, seconds, failure } of done) {
    console.log(`${name.padEnd(9)} ${seconds.padStart(8)}  ${failure === null ? 'ok' : 'FAILED'}`);
  }
  console.log(`${'all'.padEnd(9)} ${secondsSince(start).padStart(8)}`);
}

function chosen(args) {
  if (args.length === 0) return steps;
  const names = steps.map(({ name }) => name);
  if (args[0] === '--only' && names.includes(args[1])) return steps.filter(({ name }) => name === args[1]);
  throw new Failure(`Usage: npm test [-- --only NAME], NAME one of: ${names.join(', ')}`);
}

async function main() {
  const start = performance.now();
  const todo = chosen(process.argv.slice(2));
  await setUp('tests');
  const done = [{ name: 'setup', seconds: secondsSince(start), told: [], failure: null }];

  const programs = join(targetDirectory(), 'debug');
  const colour = process.stdout.isTTY ? { CARGO_TERM_COLOR: 'always', FORCE_COLOR: '1' } : {};
  const environment = {
    ...process.env,
    ...colour,
    CLIPPY_CONF_DIR: join(root, 'src-tauri'),
    HEADROOM_BIN: join(programs, 'headroom'),
    HEADROOM_DESKTOP_BIN: join(programs, 'headroom-desktop'),
  };
  for (const step of todo) {
    const result = await perform(step, environment);
    done.push(result);
    if (result.failure !== null) break;
  }
  report(done, start);
  const { name, failure } = done.at(-1);
  if (failure !== null)
    throw new Failure(`FAILED at ${name}: ${failure}.\nAgain: npm test -- --only ${name}`);
}

await main().catch(stop);

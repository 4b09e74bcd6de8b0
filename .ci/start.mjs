// `npm start`: installs what is missing, builds, and opens the app. Where there is no display it starts the
// headless engine instead and prints the address of the web UI. Further arguments go to the program.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, npm, root, run, stop, targetDirectory } from './command.mjs';
import { setUp } from './setup.mjs';

const suffix = process.platform === 'win32' ? '.exe' : '';

/** A program of ours: the package to build, what Debian must bring, and the first arguments. */
const desktop = {
  // What `tauri build` passes too: the page comes from the program instead of a development server.
  build: ['--package', 'headroom-desktop', '--features', 'tauri/custom-protocol'],
  name: 'headroom-desktop',
  packages: 'desktop',
  first: [],
};
const headless = { build: ['--package', 'cli'], name: 'headroom', packages: 'engine', first: ['serve'] };

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

async function build({ build, name, packages }) {
  await setUp(packages);
  const program = join(targetDirectory(), 'release', name + suffix);
  console.log('Building the UI');
  await run(npm('run', '--silent', 'build'), 'The error is above.');
  const first = existsSync(program) ? '' : ': the first time takes some minutes, later starts take seconds';
  console.log(`Building ${name}${first}`);
  await run(['cargo', 'build', '--release', '--locked', ...build], 'The error is above.');
  return program;
}

/** Arguments with which a user without credentials meets the demo rather than an empty page. */
function withDemo(wanted) {
  return wanted.some((argument) => argument.startsWith('--demo')) ? wanted : ['--demo-if-empty', ...wanted];
}

/** Starts the program on this terminal; answers the process and how it ends. */
function launch(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the whole terminal by itself; what is sent to this process alone is passed on. Either way
  // this process stays until the program has put its data down.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`${program} could not start: ${error.message}`)));
    // Whoever stopped it by a signal wanted that; any other death is a failure.
    child.on('close', (code, signal) =>
      resolve(code ?? (['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal) ? 0 : 1)),
    );
  });
  return { child, ended };
}

/** A fresh one-time link to the web UI of the running engine; null while none answers. */
function link(program) {
  const asked = spawnSync(program, ['ui', '--print'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : null;
}

async function startHeadless(program, args) {
  const running = link(program);
  if (running !== null) {
    console.log(`Headroom is running already. Open it once with this link:\n\n  ${running}\n`);
    return 0;
  }
  const { child, ended } = launch(program, args);
  const alive = () => child.exitCode === null && child.signalCode === null;
  let address = link(program);
  for (const start = performance.now(); address === null && alive() && performance.now() - start < 30_000;) {
    await pause(200);
    address = link(program);
  }
  if (address !== null) {
    console.log(
      `\nNo display here, so Headroom runs without a window. Open it once with this link:\n\n  ${address}\n`,
    );
    console.log(`Another link: ${program} ui --print\nCtrl-C stops it.`);
  } else if (alive()) {
    console.error(`The engine runs but gives no link. See why: ${program} ui --print`);
  }
  return ended;
}

async function main(given) {
  if (hasDisplay()) {
    const program = await build(desktop);
    return launch(program, withDemo(given)).ended;
  }
  const program = await build(headless);
  // Without a window there is nothing to hide.
  const wanted = given.filter((argument) => argument !== '--hidden');
  return startHeadless(program, [...headless.first, ...withDemo(wanted)]);
}

await main(process.argv.slice(2)).then((code) => process.exit(code), stop);

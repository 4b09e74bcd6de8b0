// Installs what a job needs and the machine lacks; touches nothing when all is there.
//
//   node .ci/setup.mjs engine|desktop|tests
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ask, exitCode, Failure, npm, root, run, stop } from './command.mjs';
import * as packages from './packages.mjs';

/** Makes the machine ready for `purpose`, a name in packages.mjs. */
export async function setUp(purpose) {
  requireNode();
  await requireRust(purpose === 'tests' ? ['rustfmt', 'clippy'] : []);
  if (process.platform === 'linux') await requirePackages(packages[purpose]);
  await requireModules();
}

function requireNode() {
  const wanted = readJson('package.json').engines.node.replace('>=', '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [least, leastMinor] = wanted.split('.').map(Number);
  if (major > least || (major === least && minor >= leastMinor)) return;
  throw new Failure(`Node ${process.versions.node} is too old: the UI build needs ${wanted} or newer.`);
}

async function requireRust(components) {
  if (ask('cargo', '--version') === null) {
    throw new Failure('Rust is missing: install it from https://rustup.rs and open a new terminal.');
  }
  const missing = components.filter(
    (name) => ask('cargo', name.replace('rustfmt', 'fmt'), '--version') === null,
  );
  if (missing.length === 0) return;
  await run(
    ['rustup', 'component', 'add', ...missing],
    `Add ${missing.join(' and ')} to your Rust installation.`,
  );
}

async function requirePackages(wanted) {
  if (ask('dpkg-query', '--version') === null) {
    console.log(
      `Not a Debian system, so this only names what is needed, as Debian calls it: ${wanted.join(' ')}`,
    );
    return;
  }
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;

  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  const advice = `Run this once, then try again:\n\n  sudo ${install.join(' ')}\n`;
  const prefix = asRoot();
  if (prefix === null) throw new Failure(`${missing.length} Debian packages are missing. ${advice}`);

  console.log(`Installing ${missing.length} Debian packages: ${missing.join(' ')}`);
  // An old package list still serves, so a failed update alone is no reason to stop.
  await exitCode([...prefix, 'apt-get', 'update', '--quiet']);
  await run([...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install], advice);
}

function missingPackages(wanted) {
  return wanted.filter(
    (name) => ask('dpkg-query', '--show', '--showformat=${db:Status-Status}', name) !== 'installed',
  );
}

/** What to put before a command that needs root; null when nothing would help. */
function asRoot() {
  if (process.getuid() === 0) return [];
  if (ask('sudo', '--version') === null) return null;
  // Nobody can answer a password prompt without a terminal.
  if (!process.stdin.isTTY && ask('sudo', '--non-interactive', 'true') === null) return null;
  return ['sudo'];
}

async function requireModules() {
  if (modulesFollowLock()) return;
  console.log('Installing the UI dependencies');
  await run(
    npm('ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'),
    'Check the network and try again.',
  );
}

/** Whether node_modules holds the versions the lock file names; what another platform needs may be absent. */
function modulesFollowLock() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const purpose = process.argv[2] ?? 'desktop';
  if (packages[purpose]) await setUp(purpose).catch(stop);
  else stop(new Failure(`Unknown purpose ${purpose}: pick one of ${Object.keys(packages).join(', ')}.`));
}

// Checks what comes in from outside against deny.toml: licences, banned crates, sources, and known advisories
// where their database can be reached. Builds cargo-deny once, into the user's cache.
//
//   node .ci/deny.mjs
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ask, root, run, stop } from './command.mjs';

// Pinned, so that a new release cannot turn a green check red. No registry but crates.io carries this version.
const version = '0.20.2';

/** Path of cargo-deny; the first call on a machine builds it, which takes about three minutes on two cores. */
export async function cargoDeny() {
  if (ask('cargo-deny', '--version') === `cargo-deny ${version}`) return 'cargo-deny';
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const place = join(cache, 'headroom', 'tools', `cargo-deny-${version}`);
  const program = join(place, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny');
  if (!existsSync(program)) {
    console.log(`Building cargo-deny ${version} into ${place}, once`);
    const install = [
      'cargo',
      'install',
      '--locked',
      '--quiet',
      '--root',
      place,
      '--version',
      version,
      'cargo-deny',
    ];
    await run(install, 'It needs crates.io: check the network and try again.');
  }
  return program;
}

/** Arguments that check the workspace at the current directory for `subjects`. */
export function check(...subjects) {
  const config = join(root, '.ci', 'deny.toml');
  return ['--workspace', '--locked', '--config', config, 'check', ...subjects];
}

async function main() {
  const program = await cargoDeny();
  await run(
    [program, ...check('licenses', 'bans', 'sources')],
    'Each line above names the crate and the rule in .ci/deny.toml.',
  );

  const fetch = ['--config', join(root, '.ci', 'deny.toml'), 'fetch', 'db'];
  if (spawnSync(program, fetch, { cwd: root, timeout: 60_000, stdio: 'ignore' }).status !== 0) {
    console.log('advisories not checked: the RustSec database on github.com cannot be reached from here');
    return;
  }
  await run(
    [program, ...check('advisories')],
    'Update the crate named above, or record in .ci/deny.toml why it is no danger here.',
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main().catch(stop);

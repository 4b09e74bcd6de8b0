// Checks what comes in from outside against deny.toml: licences, banned crates, sources, and known advisories
// where their database can be reached. Builds cargo-deny once, into the user's cache.
//
//   node .ci/deny.mjs
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run, stop } from './command.mjs';
import { cargoTool } from './tools.mjs';

// Pinned, so that a new release cannot turn a green check red. No registry but crates.io carries this version.
const version = '0.20.2';

/** Path of cargo-deny. */
export const cargoDeny = () => cargoTool('cargo-deny', version);

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

// Programs of the Rust world that checks and releases use: built once, into the user's cache.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ask, run } from './command.mjs';

/**
 * Path of a program that comes as a crate; the first call on a machine builds it, which takes minutes on two cores.
 * The version is fixed, so that a new release changes nothing by itself.
 */
export async function cargoTool(name, version) {
  if (ask(name, '--version')?.endsWith(version)) return name;
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const place = join(cache, 'headroom', 'tools', `${name}-${version}`);
  const program = join(place, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  if (!existsSync(program)) {
    console.log(`Building ${name} ${version} into ${place}, once`);
    const install = ['cargo', 'install', '--locked', '--quiet', '--root', place, '--version', version, name];
    await run(install, 'It needs crates.io: check the network and try again.');
  }
  return program;
}

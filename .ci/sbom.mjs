// `npm run sbom`: what is in the programs, as CycloneDX: every crate of each platform's app and every npm package of
// the pages, with version and licence. Into `sbom/` of the build folder.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, Failure, npm, root, run, stop, targetDirectory } from './command.mjs';
import { cargoTool } from './tools.mjs';

const version = '0.5.9';

/** Each workspace member gets a file beside its manifest; the app's and the command line's hold all the others. */
async function crates(out) {
  const program = await cargoTool('cargo-cyclonedx', version);
  const name = 'headroom-sbom';
  const args = ['cyclonedx', '--format', 'json', '--all', '--target', 'all', '--override-filename', name];
  await run([program, ...args], 'The error is above.');
  renameSync(join(root, `${name}.json`), join(out, 'headroom-desktop.cdx.json'));
  renameSync(join(root, 'src-tauri/crates/cli', `${name}.json`), join(out, 'headroom.cdx.json'));
  for (const crate of readdirSync(join(root, 'src-tauri/crates'))) {
    rmSync(join(root, 'src-tauri/crates', crate, `${name}.json`), { force: true });
  }
}

function pages(out) {
  const text = ask(...npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'));
  if (text === null) throw new Failure('`npm sbom` failed: run it to see why.');
  writeFileSync(join(out, 'headroom-pages.cdx.json'), `${text}\n`);
}

async function main() {
  const out = join(targetDirectory(), 'sbom');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await crates(out);
  pages(out);
  console.log(`Written: ${readdirSync(out).join(', ')} in ${out}`);
}

await main().catch(stop);

// `npm run bundle`: builds both programs and packs them for this system.
//
//   npm run bundle                         Linux: .deb and .rpm; macOS: .dmg; Windows: .msi and NSIS
//   npm run bundle -- --bundles appimage   other formats, as the Tauri CLI names them
//   npm run bundle -- --features updater   with a feature of the app (docs/RELEASING.md)
//   npm run bundle -- --no-build           packs what an earlier run built
//
// What comes out lies in `bundle/` of the build folder, with SHA256SUMS. docs/RELEASING.md says what is reproducible.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ask, Failure, npm, root, run, stop, targetDirectory } from './command.mjs';
import { setUp } from './setup.mjs';

const formats = { linux: 'deb,rpm', darwin: 'dmg', win32: 'msi,nsis' };
const packaging = join(root, 'src-tauri/packaging');
const suffix = process.platform === 'win32' ? '.exe' : '';

/** The instant all files of the packages carry: that of the commit, in seconds. */
function instant() {
  const given = process.env.SOURCE_DATE_EPOCH ?? ask('git', 'log', '-1', '--format=%ct');
  return Number(given ?? Math.floor(statSync(join(root, 'Cargo.lock')).mtimeMs / 1000));
}

/** Compilers write the names of source files into programs: those of this machine become the same everywhere. */
function environment(epoch) {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const flags = [
    [root.replace(/[/\\]$/, ''), '/headroom'],
    [cargo, '/cargo'],
  ];
  const rust = flags.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  const c = flags.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`);
  return {
    ...process.env,
    SOURCE_DATE_EPOCH: String(epoch),
    CARGO_ENCODED_RUSTFLAGS: rust.join('\x1f'),
    ...(process.platform === 'win32' ? {} : { CFLAGS: c.join(' ') }),
  };
}

/** What is installed beside the programs on Linux: where it goes, and where it lies now. */
async function accompanying(stage, headroom, epoch, version) {
  const made = join(stage, 'made');
  mkdirSync(made, { recursive: true });
  await run([headroom, 'manual', made], 'The error is above.');
  const files = {};
  const add = (place, bytes) => {
    const path = join(stage, 'files', place);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    files[`/${place}`] = relative(root, path);
  };
  for (const page of readdirSync(made).filter((name) => name.endsWith('.1'))) {
    add(`usr/share/man/man1/${page}.gz`, gzipSync(readFileSync(join(made, page)), { level: 9 }));
  }
  for (const [shell, place] of [
    ['bash', 'usr/share/bash-completion/completions/headroom'],
    ['zsh', 'usr/share/zsh/vendor-completions/_headroom'],
    ['fish', 'usr/share/fish/vendor_completions.d/headroom.fish'],
  ]) {
    add(place, ask(headroom, 'completions', shell) + '\n');
  }
  const metainfo = readFileSync(join(packaging, 'dev.headroom.desktop.metainfo.xml'), 'utf8');
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  add(
    'usr/share/metainfo/dev.headroom.desktop.metainfo.xml',
    metainfo.replace('@VERSION@', version).replace('@DATE@', date),
  );
  add('usr/lib/systemd/user/headroom.service', readFileSync(join(packaging, 'headroom.service')));
  add('usr/share/doc/headroom/copyright', readFileSync(join(root, 'LICENSE')));
  add(
    'usr/share/doc/headroom/changelog.gz',
    gzipSync(readFileSync(join(root, 'CHANGELOG.md')), { level: 9 }),
  );
  add(
    'usr/share/icons/hicolor/scalable/apps/headroom-desktop.svg',
    readFileSync(join(root, 'icons/headroom.svg')),
  );
  return files;
}

/** What the Tauri configuration gets on top: files that exist only once they are built. */
async function overlay(target, stage, epoch, version) {
  const headroom = join(target, 'release', `headroom${suffix}`);
  if (process.platform === 'linux') {
    const files = await accompanying(stage, headroom, epoch, version);
    // Stripped of its place in the build folder, as tauri-build knows a program of this name nowhere else.
    files['/usr/bin/headroom'] = relative(root, headroom);
    return { bundle: { linux: { deb: { files }, rpm: { files } } } };
  }
  const triple = ask('rustc', '-vV').match(/^host: (.+)$/m)[1];
  const beside = join(stage, `headroom-${triple}${suffix}`);
  copyFileSync(headroom, beside);
  return { bundle: { externalBin: [relative(root, join(stage, 'headroom'))] } };
}

/** Packs the folder the bundler left anew: sorted, owned by root, with one instant, without this machine's modes. */
async function repack(folder, to, epoch) {
  const tree = `${folder}.tree`;
  rmSync(tree, { recursive: true, force: true });
  cpSync(join(folder, 'data'), tree, { recursive: true });
  cpSync(join(folder, 'control'), join(tree, 'DEBIAN'), { recursive: true });
  const paths = readdirSync(tree, { recursive: true })
    .map(String)
    .sort((a, b) => (a < b ? -1 : 1));
  const sums = paths
    .filter((path) => !path.startsWith('DEBIAN') && statSync(join(tree, path)).isFile())
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(tree, path)))
          .digest('hex')}  ${path}\n`,
    );
  writeFileSync(join(tree, 'DEBIAN/md5sums'), sums.join(''));
  for (const path of ['', ...paths]) {
    const full = join(tree, path);
    const program = statSync(full).isDirectory() || path.startsWith('usr/bin/');
    chmodSync(full, program ? 0o755 : 0o644);
  }
  // Folders last: writing into one moves its time.
  for (const path of [...paths].reverse().concat('')) lutimesSync(join(tree, path), epoch, epoch);
  const command = ['dpkg-deb', '--root-owner-group', '-Zxz', '--build', tree, to];
  await run(command, 'The error is above.', { env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) } });
  rmSync(tree, { recursive: true });
}

/** Every package the bundler left, brought into `out` under a name of one form. */
async function gather(made, out, epoch) {
  for (const format of readdirSync(made)) {
    for (const name of readdirSync(join(made, format))) {
      const path = join(made, format, name);
      if (format === 'deb' && name.endsWith('.deb')) {
        await repack(path.replace(/\.deb$/, ''), join(out, name.toLowerCase()), epoch);
      } else if (statSync(path).isFile() && /\.(rpm|AppImage|dmg|msi|exe|sig)$/.test(name)) {
        renameSync(path, join(out, name.toLowerCase().replace('.appimage', '.AppImage')));
      }
    }
  }
  const names = readdirSync(out).sort();
  if (names.length === 0) throw new Failure('The bundler made no package: its messages are above.');
  const line = (name) =>
    `${createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex')}  ${name}\n`;
  writeFileSync(join(out, 'SHA256SUMS'), names.map(line).join(''));
  for (const name of names) {
    console.log(
      `${(statSync(join(out, name)).size / 2 ** 20).toFixed(1).padStart(7)} MiB  ${join(out, name)}`,
    );
  }
}

/** The word after `name`, if that is there. */
function option(args, name) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

async function main(args) {
  const build = !args.includes('--no-build');
  const bundles = option(args, '--bundles') ?? formats[process.platform];
  const features = option(args, '--features');
  if (bundles === undefined) throw new Failure(`There is no package format for ${process.platform} here.`);
  await setUp('desktop');

  const epoch = instant();
  const env = environment(epoch);
  const target = targetDirectory();
  const made = join(target, 'release/bundle');
  const [stage, out] = [join(target, 'bundle-stage'), join(target, 'bundle')];
  for (const folder of [made, stage, out]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  mkdirSync(out, { recursive: true });

  if (build) {
    await run(npm('run', '--silent', 'build'), 'The error is above.', { env });
    const cargo = ['cargo', 'build', '--release', '--locked', '--package', 'cli'];
    await run(cargo, 'The error is above.', { env });
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const config = join(stage, 'overlay.json');
  writeFileSync(config, JSON.stringify(await overlay(target, stage, epoch, version)));
  const packing = ['--ci', '--bundles', bundles, '--config', config];
  const tauri = [process.execPath, 'node_modules/@tauri-apps/cli/tauri.js'];
  const chosen = features === undefined ? [] : ['--features', features];
  const building = ['build', ...packing, ...chosen, '--', '--locked', '--package', 'headroom-desktop'];
  await run([...tauri, ...(build ? building : ['bundle', ...packing])], 'The error is above.', { env });
  if (!existsSync(made)) throw new Failure(`The bundler left nothing in ${basename(made)}.`);
  await gather(made, out, epoch);
}

await main(process.argv.slice(2)).catch(stop);

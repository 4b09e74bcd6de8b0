// A gate that cannot fail guards nothing: each kind of unwanted crate is planted here and must be refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { cargoDeny, check } from './deny.mjs';

const program = await cargoDeny();

test('a crate of our own kind passes', () => verdict({ name: 'fine', license: 'MIT OR Apache-2.0' }, null));
// Holds T27.
test('a banned crate is refused', () => verdict({ name: 'openssl', license: 'Apache-2.0' }, 'bans'));
// Holds T27.
test('a licence nobody allowed is refused', () =>
  verdict({ name: 'copyleft', license: 'GPL-3.0-only' }, 'licenses'));
// Holds T27.
test('a crate from a git repository is refused', () =>
  verdict({ name: 'fine', license: 'MIT', git: true }, 'sources'));

/** Checks a workspace whose one dependency is `crate`: `failing` is the subject that must refuse it, or null. */
function verdict({ name, license, git = false }, failing) {
  const directory = mkdtempSync(join(tmpdir(), 'headroom-deny-'));
  try {
    const dependency = join(directory, 'dependency');
    const checkout = join(directory, 'program');
    writePackage(dependency, { name, license });
    if (git) commitAll(dependency);
    const source = git ? `{ git = "file://${dependency}" }` : `{ path = "../dependency" }`;
    writePackage(checkout, { name: 'planted', license: 'MIT' }, `${name} = ${source}`);
    command(checkout, 'cargo', 'generate-lockfile', '--quiet');

    const done = spawnSync(program, check('licenses', 'bans', 'sources'), {
      cwd: checkout,
      encoding: 'utf8',
    });
    assert.equal(done.status === 0, failing === null, done.stderr);
    for (const subject of ['licenses', 'bans', 'sources']) {
      assert.match(
        done.stdout,
        new RegExp(`${subject} ${subject === failing ? 'FAILED' : 'ok'}`),
        done.stderr,
      );
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function writePackage(directory, { name, license }, dependency = '') {
  mkdirSync(join(directory, 'src'), { recursive: true });
  writeFileSync(join(directory, 'src', 'lib.rs'), '');
  const about = `name = "${name}"\nversion = "1.0.0"\nedition = "2024"\nlicense = "${license}"\npublish = false`;
  writeFileSync(join(directory, 'Cargo.toml'), `[package]\n${about}\n[dependencies]\n${dependency}\n`);
}

function commitAll(directory) {
  command(directory, 'git', 'init', '--quiet');
  command(directory, 'git', 'add', '.');
  const author = ['-c', 'user.name=Planted', '-c', 'user.email=planted@example.org'];
  command(directory, 'git', ...author, 'commit', '--quiet', '--message', 'Plant');
}

function command(cwd, name, ...args) {
  const done = spawnSync(name, args, { cwd, encoding: 'utf8' });
  assert.equal(done.status, 0, `${name} ${args.join(' ')}: ${done.stderr}`);
}

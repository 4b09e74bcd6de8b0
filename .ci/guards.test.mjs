// A guard that cannot fail guards nothing: each kind of breach is planted here and must be found.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { breaches, breaksRule, grep, tauriImport, texts } from './guards.mjs';

const tree = `0wire v0.1.0 (crates/wire)
1domain v0.1.0 (crates/domain)
2jiff v1.0.1
1bytes-stream v2.0.0
2tokio v1.54.1
1tokio v1.54.1 (*)`;

test('a forbidden crate is named with the way it came in', () => {
  assert.deepEqual(breaches(tree, ['tokio']), ['wire → bytes-stream → tokio']);
});
test('a crate whose name only begins like a forbidden one is fine', () => {
  assert.deepEqual(breaches(tree, ['bytes', 'toki']), []);
});
test('the crate under test is not its own dependency', () => {
  assert.deepEqual(breaches(tree, ['wire']), []);
});

// Joined from pieces, so that this file does not hold what it forbids.
const [machinePath, clientId, clientSecret] = texts.map(({ pattern }) => pattern);
test('a build folder is a machine path', () => finds(machinePath, `open ${'/wo' + 'rk'}/tree/file`));
test('a home folder is a machine path', () => finds(machinePath, `"${'/ho' + 'me'}/bob/.config"`));
test('a relative folder of that name is not', () =>
  misses(machinePath, 'see ui/work/list.ts and https://x.org/root/a'));
test('a client id is found', () => finds(clientId, `123-abc.apps.${'googleuser' + 'content'}.com`));
test('other Google hosts are not client ids', () => misses(clientId, 'https://oauth2.googleapis.com/token'));
test('a client secret is found', () => finds(clientSecret, `GOCSPX${'-'}abc`));
test('an import of Tauri is found', () =>
  finds(tauriImport, "import { invoke } from '@tauri-apps/api/core';"));
test('a lazy import of Tauri is found', () =>
  finds(tauriImport, 'await import("@tauri-apps/plugin-opener")'));
test('a mention of Tauri is no import', () => misses(tauriImport, '// like @tauri-apps/api, but over HTTP'));

test('the home of examples is fine, and excuses no other on its line', () => {
  assert.equal(breaksRule(texts[0], '/home/ada/.config'), false);
  assert.equal(breaksRule(texts[0], `/home/ada/.config ${'/ho' + 'me'}/bob/.config`), true);
});

const finds = (pattern, text) => check(pattern, text, 1);
const misses = (pattern, text) => check(pattern, text, 0);

async function check(pattern, text, hits) {
  const directory = mkdtempSync(join(tmpdir(), 'headroom-guards-'));
  try {
    writeFileSync(join(directory, 'planted.txt'), `first line\n${text}\n`);
    const lines = await grep(directory, pattern, '.');
    assert.equal(lines.length, hits, lines.join('\n'));
    if (hits > 0) assert.equal(lines[0], `planted.txt:2:${text}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

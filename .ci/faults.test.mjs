import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRan, commands, figuresIn } from './faults.mjs';

const command = (file) => commands([{ file, name: 'a', rows: ['F1'] }], { optimised: false })[0].command;

test('a test in Rust runs in the target its file belongs to', () => {
  const target = (file) =>
    command(`src-tauri/crates/${file}`).find((word) => /^--(test=|lib|bins)/.test(word));
  assert.equal(target('engine/src/store/tests/kill.rs'), '--lib');
  assert.equal(target('cli/src/page.rs'), '--bins');
  assert.equal(target('engine/tests/it/proxy/failing.rs'), '--test=it');
  assert.equal(target('fuzzing/tests/all.rs'), '--test=all');
});

test('a run without its tests does not pass', () => {
  const ran = (...passed) =>
    passed.map((count) => `test result: ok. ${count} passed; 0 failed; 0 ignored; finished in 1.00s`);
  assert.equal(allRan(ran(3), 3), true);
  assert.equal(allRan(ran(1, 2), 3), true);
  assert.equal(allRan(ran(0), 1), false);
  assert.equal(allRan(['1 passed (3.2s)'], 1), true);
});

test('a figure is found behind the name of another test', () => {
  const lines = ['test a ... figure T8, G5: 9 of 9', 'figure F1: ok', 'nothing'];
  assert.deepEqual(figuresIn(lines), { T8: ['9 of 9'], G5: ['9 of 9'], F1: ['ok'] });
});

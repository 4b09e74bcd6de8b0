import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disagreements, tagged, written } from './reliability.mjs';

const rust = ['/// Holds F1, T2.', '#[tokio::test]', 'async fn a_pair_rests() {'].join('\n');

test('a test in Rust is found with its rows', () => {
  assert.deepEqual(tagged('a.rs', rust), [
    { rows: ['F1', 'T2'], name: 'a_pair_rests', file: 'a.rs', line: 3 },
  ]);
});

test('a test in JavaScript is found with its rows', () => {
  const text = "// Holds G5.\ntest('pages get nothing', async () => {";
  assert.deepEqual(
    tagged('a.mjs', text).map(({ name }) => name),
    ['pages get nothing'],
  );
});

test('a tag that is none, or has no test, is told', () => {
  assert.throws(() => tagged('a.rs', '/// Holds F1 and F2.\nfn a() {'), /is no tag/);
  assert.throws(() => tagged('a.rs', '/// Holds F1.\nstruct A;'), /no test follows/);
});

test('a row needs a test or a reason, and not both', () => {
  const tests = tagged('a.rs', rust);
  const row = (id, more) => ({ id, what: '', goal: '', ...more });
  assert.deepEqual(disagreements([row('F1'), row('T2'), row('F3', { without: 'reason' })], tests), []);
  assert.equal(disagreements([row('F1'), row('T2'), row('F3')], tests).length, 1);
  assert.equal(disagreements([row('F1', { without: 'reason' }), row('T2')], tests).length, 1);
  assert.equal(disagreements([row('F1')], tests).length, 1);
});

test('the document names test and figure of a row', () => {
  const text = written(tagged('a.rs', rust), { figures: { F1: ['3 of 3'] } });
  assert.match(text, /\| F1 \|.*\[a pair rests\]\(\.\.\/a\.rs\).*\| 3 of 3 \|/);
});

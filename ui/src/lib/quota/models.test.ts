import { expect, test } from 'vitest';
import { FakeBackend } from '../ipc/fake';
import { matches, modelRows } from './models';

const document = () => new FakeBackend().quota;

test('a model gathers every active credential that offers it', () => {
  const sonnet = modelRows(document()).find(({ id }) => id === 'claude-sonnet-4-6');
  expect(sonnet?.segments.map(({ credential }) => credential.name)).toEqual([
    'Ada',
    'Chen',
    'Bob',
    'finn.lindqvist@example.org',
    'Gus',
  ]);
  expect([sonnet?.usable, sonnet?.best]).toEqual([3, 0.58]);
});

test('models of one pool that stand the same with everyone are one row', () => {
  const quota = document();
  const ids = new Set(quota.credentials.flatMap(({ models }) => models.map(({ id }) => id)));
  const rows = modelRows(quota);
  expect(rows.length).toBeLessThan(ids.size);
  // Protected on one credential, it stands apart from the others of its pool.
  expect(rows.find(({ id }) => id === 'claude-sonnet-4-6')?.names).toEqual(['Claude Sonnet 4.6']);
});

test('a model of a pool whose clock has not started is not simply full', () => {
  const quota = document();
  const of = (name: string, id: string) =>
    modelRows(quota)
      .flatMap(({ segments }) => segments)
      .find(({ credential, model }) => credential.name === name && model.id === id)?.level;
  const [ada] = quota.credentials;
  const gemini = ada?.models.find(({ group }) => group === 'gemini');
  const claude = ada?.models.find(({ group }) => group === '3p');
  // Of Gemini the five hours have not started; of Claude they run.
  expect(of('Ada', gemini?.id ?? '')).toBe('idle');
  expect(of('Ada', claude?.id ?? '')).toBe('enough');
});

test('the fullest credential comes first and an unknown one last', () => {
  for (const { segments } of modelRows(document())) {
    const left = segments.map(({ model }) => model.effective_remaining ?? -1);
    expect(left).toEqual(left.toSorted((one, other) => other - one));
  }
});

test('a model of which nothing is known has no best number', () => {
  const flash = modelRows(document()).find(({ id }) => id === 'gemini-3-flash-preview');
  expect([flash?.names[0], flash?.usable, flash?.best]).toEqual(['gemini-3-flash-preview', 0, null]);
});

test.each([
  ['', true],
  ['  ADA ', true],
  ['ai pro', true],
  ['claude-opus', true],
  ['Opus 4.6', true],
  ['antigravity', true],
  ['bob', false],
])('Ada answers to %j: %s', (typed, found) => {
  const ada = document().credentials[0];
  if (!ada) throw new Error('Ada is in the fixture');
  expect(matches(ada, typed)).toBe(found);
});

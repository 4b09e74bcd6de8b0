import { expect, test } from 'vitest';
import { FakeBackend, fixtureTime } from '../ipc/fake';
import { columns, groupCards } from './groups';

const document = () => new FakeBackend().quota;

test('the pools of the service come first, whatever the order of an answer', () => {
  const quota = document();
  const [first] = quota.credentials;
  first?.groups.unshift({
    key: 'new',
    name: 'New models',
    remaining: 1,
    reset_at: null,
    binding: null,
    windows: [],
  });
  expect(columns(quota).map(({ key }) => key)).toEqual(['3p', 'gemini', 'new']);
});

test('a card counts who can be used among all who may have the group', () => {
  const [claude] = groupCards(document(), fixtureTime);
  // Ada, Bob and Chen have some left; Finn and Gus are empty; Dora and Ivo have told nothing.
  expect([claude?.usable, claude?.glasses.length]).toEqual([3, 7]);
});

test('the fullest glass stands first and what is unknown last', () => {
  const [claude] = groupCards(document(), fixtureTime);
  expect(claude?.glasses.map(({ level }) => level)).toEqual([
    'enough',
    'low',
    'scarce',
    'empty',
    'empty',
    'unknown',
    'unknown',
  ]);
});

test('a switched-off credential has no glass', () => {
  const quota = document();
  const ada = quota.credentials[0];
  if (ada) ada.state = 'disabled';
  const [claude] = groupCards(quota, fixtureTime);
  expect(claude?.glasses.map(({ credential }) => credential.id)).not.toContain('c-ada');
});

test('what is nearly used comes back in the order of its resets', () => {
  const [claude] = groupCards(document(), fixtureTime);
  expect(claude?.outlook).toEqual({
    kind: 'capacity',
    refills: [
      { name: 'finn.lindqvist@example.org', at: '2026-09-01T12:06:40Z' },
      { name: 'Bob', at: '2026-09-01T12:41:00Z' },
    ],
  });
});

test('a reset that has passed promises nothing', () => {
  const [claude] = groupCards(document(), fixtureTime + 500_000);
  expect(claude?.outlook).toMatchObject({ kind: 'capacity', refills: [{ name: 'Bob' }, { name: 'Chen' }] });
});

test('where enough is left the next refill is told, and nothing more', () => {
  const gemini = groupCards(document(), fixtureTime)[1];
  expect(gemini?.outlook).toMatchObject({ kind: 'refill', refills: [{ name: 'Chen' }] });
});

test('a group of which nothing is known says so', () => {
  const quota = document();
  for (const credential of quota.credentials) {
    for (const group of credential.groups) group.remaining = null;
  }
  expect(groupCards(quota, fixtureTime)[0]?.outlook).toEqual({ kind: 'unknown' });
});

test('where no clock runs the card says that the next use starts one', () => {
  const quota = document();
  quota.credentials = quota.credentials.filter(({ id }) => id === 'c-ada');
  const gemini = quota.credentials[0]?.groups.find(({ key }) => key === 'gemini');
  if (!gemini) throw new Error('Ada has Gemini');
  Object.assign(gemini, { remaining: 1, binding: '5h' });
  gemini.windows = gemini.windows.slice(0, 1);
  expect(groupCards(quota, fixtureTime)[1]?.outlook).toEqual({ kind: 'idle' });
});

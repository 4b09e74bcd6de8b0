import { expect, test } from 'vitest';
import { BackendError, type DecisionsArgs, type DecisionView } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { Decisions } from './decisions.svelte';

test('it begins with the last day of everything', async () => {
  const backend = new FakeBackend();
  const decisions = new Decisions(backend);
  await decisions.load();
  expect(backend.argsOf('decisions')).toEqual([
    { since: '1d', credential: null, kind: null, search: null, limit: 100 },
  ]);
  expect(decisions.entries).toHaveLength(4);
});

test('what is narrowed stays narrowed until it is widened', async () => {
  const backend = new FakeBackend();
  const decisions = new Decisions(backend);
  await decisions.narrow({ kind: 'warmup' });
  await decisions.narrow({ credential: 'c-ada', since: '7d' });
  await decisions.narrow({ search: '  floor ' });
  expect(backend.argsOf('decisions').at(-1)).toEqual({
    since: '7d',
    credential: 'c-ada',
    kind: 'warmup',
    search: 'floor',
    limit: 100,
  });
  expect(decisions.narrowed).toBe(true);
  await decisions.widen();
  expect(backend.argsOf('decisions').at(-1)).toMatchObject({ credential: null, kind: null, search: null });
  expect(decisions.narrowed).toBe(false);
});

test('more comes on demand, up to what the engine answers', async () => {
  const backend: FakeBackend = new FakeBackend({
    decisions: ({ limit }: DecisionsArgs): DecisionView[] =>
      Array.from(
        { length: limit ?? 0 },
        (_, id) => ({ ...backend.decisions[0], id: String(id) }) as DecisionView,
      ),
  });
  const decisions = new Decisions(backend);
  await decisions.load();
  expect(decisions.more).toBe(true);
  for (let time = 0; time < 3; time += 1) await decisions.showMore();
  expect(decisions.entries).toHaveLength(1000);
  expect(decisions.more).toBe(false);
});

test('a failed load keeps the entries and says why', async () => {
  let up = true;
  const backend: FakeBackend = new FakeBackend({
    decisions: () =>
      up ? backend.decisions : Promise.reject(new BackendError('failed', 'The disk is full.')),
  });
  const decisions = new Decisions(backend);
  await decisions.load();
  up = false;
  await decisions.load();
  expect(decisions.entries).toHaveLength(4);
  expect(decisions.failure?.message).toBe('The disk is full.');
  expect(decisions.loading).toBe(false);
});

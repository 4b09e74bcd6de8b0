import { expect, test } from 'vitest';
import { BackendError } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { Scheduler } from './scheduler.svelte';

test('a failed load keeps the last answer and says why', async () => {
  let up = true;
  const backend: FakeBackend = new FakeBackend({
    scheduler: () => (up ? backend.scheduler : Promise.reject(new BackendError('unreachable', 'Gone.'))),
    cooldowns: () => (up ? backend.cooldowns : Promise.reject(new BackendError('unreachable', 'Gone.'))),
    warmup: () => (up ? backend.rehearsal : Promise.reject(new BackendError('unreachable', 'Gone.'))),
  });
  const scheduler = new Scheduler(backend);
  const all = () => Promise.all([scheduler.load(), scheduler.loadRests(), scheduler.rehearse()]);
  await all();
  up = false;
  await all();
  expect(scheduler.view?.jobs).toHaveLength(3);
  expect(scheduler.rests).toHaveLength(2);
  expect(scheduler.rehearsal?.lines).toHaveLength(6);
  const failures = [scheduler.failure, scheduler.restsFailure, scheduler.rehearsalFailure];
  expect(failures.map((failure) => failure?.message)).toEqual(['Gone.', 'Gone.', 'Gone.']);
  up = true;
  await all();
  expect([scheduler.failure, scheduler.restsFailure, scheduler.rehearsalFailure]).toEqual([null, null, null]);
});

test('a rehearsal asks for a dry run of the scan, and nothing else', async () => {
  const backend = new FakeBackend();
  await new Scheduler(backend).rehearse();
  expect(backend.argsOf('warmup')).toEqual([{ automatic: true, dry_run: true }]);
});

test('a rest that is cleared is gone from the list', async () => {
  const backend = new FakeBackend();
  const scheduler = new Scheduler(backend);
  await scheduler.loadRests();
  expect(await scheduler.clear('c-gus/group:3p')).toBe(true);
  expect(scheduler.rests?.map(({ name }) => name)).toEqual(['Bob']);
  expect(scheduler.clearing).toEqual([]);
});

test('a rest that cannot be cleared stays, with the reason, until the next try', async () => {
  let refuse = true;
  const backend: FakeBackend = new FakeBackend({
    cooldownClear: () => (refuse ? Promise.reject(new BackendError('not_found', 'Nothing rests.')) : null),
  });
  const scheduler = new Scheduler(backend);
  await scheduler.loadRests();
  expect(await scheduler.clear('c-gus/group:3p')).toBe(false);
  expect(scheduler.notCleared).toEqual({ 'c-gus/group:3p': 'Nothing rests.' });
  refuse = false;
  await scheduler.clear('c-gus/group:3p');
  expect(scheduler.notCleared).toEqual({});
});

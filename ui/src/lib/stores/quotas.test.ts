import { expect, test, vi } from 'vitest';
import { BackendError, type QuotaDocument } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { Quotas } from './quotas.svelte';

/** A quota command whose answers a test gives one by one. */
function scripted() {
  const waiting: { give: (document: QuotaDocument) => void; fail: (error: BackendError) => void }[] = [];
  const backend = new FakeBackend({
    quota: () => new Promise<QuotaDocument>((give, fail) => waiting.push({ give, fail })),
  });
  return { backend, waiting, quotas: new Quotas(backend) };
}

test('a failed load keeps the last numbers and says why', async () => {
  const { waiting, quotas, backend } = scripted();
  const first = quotas.peek();
  waiting[0]?.give(backend.quota);
  await first;
  const second = quotas.open();
  waiting[1]?.fail(new BackendError('unreachable', 'The engine does not answer.'));
  await second;
  expect(quotas.credentials).toHaveLength(backend.quota.credentials.length);
  expect(quotas.failure?.code).toBe('unreachable');
});

test('changes that come while one look is under way end in one more look, not in many', async () => {
  const { waiting, quotas, backend } = scripted();
  const all = [quotas.peek(), quotas.peek(), quotas.peek(), quotas.peek()];
  waiting[0]?.give(backend.quota);
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]?.give({ ...backend.quota, sentence: 'The newest.' });
  await Promise.all(all);
  expect(waiting).toHaveLength(2);
  expect(quotas.document?.sentence).toBe('The newest.');
});

test('a credential that says the same stays the same object, so that its row is left alone', async () => {
  const backend = new FakeBackend();
  const quotas = new Quotas(backend);
  await quotas.peek();
  const before = [...quotas.credentials];
  const bob = backend.quota.credentials[1];
  backend.quota.credentials = structuredClone(backend.quota.credentials);
  const changed = backend.quota.credentials[1];
  if (!bob || !changed) throw new Error('Bob is in the fixture');
  changed.tier = 'AI Pro';
  await quotas.peek();
  expect(quotas.credentials[0]).toBe(before[0]);
  expect(quotas.credentials[1]).not.toBe(before[1]);
  expect(quotas.credentials[1]?.tier).toBe('AI Pro');
});

test('a refresh of one credential reads that one and then looks at all', async () => {
  const backend = new FakeBackend();
  const quotas = new Quotas(backend);
  const done = quotas.refresh('c-finn');
  expect(quotas.refreshingOf).toEqual(['c-finn']);
  await done;
  expect(backend.argsOf('quota')).toEqual([
    { freshness: 'refreshed', credential: 'c-finn' },
    { freshness: 'peek', credential: null },
  ]);
  expect(quotas.refreshingOf).toEqual([]);
});

test('a second press on Refresh while one runs asks nothing', async () => {
  const { waiting, quotas, backend } = scripted();
  const first = quotas.refresh();
  await quotas.refresh();
  expect(waiting).toHaveLength(1);
  waiting[0]?.give(backend.quota);
  await first;
  expect(quotas.refreshing).toBe(false);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BackendError } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { App } from './app.svelte';

let stop: (() => void) | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, '', '/#/');
});
afterEach(() => {
  stop?.();
  vi.useRealTimers();
});

async function started(backend: FakeBackend): Promise<App> {
  const app = new App(backend, window, backend.now);
  stop = app.start(document);
  await vi.advanceTimersByTimeAsync(1);
  return app;
}

test('it looks at what is there first, and then at something fresh enough', async () => {
  const backend = new FakeBackend();
  await started(backend);
  expect(backend.argsOf('quota')).toEqual([
    { freshness: 'peek', credential: null },
    { freshness: 'cached', credential: null },
  ]);
});

test('without changes it asks nothing, however long it stands', async () => {
  const backend = new FakeBackend();
  await started(backend);
  const asked = backend.asked.length;
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(backend.asked).toHaveLength(asked);
});

test('a burst of changes is one look', async () => {
  const backend = new FakeBackend();
  await started(backend);
  backend.asked.length = 0;
  for (let change = 0; change < 50; change += 1) backend.change();
  await vi.advanceTimersByTimeAsync(250);
  expect(backend.argsOf('quota')).toEqual([{ freshness: 'peek', credential: null }]);
  expect(backend.argsOf('status')).toHaveLength(1);
});

test('the language follows the setting', async () => {
  const backend = new FakeBackend();
  const app = await started(backend);
  expect(app.texts.nav.overview).toBe('Overview');
  backend.status.language = 'zh-CN';
  backend.change();
  await vi.advanceTimersByTimeAsync(250);
  expect(app.texts.nav.overview).toBe('概览');
});

test('dropped files open the page that shows what would happen', async () => {
  const backend = new FakeBackend();
  const app = await started(backend);
  backend.drop({ kind: 'over' });
  expect(app.imports.hovering).toBe(true);
  backend.drop({ kind: 'left' });
  backend.drop({ kind: 'dropped', source: { kind: 'paths', paths: ['/a.json'] } });
  await vi.advanceTimersByTimeAsync(1);
  expect([app.imports.hovering, app.router.page, app.imports.stage.kind]).toEqual([
    false,
    'credentials',
    'preview',
  ]);
});

test('a window whose engine went asks until somebody answers', async () => {
  let up = true;
  const backend: FakeBackend = new FakeBackend({
    status: () => (up ? backend.status : Promise.reject(new BackendError('unreachable', 'gone'))),
  });
  backend.place = 'window';
  const app = await started(backend);
  up = false;
  backend.connect('lost');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(app.connection).toBe('lost');
  const asked = backend.argsOf('status').length;
  expect(asked).toBeGreaterThan(2);
  up = true;
  backend.connect('live');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(backend.argsOf('status').length - asked).toBeLessThan(2);
});

test('a removed credential can be brought back as long as the engine says so', async () => {
  const backend: FakeBackend = new FakeBackend({
    credentialRemove: () => ({
      id: 'c-gus',
      name: 'Gus',
      state: 'removed',
      undo_until: '2026-09-01T12:00:08Z',
    }),
    credentialRestore: () => ({ id: 'c-gus', name: 'Gus', state: 'active', undo_until: null }),
  });
  const app = await started(backend);
  await app.credentials.remove('c-gus');
  const [toast] = app.toasts.shown;
  expect(toast?.text).toBe('Gus is removed.');
  toast?.action?.run();
  await vi.advanceTimersByTimeAsync(1);
  expect(backend.argsOf('credentialRestore')).toEqual([{ id: 'c-gus' }]);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(app.toasts.shown.map(({ text }) => text)).not.toContain('Gus is removed.');
});

test('an empty label takes the label away', async () => {
  const backend: FakeBackend = new FakeBackend({
    credentialRename: () => ({ id: 'c-ada', name: 'ada@example.org', state: 'active', undo_until: null }),
  });
  const app = await started(backend);
  expect(await app.credentials.rename('c-ada', '  ')).toBe(true);
  expect(backend.argsOf('credentialRename')).toEqual([{ id: 'c-ada', label: null }]);
});

test('a refused action says why and leaves nothing busy', async () => {
  const backend: FakeBackend = new FakeBackend({
    credentialCheck: () => Promise.reject(new BackendError('refused', 'It rests until 14:05.')),
  });
  const app = await started(backend);
  await app.credentials.check('c-ada');
  expect(app.toasts.shown.map(({ tone, text }) => [tone, text])).toEqual([
    ['error', 'It rests until 14:05.'],
  ]);
  expect(app.credentials.busy).toEqual([]);
});

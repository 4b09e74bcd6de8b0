import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConnectionState } from './backend';
import { HttpBackend, reconnectDelay, wireName } from './http';

/** A control API in the place of `fetch`: it remembers what it was asked and streams what a test sends. */
class Api {
  token = 'FAKE_TOKEN';
  words = new Set(['WORD']);
  up = true;
  readonly asked: { path: string; authorization: string | null; body: unknown }[] = [];
  #streams: ReadableStreamDefaultController<Uint8Array>[] = [];

  readonly fetch = (path: string, init: RequestInit = {}): Promise<Response> => {
    const authorization = new Headers(init.headers).get('authorization');
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    this.asked.push({ path, authorization, body });
    if (!this.up) return Promise.reject(new TypeError('connection refused'));
    if (path === '/api/v1/login') {
      const { word } = body as { word: string };
      return Promise.resolve(
        this.words.delete(word)
          ? Response.json({ token: this.token })
          : Response.json({ code: 'needs_user', message: 'used' }, { status: 401 }),
      );
    }
    if (authorization !== `Bearer ${this.token}`) return Promise.resolve(new Response('', { status: 401 }));
    if (path === '/api/v1/events') {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => void this.#streams.push(controller),
      });
      init.signal?.addEventListener('abort', () => this.drop());
      return Promise.resolve(new Response(stream));
    }
    if (path === '/api/v1/doctor') return Promise.resolve(Response.json([]));
    return Promise.resolve(Response.json({ code: 'bad_input', message: 'Out of range.' }, { status: 400 }));
  };

  send(text: string): void {
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(text));
  }

  /** The engine goes: every stream ends. */
  drop(): void {
    for (const stream of this.#streams.splice(0)) stream.close();
  }
}

let api: Api;
let open: HttpBackend[];

beforeEach(() => {
  api = new Api();
  open = [];
  vi.stubGlobal('fetch', api.fetch);
  sessionStorage.clear();
  history.replaceState(null, '', '/#t=WORD');
});
afterEach(() => {
  for (const backend of open) backend.close();
  vi.unstubAllGlobals();
});

async function opened(): Promise<HttpBackend> {
  const backend = await HttpBackend.open();
  open.push(backend);
  return backend;
}
function states(backend: HttpBackend): ConnectionState[] {
  const seen: ConnectionState[] = [];
  backend.onConnection((state) => seen.push(state));
  return seen;
}

test('the word of the link becomes a token of this tab and leaves the address', async () => {
  const backend = await opened();
  expect(location.hash).toBe('#/');
  expect(sessionStorage.getItem('headroom.token')).toBe('FAKE_TOKEN');
  await backend.commands.doctor();
  expect(api.asked.at(-1)).toEqual({ path: '/api/v1/doctor', authorization: 'Bearer FAKE_TOKEN', body: {} });
});

test('a reloaded tab goes on with its token', async () => {
  sessionStorage.setItem('headroom.token', 'FAKE_TOKEN');
  history.replaceState(null, '', '/#/settings');
  const seen = states(await opened());
  await vi.waitFor(() => expect(seen.at(-1)).toBe('live'));
  expect(location.hash).toBe('#/settings');
});

test('a used word leaves the page signed out', async () => {
  api.words.clear();
  const backend = await opened();
  const seen = states(backend);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('signed_out'));
  await expect(backend.commands.doctor()).rejects.toMatchObject({ code: 'signed_out' });
});

test('a token that is no longer good signs the page out for good', async () => {
  const backend = await opened();
  const seen = states(backend);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('live'));
  api.token = 'FAKE_OTHER';
  await expect(backend.commands.doctor()).rejects.toMatchObject({ code: 'signed_out' });
  expect(seen.at(-1)).toBe('signed_out');
  expect(sessionStorage.getItem('headroom.token')).toBeNull();
});

test('a refusal carries its code and words', async () => {
  const backend = await opened();
  await expect(backend.commands.settingsReset({ key: 'x' })).rejects.toMatchObject({
    code: 'bad_input',
    message: 'Out of range.',
  });
});

test('an engine that is gone is unreachable, not signed out', async () => {
  const backend = await opened();
  api.up = false;
  await expect(backend.commands.doctor()).rejects.toMatchObject({ code: 'unreachable' });
});

test('a change on the stream is told, a comment is not', async () => {
  const backend = await opened();
  const seen = states(backend);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('live'));
  const told = vi.fn();
  backend.onChanged(told);
  api.send(': still here\n\n');
  api.send('event: changed\ndata: {"revision":12}\n\n');
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
});

test('a lost stream is told, reconnected, and followed by one question for what was missed', async () => {
  const backend = await opened();
  const seen = states(backend);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('live'));
  const told = vi.fn();
  backend.onChanged(told);
  api.drop();
  await vi.waitFor(() => expect(seen.at(-1)).toBe('lost'));
  expect(told).not.toHaveBeenCalled();
  dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(seen.at(-1)).toBe('live'));
  expect(told).toHaveBeenCalledTimes(1);
});

test('attempts to reach the engine come less and less often, up to a limit', () => {
  expect([0, 1, 2, 5, 6, 20].map(reconnectDelay)).toEqual([500, 1000, 2000, 15_000, 15_000, 15_000]);
});

test.each([
  ['status', 'status'],
  ['credentialAddKey', 'credential_add_key'],
  ['settingsList', 'settings_list'],
])('%s is %s on the wire', (name, wire) => {
  expect(wireName(name)).toBe(wire);
});

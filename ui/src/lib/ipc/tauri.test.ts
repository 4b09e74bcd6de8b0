import { clearMocks, mockIPC, mockWindows } from '@tauri-apps/api/mocks';
import { emit } from '@tauri-apps/api/event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConnectionState, DropEvent } from './backend';
import { TauriBackend } from './tauri';

let asked: { command: string; payload: unknown }[];
let answer: (command: string) => unknown;

beforeEach(() => {
  asked = [];
  answer = () => null;
  mockWindows('main');
  mockIPC(
    (command, payload) => {
      asked.push({ command, payload });
      return answer(command);
    },
    { shouldMockEvents: true },
  );
});
afterEach(clearMocks);

test('a command goes out under its own name with one argument', async () => {
  answer = () => ({ id: 'c', name: 'Ada', state: 'active', undo_until: null });
  const backend = new TauriBackend();
  await expect(backend.commands.credentialEnable({ id: 'c' })).resolves.toMatchObject({ name: 'Ada' });
  expect(asked).toEqual([{ command: 'credential_enable', payload: { args: { id: 'c' } } }]);
});

test('a refusal carries its code and words', async () => {
  answer = () => Promise.reject({ code: 'refused', message: 'It rests until 14:05.' } as unknown as Error);
  await expect(new TauriBackend().commands.doctor()).rejects.toMatchObject({
    code: 'refused',
    message: 'It rests until 14:05.',
  });
});

test('an engine in another process that went is told as lost, and as live when it answers again', async () => {
  const backend = new TauriBackend();
  const states: ConnectionState[] = [];
  backend.onConnection((state) => states.push(state));
  answer = () => Promise.reject({ code: 'unreachable', message: 'gone' } as unknown as Error);
  await expect(backend.commands.doctor()).rejects.toMatchObject({ code: 'unreachable' });
  answer = () => [];
  await backend.commands.doctor();
  expect(states).toEqual(['live', 'lost', 'live']);
});

test('a change is told until nobody listens any more', async () => {
  const told = vi.fn();
  const stop = new TauriBackend().onChanged(told);
  await emit('changed', { revision: 2 });
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
  stop();
  await vi.waitFor(async () => {
    told.mockClear();
    await emit('changed', { revision: 3 });
    expect(told).not.toHaveBeenCalled();
  });
});

test('dropped files come as paths', async () => {
  const told: DropEvent[] = [];
  new TauriBackend().onDrop((event) => told.push(event));
  const position = { x: 1, y: 1 };
  await vi.waitFor(async () => {
    told.length = 0;
    await emit('tauri://drag-enter', { paths: ['/a.json'], position });
    await emit('tauri://drag-drop', { paths: ['/a.json'], position });
    expect(told.map(({ kind }) => kind)).toEqual(['over', 'left', 'dropped']);
  });
  expect(told[2]).toEqual({ kind: 'dropped', source: { kind: 'paths', paths: ['/a.json'] } });
});

test('the file dialog gives paths, or nothing', async () => {
  const backend = new TauriBackend();
  answer = () => ['/a.json', '/b.zip'];
  expect(await backend.chooseFiles()).toEqual({ kind: 'paths', paths: ['/a.json', '/b.zip'] });
  answer = () => null;
  expect(await backend.chooseFiles()).toBeNull();
});

test('a page that the window may not open says why', async () => {
  answer = () => Promise.reject('Not allowed to open url' as unknown as Error);
  await expect(new TauriBackend().openExternal('https://example.org/')).rejects.toMatchObject({
    code: 'failed',
    message: 'Not allowed to open url',
  });
});

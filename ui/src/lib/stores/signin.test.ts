import { expect, test, vi } from 'vitest';
import { BackendError, type LoginProgress } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { SignIn } from './signin.svelte';

function begun(progress: () => LoginProgress | Promise<never>, url = 'https://accounts.google.com/FAKE') {
  const backend = new FakeBackend({
    loginStart: () => ({ flow: 'flow-1', url, expires_at: '2026-09-01T12:05:00Z' }),
    loginProgress: progress,
    loginPaste: progress,
  });
  const afterwards = vi.fn(() => Promise.resolve());
  return { backend, afterwards, signIn: new SignIn(backend, () => false, afterwards) };
}

test('it opens the page, waits, and is done when the engine says so', async () => {
  let progress: LoginProgress = { stage: 'waiting' };
  const { backend, afterwards, signIn } = begun(() => progress);
  await signIn.start('antigravity');
  expect(backend.opened).toEqual(['https://accounts.google.com/FAKE']);
  await signIn.look();
  expect(signIn.stage).toMatchObject({ kind: 'waiting', exchanging: false });
  progress = { stage: 'exchanging' };
  await signIn.look();
  expect(signIn.stage).toMatchObject({ kind: 'waiting', exchanging: true });
  progress = { stage: 'done', id: 'c-new', name: 'Nora' };
  await signIn.look();
  expect(signIn.stage).toEqual({ kind: 'done', id: 'c-new', name: 'Nora' });
  expect(afterwards).toHaveBeenCalledTimes(1);
});

test('an address that is no page of the web is never opened', async () => {
  const { backend, signIn } = begun(() => ({ stage: 'waiting' }), 'file:///etc/passwd');
  await signIn.start('antigravity');
  expect(backend.opened).toEqual([]);
  expect(signIn.stage.kind).toBe('waiting');
});

test('without a sign-in under way nothing is asked', async () => {
  const { backend, signIn } = begun(() => ({ stage: 'waiting' }));
  await signIn.look();
  expect(backend.asked).toEqual([]);
});

test('an engine that is away for a moment does not end it', async () => {
  const { signIn } = begun(() => Promise.reject(new BackendError('unreachable', 'gone')));
  await signIn.start('gemini-cli');
  await signIn.look();
  expect(signIn.stage.kind).toBe('waiting');
});

test('a refusal ends it with its words and knows where to start again', async () => {
  const { signIn } = begun(() => ({ stage: 'failed', message: 'You said no in the browser.' }));
  await signIn.start('gemini-cli');
  await signIn.look();
  expect(signIn.stage).toEqual({
    kind: 'failed',
    provider: 'gemini-cli',
    message: 'You said no in the browser.',
  });
});

test('a pasted address that is none leaves the sign-in open', async () => {
  const { signIn } = begun(() => Promise.reject(new BackendError('bad_input', 'That is no address.')));
  await signIn.start('antigravity');
  await signIn.paste('hello');
  expect([signIn.stage.kind, signIn.pasteFailure]).toEqual(['waiting', 'That is no address.']);
});

test('cancelling tells the engine, once', async () => {
  const { backend, signIn } = begun(() => ({ stage: 'waiting' }));
  await signIn.start('antigravity');
  await signIn.cancel();
  await signIn.cancel();
  expect(signIn.stage.kind).toBe('idle');
  expect(backend.argsOf('loginCancel')).toEqual([{ flow: 'flow-1' }]);
});

test('a sign-in that cannot begin says why', async () => {
  const backend = new FakeBackend({
    loginStart: () => Promise.reject(new BackendError('needs_user', 'No OAuth client is set.')),
  });
  const signIn = new SignIn(
    backend,
    () => false,
    () => Promise.resolve(),
  );
  await signIn.start('antigravity');
  expect(signIn.stage).toMatchObject({ kind: 'failed', message: 'No OAuth client is set.' });
});

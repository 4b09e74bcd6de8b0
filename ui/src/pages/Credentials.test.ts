import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { BackendError } from '../lib/ipc/backend';
import { FakeBackend } from '../lib/ipc/fake';

const change = (state: string) => ({ id: 'c-ada', name: 'Ada', state, undo_until: null });

test('a credential is switched off and on', async () => {
  const backend = new FakeBackend({
    credentialDisable: () => change('disabled'),
    credentialEnable: () => change('active'),
  });
  await showPage('#/credentials', backend);
  const ada = screen.getByRole('switch', { name: 'Use Ada' });
  const hana = screen.getByRole('switch', { name: 'Use Hana' });
  expect([ada, hana].map((one) => one.getAttribute('aria-checked'))).toEqual(['true', 'false']);
  await userEvent.click(ada);
  await userEvent.click(hana);
  expect(backend.argsOf('credentialDisable')).toEqual([{ id: 'c-ada' }]);
  expect(backend.argsOf('credentialEnable')).toEqual([{ id: 'c-hana' }]);
  expect(screen.getByText('Ada is switched off.')).toBeInTheDocument();
});

test('a new name is typed in place; Escape leaves the old one', async () => {
  const backend = new FakeBackend({ credentialRename: () => change('active') });
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Rename Ada' }));
  expect(screen.getByRole('textbox', { name: 'New name' })).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  expect(backend.argsOf('credentialRename')).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Rename Ada' }));
  await userEvent.keyboard('Ada at work{Enter}');
  expect(backend.argsOf('credentialRename')).toEqual([{ id: 'c-ada', label: 'Ada at work' }]);
});

test('a check says what came of it', async () => {
  const backend = new FakeBackend({ credentialCheck: () => ({ ...change('blocked'), name: 'Dora' }) });
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Check Dora again' }));
  expect(await screen.findByText('Dora: Needs you')).toBeInTheDocument();
});

test('a removed credential has its way back', async () => {
  const backend = new FakeBackend({
    credentialRemove: () => ({ ...change('removed'), undo_until: '2026-09-01T12:01:00Z' }),
    credentialRestore: () => change('active'),
  });
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Remove Ada' }));
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(backend.argsOf('credentialRestore')).toEqual([{ id: 'c-ada' }]);
  expect(await screen.findByText('Ada is back.')).toBeInTheDocument();
});

test('an import shows what would happen, and then does it', async () => {
  const backend = new FakeBackend();
  backend.chosen = { kind: 'paths', paths: ['/files'] };
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: /^Import files/ }));
  expect(await screen.findByText('This would happen')).toBeInTheDocument();
  const lines = [
    'new',
    'newer token',
    'comes in switched off, as the file says',
    'already there',
    'not usable',
  ];
  for (const words of lines) expect(screen.getAllByText(words).length).toBeGreaterThan(0);
  expect(
    screen.getByText('This is a service account; sign in as a person, or use an API key.'),
  ).toBeInTheDocument();
  expect(screen.getByText(/^The import ends the demo/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Import 3 credentials' }));
  expect(await screen.findByText('2 credentials are new, 1 got a newer token.')).toBeInTheDocument();
});

test('files without a credential cannot be imported', async () => {
  const backend = new FakeBackend({
    import: () => ({
      dry_run: true,
      entries: [
        {
          file: 'notes.txt',
          outcome: 'rejected',
          provider: null,
          name: null,
          id: null,
          reason: 'No JSON.',
          disabled: false,
        },
      ],
    }),
  });
  backend.chosen = { kind: 'files', files: [], tooLarge: ['video.mp4'] };
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: /^Import files/ }));
  expect(await screen.findByText('There is nothing to import in it.')).toBeInTheDocument();
  expect(screen.getByText(/left out: video.mp4/)).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /^Import \d/ })).toBeNull();
});

test("another program's settings are shown before and after, those that stay behind with the reason", async () => {
  const settings = {
    applied: ['refresh_interval_minutes', 'quota_protection_enabled'],
    refused: [{ key: 'proxy_enabled', reason: 'It takes your consent.' }],
  };
  const backend = new FakeBackend({
    import: ({ dry_run }: { dry_run: boolean }) => ({ dry_run, entries: [], settings }),
  });
  backend.chosen = { kind: 'paths', paths: ['/gcli2api/credentials.db'] };
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: /^Import files/ }));
  const report = await screen.findByRole('region', { name: 'Settings of the other program' });
  expect(plain(report.textContent)).toContain('2 settings come over Read every and Protect the last of it');
  expect(plain(report.textContent)).toContain('1 stays behind proxy_enabled It takes your consent.');
  expect(screen.queryByText('There is nothing to import in it.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Import 2 settings' }));
  expect(await screen.findByText('2 settings applied')).toBeInTheDocument();
  expect(screen.getByText('1 refused')).toBeInTheDocument();
});

test('files over the window are invited, and dropped they are looked into', async () => {
  const { backend } = await showPage('#/');
  backend.drop({ kind: 'over' });
  expect(await screen.findByText('Drop to import')).toBeInTheDocument();
  backend.drop({ kind: 'left' });
  backend.drop({ kind: 'dropped', source: { kind: 'paths', paths: ['/a.json'] } });
  expect(await screen.findByText('This would happen')).toBeInTheDocument();
  expect(screen.queryByText('Drop to import')).toBeNull();
});

function signingIn(): { backend: FakeBackend; finish: (progress: object) => void } {
  let progress: object = { stage: 'waiting' };
  const backend = new FakeBackend({
    loginStart: () => ({
      flow: 'f',
      url: 'https://accounts.google.com/FAKE',
      expires_at: '2026-09-01T12:05:00Z',
    }),
    loginProgress: () => progress,
    loginPaste: ({ callback_url }: { callback_url: string }) =>
      callback_url.startsWith('http')
        ? { stage: 'done', id: 'c-new', name: 'Nora' }
        : Promise.reject(new BackendError('bad_input', 'That is no address of the sign-in.')),
  });
  return {
    backend,
    finish: (next) => {
      progress = next;
      backend.change();
    },
  };
}
async function begin(backend: FakeBackend) {
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: /^Sign in/ }));
  expect(screen.getByText(/the terms of the service may forbid/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Sign in with Antigravity' }));
  expect(screen.getByText('Go on in your browser')).toBeInTheDocument();
}

test('a sign-in waits for the browser and follows it to the end', async () => {
  const { backend, finish } = signingIn();
  await begin(backend);
  expect(plain(document.body.textContent)).toContain('The sign-in is good for 5 min 00 s.');
  finish({ stage: 'exchanging' });
  expect(await screen.findByText('Finishing the sign-in…')).toBeInTheDocument();
  finish({ stage: 'done', id: 'c-new', name: 'Nora' });
  expect(await screen.findByText('Nora is signed in.')).toBeInTheDocument();
});

test('a sign-in that the user refused in the browser can be started again', async () => {
  const { backend, finish } = signingIn();
  await begin(backend);
  finish({ stage: 'failed', message: 'You said no in the browser.' });
  expect(await screen.findByRole('alert')).toHaveTextContent('You said no in the browser.');
  await userEvent.click(screen.getByRole('button', { name: 'Start again' }));
  expect(backend.argsOf('loginStart')).toHaveLength(2);
});

test('a sign-in can be cancelled', async () => {
  const { backend } = signingIn();
  await begin(backend);
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(backend.argsOf('loginCancel')).toEqual([{ flow: 'f' }]);
  expect(screen.queryByText('Go on in your browser')).toBeNull();
});

test('the address of a browser elsewhere can be pasted; a wrong one says so', async () => {
  const { backend } = signingIn();
  await begin(backend);
  await userEvent.click(screen.getByText('The browser shows an error, or is on another machine?'));
  const field = screen.getByLabelText('Paste the address it ended on', { exact: false });
  await userEvent.type(field, 'hello');
  await userEvent.click(screen.getByRole('button', { name: 'Use this address' }));
  expect(await screen.findByText('That is no address of the sign-in.')).toBeInTheDocument();
  await userEvent.clear(field);
  await userEvent.type(field, 'http://127.0.0.1:5000/?code=FAKE');
  await userEvent.click(screen.getByRole('button', { name: 'Use this address' }));
  expect(await screen.findByText('Nora is signed in.')).toBeInTheDocument();
});

test('a link to signing in again leads to the sign-in', async () => {
  await showPage('#/credentials?sign-in');
  expect(screen.getByRole('button', { name: 'Sign in with Gemini CLI' })).toBeInTheDocument();
});

test('an API key goes in once and leaves the page', async () => {
  let refuse = true;
  const backend = new FakeBackend({
    credentialAddKey: ({ name }: { name: string }) =>
      refuse
        ? Promise.reject(new BackendError('bad_input', 'That is no key of AI Studio.'))
        : { id: 'c-key', name, state: 'active', undo_until: null },
  });
  await showPage('#/credentials', backend);
  await userEvent.click(screen.getByRole('button', { name: /^API key/ }));
  const panel = screen.getByRole('region', { name: 'Add a credential' });
  const add = within(panel).getByRole('button', { name: 'Add key' });
  expect(add).toBeDisabled();
  await userEvent.type(within(panel).getByLabelText('Name'), 'Work');
  const key = within(panel).getByLabelText(/^API key/);
  expect(key).toHaveAttribute('type', 'password');
  await userEvent.type(key, 'FAKE_KEY');
  await userEvent.click(add);
  expect(await screen.findByRole('alert')).toHaveTextContent('That is no key of AI Studio.');
  refuse = false;
  await userEvent.click(add);
  expect(await screen.findByText('Work is added.')).toBeInTheDocument();
  await vi.waitFor(() => expect(document.body.innerHTML).not.toContain('FAKE_KEY'));
});

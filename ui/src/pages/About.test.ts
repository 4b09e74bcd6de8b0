import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { BackendError } from '../lib/ipc/backend';
import { FakeBackend } from '../lib/ipc/fake';

test('what needs the user stands first, with what to do', async () => {
  await showPage('#/about');
  expect(await screen.findByRole('heading', { level: 1, name: '1 thing needs you.' })).toBeInTheDocument();
  const checks = within(screen.getByRole('region', { name: 'Checks' })).getAllByRole('listitem');
  expect(plain(checks[0]?.textContent ?? '')).toContain('needs you: HTTPS_PROXY is set');
  expect(plain(checks[0]?.textContent ?? '')).toContain('Set upstream_proxy to');
  expect(plain(checks[1]?.textContent ?? '')).toContain('look at it: There is no keychain here');
  expect(checks).toHaveLength(6);
});

test('where all is well it says so', async () => {
  const ok = { code: 'clock', level: 'ok', message: 'The clock agrees.', advice: null };
  await showPage('#/about', new FakeBackend({ doctor: () => [ok] }));
  expect(
    await screen.findByRole('heading', { level: 1, name: 'Everything is in order.' }),
  ).toBeInTheDocument();
});

test('the checks can be run again', async () => {
  const { backend } = await showPage('#/about');
  await screen.findByText('The clock agrees with the service.');
  await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
  expect(backend.argsOf('doctor')).toHaveLength(2);
});

test('checks that cannot be run say why', async () => {
  const backend = new FakeBackend({
    doctor: () => Promise.reject(new BackendError('failed', 'No database.')),
  });
  await showPage('#/about', backend);
  expect(await screen.findByText('No database.')).toBeInTheDocument();
});

test('the program tells its version, its place and where its key lies', async () => {
  await showPage('#/about');
  const program = screen.getByRole('region', { name: 'This program' });
  for (const words of [
    'Headroom 0.1.0',
    'in memory only (demo)',
    'on, next at 12:12',
    'http://127.0.0.1:46123',
  ]) {
    expect(within(program).getByText(words)).toBeInTheDocument();
  }
});

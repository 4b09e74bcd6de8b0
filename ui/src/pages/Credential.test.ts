import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { FakeBackend } from '../lib/ipc/fake';

/** A backend that takes floors. */
function taking(): FakeBackend {
  const backend: FakeBackend = new FakeBackend({
    settingsSet: (args: { key: string; value: string; credential: string | null; model: string | null }) => {
      const setting = backend.settings.find(({ key }) => key === args.key);
      if (!setting) throw new Error(args.key);
      if (args.credential === null) return Object.assign(setting, { value: args.value });
      const { credential, model, value } = args;
      setting.overrides = [
        ...setting.overrides.filter((one) => one.model !== model),
        { credential, model, value },
      ];
      return structuredClone(setting);
    },
    settingsReset: ({ key, model }: { key: string; model: string | null }) => {
      const setting = backend.settings.find((one) => one.key === key);
      if (!setting) throw new Error(key);
      setting.overrides = setting.overrides.filter((one) => one.model !== model);
      return structuredClone(setting);
    },
  });
  return backend;
}

test('it says who, in which state, and what is left of each pool', async () => {
  await showPage('#/credential?c-ada');
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Ada');
  const claude = screen.getByRole('region', { name: 'Claude and GPT' });
  expect(plain(claude.textContent)).toContain('58 %');
  expect(plain(claude.textContent)).toContain('42 % used in 59 % of its time, 14 points an hour');
  expect(within(claude).getAllByRole('meter')).toHaveLength(2);
});

test('one that nobody knows says so and shows the way back', async () => {
  await showPage('#/credential?c-nobody');
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('There is no such credential');
  expect(screen.getByRole('link', { name: 'Overview', current: false })).toHaveAttribute('href', '#/');
});

test('what it needs stands there with the way to do it', async () => {
  await showPage('#/credential?c-dora');
  expect(screen.getByText(/The service asks to verify this account/)).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Open the page of the service' })).toBeInTheDocument();
});

test('a floor is moved with the keyboard, says what it does, and can be undone', async () => {
  const backend = taking();
  await showPage('#/credential?c-chen', backend);
  const mark = await screen.findByRole('slider', { name: 'Floor of Claude Sonnet 4.6' });
  expect(plain(mark.getAttribute('aria-valuetext'))).toBe('kept back below 10 %. It is above: usable.');
  mark.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  await vi.waitFor(() =>
    expect(backend.argsOf('settingsSet')).toEqual([
      {
        key: 'quota_protection_threshold',
        value: '12',
        credential: 'c-chen',
        model: 'claude-sonnet-4-6',
      },
    ]),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  await vi.waitFor(() => expect(mark).toHaveAttribute('aria-valuenow', '10'));
});

test('what rests is cleared here too, and only what is its own', async () => {
  await showPage('#/credential?c-bob');
  const part = await screen.findByRole('region', { name: 'What rests' });
  await vi.waitFor(() => expect(within(part).getAllByRole('listitem')).toHaveLength(1));
  expect(within(part).getByRole('button', { name: /^Clear the rest of gpt-oss/ })).toBeInTheDocument();
});

test('it says what a scan would do with it, and why', async () => {
  await showPage('#/credential?c-ada');
  const part = await screen.findByRole('region', { name: 'A scan now' });
  expect(part).toHaveTextContent('claude-sonnet-4-6 of Ada: not warmed, its window is in use');
});

test('its history is asked for once a span', async () => {
  const { backend } = await showPage('#/credential?c-ada');
  await userEvent.click(screen.getByRole('button', { name: '30 days' }));
  await vi.waitFor(() =>
    expect(backend.argsOf('history')).toEqual([
      { credential: 'c-ada', since: '7d' },
      { credential: 'c-ada', since: '30d' },
    ]),
  );
});

test('one goes from credential to credential', async () => {
  await showPage('#/credential?c-ada');
  await userEvent.click(screen.getByRole('button', { name: 'Next credential' }));
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Bob');
  expect(location.hash).toBe('#/credential?c-bob');
});

test('removing it leads back to the overview, with a way back', async () => {
  const backend: FakeBackend = new FakeBackend({
    credentialRemove: ({ id }: { id: string }) => {
      backend.quota.credentials = backend.quota.credentials.filter((one) => one.id !== id);
      return { id, name: 'Ada', state: 'removed', undo_until: '2026-09-01T13:00:00Z' };
    },
  });
  await showPage('#/credential?c-ada', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  expect(await screen.findByRole('button', { name: 'Undo' })).toBeInTheDocument();
  expect(location.hash).toBe('#/');
});

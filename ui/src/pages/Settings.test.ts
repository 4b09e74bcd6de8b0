import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { BackendError } from '../lib/ipc/backend';
import { FakeBackend } from '../lib/ipc/fake';

/** A backend that takes values and hands out what it took. */
function taking(): FakeBackend {
  const find = (key: string) => {
    const setting = backend.settings.find((one) => one.key === key);
    if (!setting) throw new BackendError('not_found', key);
    return setting;
  };
  const backend: FakeBackend = new FakeBackend({
    settingsSet: ({ key, value }: { key: string; value: string }) => {
      const setting = find(key);
      if (setting.max !== null && Number(value) > setting.max) {
        throw new BackendError('bad_input', `${key} takes at most ${setting.max}.`);
      }
      return { ...setting, value: setting.secret ? null : value, is_set: true, source: 'settings' };
    },
    settingsReset: ({ key }: { key: string }) => {
      const setting = find(key);
      return { ...setting, value: setting.default, source: 'default', overrides: [] };
    },
    settingsExport: () => ({ text: '{"refresh_interval_minutes":"10"}' }),
    settingsImport: () => ({
      applied: ['refresh_interval_minutes'],
      refused: [{ key: 'NOPE', reason: 'No setting has this name.' }],
    }),
  });
  return backend;
}

async function shown(): Promise<FakeBackend> {
  const backend = taking();
  await showPage('#/settings', backend);
  await screen.findByRole('heading', { name: 'Reading quota' });
  return backend;
}

test('every setting of the engine is on the page, in its section', async () => {
  const backend = await shown();
  for (const { key } of backend.settings) expect(screen.getByText(key)).toBeInTheDocument();
  expect(screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent)).toEqual([
    'App',
    'Reading quota',
    'Protection',
    'Warmup',
    'Proxy',
    'Messages',
    'Sign-in clients',
    'Service addresses',
    'Settings as a file',
  ]);
});

test('a switch is saved at once', async () => {
  const backend = await shown();
  await userEvent.click(screen.getByRole('switch', { name: 'Read in the background' }));
  expect(backend.argsOf('settingsSet')).toMatchObject([
    { key: 'background_refresh_enabled', value: 'false' },
  ]);
  expect(screen.getByRole('switch', { name: 'Read in the background' })).not.toBeChecked();
  expect(screen.getByText('Saved')).toBeInTheDocument();
});

test('warmup is not switched on before the user has read what it sends', async () => {
  const backend = await shown();
  await userEvent.click(screen.getByRole('switch', { name: 'Smart warmup' }));
  const dialog = await screen.findByRole('dialog', { name: 'Before the first warmup' });
  expect(backend.argsOf('settingsSet')).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Agree and go on' }));
  await vi.waitFor(() =>
    expect(backend.argsOf('settingsSet')).toMatchObject([{ key: 'smart_warmup_enabled', value: 'true' }]),
  );
});

test('a number is saved when the field is left, and out of range it is refused with the reason', async () => {
  const backend = await shown();
  const field = screen.getByRole('spinbutton', { name: 'Read every' });
  await userEvent.clear(field);
  await userEvent.type(field, '9999');
  expect(backend.argsOf('settingsSet')).toEqual([]);
  await userEvent.tab();
  expect(await screen.findByText('refresh_interval_minutes takes at most 1440.')).toBeInTheDocument();
  expect(field).toBeInvalid();
  await userEvent.clear(field);
  await userEvent.type(field, '30{Enter}');
  await userEvent.tab();
  expect(await screen.findByText('Saved')).toBeInTheDocument();
  expect(screen.queryByText('refresh_interval_minutes takes at most 1440.')).toBeNull();
});

test('a choice offers its values in words', async () => {
  const backend = await shown();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'At the floor' }), 'Soft');
  expect(backend.argsOf('settingsSet')).toMatchObject([{ key: 'quota_protection_floor', value: 'soft' }]);
});

test('what was changed shows its default and the way back', async () => {
  const backend = await shown();
  expect(plain(document.body.textContent)).toContain('1 to 1,440 · default 15 minutes');
  await userEvent.click(screen.getByRole('button', { name: 'Back to the default: Read every' }));
  expect(backend.argsOf('settingsReset')).toMatchObject([
    { key: 'refresh_interval_minutes', credential: null },
  ]);
  expect(screen.queryByRole('button', { name: 'Back to the default: Read every' })).toBeNull();
});

test('what the environment overrides is shown and cannot be changed', async () => {
  await shown();
  const field = screen.getByRole('spinbutton', { name: 'A reading counts as fresh for' });
  expect(field).toBeDisabled();
  expect(field).toHaveValue(120);
  expect(
    screen.getByText('Set by QUOTA_CACHE_TTL_SECONDS. To change it here, take the variable away.'),
  ).toBeInTheDocument();
});

test('a secret goes in and never comes out', async () => {
  const backend = await shown();
  const field = screen.getByLabelText('Client id for Antigravity');
  expect(field).toHaveAttribute('type', 'password');
  expect(field).toHaveAttribute('placeholder', 'Not set.');
  await userEvent.type(field, 'FAKE_CLIENT_ID');
  await userEvent.tab();
  expect(backend.argsOf('settingsSet')).toMatchObject([
    { key: 'oauth_client_id_antigravity', value: 'FAKE_CLIENT_ID' },
  ]);
  expect(field).toHaveValue('');
  expect(field).toHaveAttribute('placeholder', 'Set. It is never shown.');
});

test('values for single credentials are named and can be taken away', async () => {
  const backend = await shown();
  const list = screen.getByRole('list', { name: 'Other values' });
  expect(
    within(list)
      .getAllByRole('listitem')
      .map((item) => plain(item.textContent)),
  ).toEqual(['Ada: 20 %', 'Bob · claude-sonnet-4-6: 5 %']);
  await userEvent.click(screen.getByRole('button', { name: 'Take away the value for Ada' }));
  expect(backend.argsOf('settingsReset')).toMatchObject([
    { key: 'quota_protection_threshold', credential: 'c-ada' },
  ]);
});

test('the search narrows to what it finds', async () => {
  await shown();
  await userEvent.type(screen.getByRole('searchbox'), 'hysteresis');
  expect(screen.getAllByRole('heading', { level: 3 }).map((heading) => heading.textContent)).toEqual([
    'Back above the floor by',
  ]);
  await userEvent.type(screen.getByRole('searchbox'), 'zzz');
  expect(screen.getByText('No setting matches “hysteresiszzz”.')).toBeInTheDocument();
});

test('settings go out as a text and come in with a report', async () => {
  const backend = await shown();
  await userEvent.click(screen.getByRole('button', { name: 'Export' }));
  expect(await screen.findByRole('textbox', { name: 'Exported settings' })).toHaveValue(
    '{"refresh_interval_minutes":"10"}',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Import' }));
  await userEvent.type(
    screen.getByRole('textbox', { name: 'Settings to import' }),
    'REFRESH_INTERVAL_MINUTES=10',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Apply' }));
  expect(await screen.findByText('1 setting applied')).toBeInTheDocument();
  expect(screen.getByText('No setting has this name.')).toBeInTheDocument();
  expect(backend.argsOf('settingsImport')).toEqual([{ text: 'REFRESH_INTERVAL_MINUTES=10' }]);
});

test('settings that cannot be read say why and can be asked for again', async () => {
  let broken = true;
  const backend: FakeBackend = new FakeBackend({
    settingsList: () =>
      broken ? Promise.reject(new BackendError('failed', 'The database is locked.')) : backend.settings,
  });
  await showPage('#/settings', backend);
  expect(await screen.findByText('The database is locked.')).toBeInTheDocument();
  broken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Reading quota' })).toBeInTheDocument();
});

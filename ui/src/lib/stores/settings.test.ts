import { expect, test } from 'vitest';
import { BackendError } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { Settings } from './settings.svelte';

test('a value that is taken replaces the setting and is told as saved', async () => {
  const backend: FakeBackend = new FakeBackend({
    settingsSet: ({ key, value }: { key: string; value: string }) => {
      const found = backend.settings.find((setting) => setting.key === key);
      return { ...found, value, source: 'settings' };
    },
  });
  const settings = new Settings(backend);
  await settings.load();
  await settings.set('refresh_interval_minutes', '30');
  const changed = settings.all.find(({ key }) => key === 'refresh_interval_minutes');
  expect([changed?.value, changed?.source, settings.saved]).toEqual([
    '30',
    'settings',
    'refresh_interval_minutes',
  ]);
});

test('a value that is refused leaves the old one, with the reason, until the next try', async () => {
  let refuse = true;
  const backend: FakeBackend = new FakeBackend({
    settingsSet: () =>
      refuse ? Promise.reject(new BackendError('bad_input', 'It takes 1 to 1440.')) : backend.settings[1],
  });
  const settings = new Settings(backend);
  await settings.load();
  const before = settings.all;
  await settings.set('refresh_interval_minutes', '0');
  expect(settings.refused).toEqual({ refresh_interval_minutes: 'It takes 1 to 1440.' });
  expect(settings.all).toBe(before);
  expect(settings.saved).toBeNull();
  refuse = false;
  await settings.set('refresh_interval_minutes', '15');
  expect(settings.refused).toEqual({});
});

test('a value for one credential is taken away for that one alone', async () => {
  const backend: FakeBackend = new FakeBackend({ settingsReset: () => backend.settings[0] });
  const settings = new Settings(backend);
  await settings.reset('quota_protection_threshold', { credential: 'c-ada', model: null });
  expect(backend.argsOf('settingsReset')).toEqual([
    { key: 'quota_protection_threshold', credential: 'c-ada', model: null },
  ]);
});

import { expect, test } from 'vitest';
import type { SettingView } from '../ipc/backend';
import all from '../ipc/fixtures/settings.json';
import { floorOf } from './floor';

function settings(changes: { enabled?: string; models?: string; overrides?: SettingView['overrides'] }) {
  const values: Record<string, string> = {
    quota_protection_enabled: changes.enabled ?? 'true',
    quota_protection_models: changes.models ?? '*',
    quota_protection_threshold: '10',
  };
  return (all as SettingView[]).map((setting) => ({
    ...setting,
    value: values[setting.key] ?? setting.value,
    overrides: setting.key === 'quota_protection_threshold' ? (changes.overrides ?? []) : setting.overrides,
  }));
}

test('without protection there is no floor', () => {
  expect(floorOf(settings({ enabled: 'false' }), 'c-ada', 'claude-sonnet-4-6')).toBeNull();
  expect(floorOf([], 'c-ada', 'claude-sonnet-4-6')).toBeNull();
});

test.each([
  ['*', 'claude-sonnet-4-6', 10],
  ['claude', 'claude-sonnet-4-6', 10],
  ['Gemini-3-Pro', 'gemini-3-pro-high', 10],
  ['gemini-3-pro', 'gemini-3-prod', null],
  ['gemini-3-pro, claude-sonnet-4-6', 'claude-sonnet-4-6', 10],
  ['', 'claude-sonnet-4-6', null],
])('with %j protected, the floor of %s is %s', (models, model, floor) => {
  expect(floorOf(settings({ models }), 'c-ada', model)).toBe(floor);
});

test('the nearest value holds: of the model, of the credential, of all', () => {
  const listed = settings({
    overrides: [
      { credential: 'c-ada', model: null, value: '20' },
      { credential: 'c-ada', model: 'gemini-flash', value: '30' },
    ],
  });
  expect(floorOf(listed, 'c-ada', 'gemini-flash')).toBe(30);
  expect(floorOf(listed, 'c-ada', 'claude-sonnet-4-6')).toBe(20);
  expect(floorOf(listed, 'c-bob', 'claude-sonnet-4-6')).toBe(10);
});

import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { zhCN } from '../i18n/zh-CN';
import type { CredentialView, SettingView } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { consequence } from './consequence';

const { settings, quota } = new FakeBackend();
const numbers = new Intl.NumberFormat('en');
const model = quota.credentials.flatMap(({ models }) => models)[0];

/** An Antigravity login with so much left of five hours and of the week, and one model of that group. */
function login(name: string, short: number | null, week: number | null): CredentialView {
  const [like] = quota.credentials;
  if (!like || !model) throw new Error('the fixture has a credential with a model');
  const window = (kind: string, remaining: number | null) => {
    const [one] = like.groups.flatMap(({ windows }) => windows);
    if (!one) throw new Error('the fixture has a window');
    return { ...one, window: kind, remaining, binds: true };
  };
  const known = [short, week].filter((one) => one !== null);
  return {
    ...like,
    id: name,
    name,
    state: 'active',
    provider: 'antigravity',
    groups: [
      {
        key: '3p',
        name: 'Claude',
        remaining: known.length > 0 ? Math.min(...known) : null,
        reset_at: null,
        binding: '5h',
        windows: [window('5h', short), window('weekly', week)],
      },
    ],
    models: [{ ...model, group: '3p' }],
  };
}

const people = [login('ada', 0.06, 0.5), login('bob', 0.2, 0.04), login('cleo', null, null)];
const protecting = (value: string): SettingView[] =>
  settings.map((one) => (one.key === 'quota_protection_enabled' ? { ...one, value } : one));

function said(key: string, value: string, on = 'true', texts: typeof en = en): string | null {
  return consequence(key, value, protecting(on), people, texts, numbers);
}

test('a floor says how many credentials rest with it', () => {
  expect(said('quota_protection_threshold', '5')).toBe('With this floor no credential rests now.');
  expect(said('quota_protection_threshold', '10')).toBe('With this floor 1 credential rests now.');
  expect(said('quota_protection_threshold', '30')).toBe('With this floor 2 credentials rest now.');
  expect(said('quota_protection_threshold', '30', 'false')).toBe(
    'If protection were on, 2 credentials would rest now.',
  );
  expect(said('quota_protection_threshold', '30', 'true', zhCN)).toBe('按这个下限，现在有 2 个凭据暂停。');
});

test('the other thresholds count whom they mean, and unknown counts neither way', () => {
  expect(said('quota_protection_weekly_threshold', '5')).toBe('1 credential is below it now, and used last.');
  expect(said('notify_low_threshold', '20')).toBe('2 credentials count as low now.');
  expect(said('notify_low_threshold', '3')).toBe('No credential counts as low now.');
});

test('times and budgets say what they come to', () => {
  expect(said('refresh_interval_minutes', '15')).toBe('About 288 readings a day over all credentials.');
  expect(said('warmup_daily_budget', '3')).toBe('At most 9 requests a day over all credentials.');
  expect(said('upstream_min_interval_ms', '500')).toBe(
    'One reading of every credential takes at least 2\u202fs.',
  );
});

test('nothing is said of what is no number, of other settings, and without credentials', () => {
  expect(said('quota_protection_threshold', '')).toBeNull();
  expect(said('quota_protection_threshold', 'x')).toBeNull();
  expect(said('language', '1')).toBeNull();
  expect(consequence('notify_low_threshold', '20', settings, [], en, numbers)).toBeNull();
});

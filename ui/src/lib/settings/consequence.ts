/**
 * What a value of a setting means for the credentials there are, now: said before it is saved.
 *
 * Null where nothing can be said. Unknown quota counts neither way.
 */
import type { Messages } from '../i18n/catalogue';
import type { CredentialView, SettingView } from '../ipc/backend';
import { floorOf } from '../quota/floor';

/** The smallest warmup is one request a group of an Antigravity login. */
function groupsToWarm(credentials: readonly CredentialView[]): number {
  return credentials
    .filter((one) => one.state === 'active' && one.provider === 'antigravity')
    .reduce((sum, one) => sum + one.groups.length, 0);
}

/** The windows that bind, the short one of each group first. */
function binding(credential: CredentialView) {
  return credential.groups.map((group) => ({ group, windows: group.windows.filter((one) => one.binds) }));
}

/** Whether a model of the credential falls below the floor, were it `floor` for everything without a value of its own. */
function rests(credential: CredentialView, settings: readonly SettingView[]): boolean {
  return binding(credential).some(({ group, windows }) => {
    const short = windows.length > 1 ? windows[0] : windows.find(({ window }) => window !== 'weekly');
    const left = short?.remaining ?? null;
    if (left === null) return false;
    return credential.models.some((model) => {
      if (model.group !== group.key) return false;
      const floor = floorOf(settings, credential.id, model.id);
      return floor !== null && left * 100 < floor;
    });
  });
}

export function consequence(
  key: string,
  value: string,
  settings: readonly SettingView[],
  credentials: readonly CredentialView[],
  texts: Messages,
  numbers: Intl.NumberFormat,
): string | null {
  const number = Number(value);
  const active = credentials.filter((one) => one.state === 'active');
  if (value.trim() === '' || !Number.isFinite(number) || active.length === 0) return null;
  const said = texts.settings.consequence;
  switch (key) {
    case 'quota_protection_threshold': {
      const isOn = settings.find((one) => one.key === 'quota_protection_enabled')?.value === 'true';
      const tried = settings.map((one) => {
        if (one.key === key) return { ...one, value };
        return one.key === 'quota_protection_enabled' ? { ...one, value: 'true' } : one;
      });
      const count = active.filter((one) => rests(one, tried)).length;
      return isOn ? said.rest(count) : said.restIfOn(count);
    }
    case 'quota_protection_weekly_threshold': {
      const below = active.filter((one) =>
        binding(one).some(({ windows }) =>
          windows.some(
            ({ window, remaining }) => window === 'weekly' && remaining !== null && remaining * 100 < number,
          ),
        ),
      );
      return said.last(below.length);
    }
    case 'notify_low_threshold': {
      const low = active.filter((one) =>
        one.groups.some(({ remaining }) => remaining !== null && remaining * 100 <= number),
      );
      return said.low(low.length);
    }
    case 'refresh_interval_minutes':
      return number > 0 ? said.readings(numbers.format(Math.round((active.length * 1440) / number))) : null;
    case 'warmup_daily_budget':
      return said.warmups(numbers.format(groupsToWarm(active) * number));
    case 'upstream_min_interval_ms':
      return said.round(numbers.format(Math.ceil((active.length * number) / 1000)));
    default:
      return null;
  }
}

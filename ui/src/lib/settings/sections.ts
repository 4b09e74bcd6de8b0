/** In which section of the page a setting stands, and how its value reads. */
import type { Messages } from '../i18n/catalogue';
import type { SettingView } from '../ipc/backend';

export const sectionNames = [
  'app',
  'reading',
  'protection',
  'warmup',
  'proxy',
  'messages',
  'login',
  'service',
  'other',
] as const;
export type SectionName = (typeof sectionNames)[number];

export interface Section {
  name: SectionName;
  settings: SettingView[];
}

// The first that fits decides, so `upstream_min_interval_ms` is about reading although it begins like an address.
const rules: readonly (readonly [RegExp, SectionName])[] = [
  [/^(language|theme|autostart|start_hidden|tray_|key_storage|log|hook_|metrics_)/, 'app'],
  [/^notify_/, 'messages'],
  [/^(background_|refresh_|quota_cache|upstream_min_interval|agy_)/, 'reading'],
  [/^quota_protection/, 'protection'],
  [/^(smart_warmup|warmup_|planner_|working_hours)/, 'warmup'],
  [/^(proxy_|provider_order)/, 'proxy'],
  [/^oauth_client_/, 'login'],
  [/^(upstream_|gemini_cli_urls|api_key_url|oauth_)/, 'service'],
];

/** What everybody looks for comes first in the first section; the rest keeps the engine's order. */
const first = ['language', 'theme', 'autostart', 'start_hidden', 'tray_pinned', 'key_storage'];

function place({ key }: SettingView): number {
  const at = first.indexOf(key);
  return at < 0 ? first.length : at;
}

/** Whether something outside decides the value, so that it cannot be changed here. */
export function isFixed({ source }: SettingView): boolean {
  return source === 'environment' || source === 'flag';
}

export function sectionOf(key: string): SectionName {
  return rules.find(([pattern]) => pattern.test(key))?.[1] ?? 'other';
}

/** What people call a setting; a key that nobody named reads as its words. */
export function settingName(key: string, texts: Messages): string {
  const named = texts.settings.names[key];
  if (named !== undefined) return named;
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a setting does: the engine's words, or the language's own. */
export function settingHelp(setting: SettingView, texts: Messages): string {
  return texts.settings.help[setting.key] ?? setting.help;
}

/** A value as people read it. */
export function valueText(setting: SettingView, value: string, texts: Messages): string {
  if (setting.kind === 'bool') return value === 'true' ? texts.settings.on : texts.settings.off;
  if (setting.kind === 'choice') return texts.settings.choices[value] ?? value;
  if (value === '') return texts.settings.none;
  const unit = setting.unit === null ? '' : (texts.settings.units[setting.unit] ?? setting.unit);
  return unit === '' ? value : `${value}\u202f${unit}`;
}

/** Sections with the settings that answer to what was typed, none of them empty. */
export function sections(settings: readonly SettingView[], typed: string, texts: Messages): Section[] {
  const wanted = typed.trim().toLocaleLowerCase();
  const found = settings.filter((setting) => {
    const searched = [
      setting.key,
      settingName(setting.key, texts),
      settingHelp(setting, texts),
      setting.environment_variable ?? '',
      texts.settings.sections[sectionOf(setting.key)],
    ];
    return searched.some((text) => text.toLocaleLowerCase().includes(wanted));
  });
  return sectionNames
    .map((name) => ({
      name,
      settings: found
        .filter(({ key }) => sectionOf(key) === name)
        .toSorted((one, other) => place(one) - place(other)),
    }))
    .filter((section) => section.settings.length > 0);
}

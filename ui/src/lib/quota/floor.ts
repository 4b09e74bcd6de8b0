/**
 * The floor under a model: below it protection keeps the rest back.
 *
 * Works on the settings as the engine lists them. Which pair is protected is the engine's word, in the model itself.
 */
import type { SettingView } from '../ipc/backend';

function matchesModel(entry: string, model: string): boolean {
  const [wanted, id] = [entry.trim().toLowerCase(), model.toLowerCase()];
  // An entry is an id or its beginning up to a hyphen: `gemini-3-pro` is not `gemini-3-prod`.
  return wanted === '*' || id === wanted || id.startsWith(`${wanted}-`);
}

/** Whether protection is switched on. */
export function protects(settings: readonly SettingView[]): boolean {
  return settings.find(({ key }) => key === 'quota_protection_enabled')?.value === 'true';
}

/** A floor in percent, and whether it is this model's own. */
export interface Floor {
  percent: number;
  own: boolean;
}

/** The floor that is set for a model, whether or not protection is on; null where protection does not look at it. */
export function floorSet(settings: readonly SettingView[], credential: string, model: string): Floor | null {
  const setting = (key: string) => settings.find((one) => one.key === key);
  const listed = setting('quota_protection_models')?.value ?? '';
  if (!listed.split(',').some((entry) => entry.trim() !== '' && matchesModel(entry, model))) return null;
  const threshold = setting('quota_protection_threshold');
  if (!threshold) return null;
  const mine = threshold.overrides.filter((override) => override.credential === credential);
  const own = mine.find((override) => override.model === model);
  const nearest = own ?? mine.find((override) => override.model === null);
  const percent = Number(nearest?.value ?? threshold.value);
  return Number.isFinite(percent) ? { percent, own: own !== undefined } : null;
}

/** The floor of a model in percent, or null where protection does not look at it, or is off. */
export function floorOf(settings: readonly SettingView[], credential: string, model: string): number | null {
  return protects(settings) ? (floorSet(settings, credential, model)?.percent ?? null) : null;
}

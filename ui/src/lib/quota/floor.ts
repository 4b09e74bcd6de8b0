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

/** The floor of a model in percent, or null where protection does not look at it, or is off. */
export function floorOf(settings: readonly SettingView[], credential: string, model: string): number | null {
  const setting = (key: string) => settings.find((one) => one.key === key);
  if (setting('quota_protection_enabled')?.value !== 'true') return null;
  const listed = setting('quota_protection_models')?.value ?? '';
  if (!listed.split(',').some((entry) => entry.trim() !== '' && matchesModel(entry, model))) return null;
  const threshold = setting('quota_protection_threshold');
  if (!threshold) return null;
  const own = threshold.overrides.filter((override) => override.credential === credential);
  const nearest =
    own.find((override) => override.model === model) ?? own.find((override) => override.model === null);
  const floor = Number(nearest?.value ?? threshold.value);
  return Number.isFinite(floor) ? floor : null;
}

/** Sentences about one number, for tips and for those who do not see the meters. */
import type { ModelView, WindowView } from '../ipc/backend';
import { age } from '../format/duration';
import { percent } from '../format/percent';
import { exactly, moment, untilReset } from '../format/reset';
import type { LanguageTag, Messages } from '../i18n/catalogue';
import { windowLevel } from '../quota/levels';
import { compare, runsOut } from '../quota/pace';

/** What the words depend on besides the number. */
export interface Reading {
  texts: Messages;
  language: LanguageTag;
  now: number;
}

/** A subscription's name without its maker: there is only one, and a row has little room. */
export function tierName(tier: string): string {
  return tier.replace(/^(Google|Gemini|Antigravity) (?=\S)/, '');
}

/** The short name of a window, or the service's own word for one that nobody knows. */
export function windowName(window: string, texts: Messages): string {
  return texts.windowNames[window] ?? window;
}

/** The long name of a window. */
export function windowTitle(window: string, texts: Messages): string {
  return texts.windowLong[window] ?? window;
}

/** Who said so, and how long ago. */
export function sourceAndAge(of: { source: string; observed_at: string }, { texts, now }: Reading): string {
  const words = texts.row.source(texts.sources[of.source] ?? of.source, age(of.observed_at, now, texts));
  return 'stale' in of && of.stale === true ? `${words} · ${texts.row.stale}` : words;
}

/** When a window refills, in one piece. */
export function resetWords(window: WindowView, { texts, language, now }: Reading): string {
  if (window.remaining === null) return texts.unknown;
  if (windowLevel(window) === 'idle') return texts.notStarted;
  if (window.reset_at === null) return texts.row.noReset;
  return texts.row.refillsIn(untilReset(window.reset_at, now, language, texts));
}

/** What a meter says aloud. */
export function meterText(window: WindowView, reading: Reading): string {
  const { texts } = reading;
  if (window.remaining === null) return texts.unknown;
  return texts.row.meterText(percent(window.remaining, texts), resetWords(window, reading));
}

/** How the use of a window compares with its time, and where that leads; null where nothing can be said. */
export function paceWords(window: WindowView, { texts, language, now }: Reading): string | null {
  const compared = compare(window, now);
  const { points_per_hour: rate } = window;
  if (compared === null || rate === null) return null;
  const out = runsOut(window, now);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: rate < 10 ? 1 : 0 });
  return texts.row.pace(
    percent(compared.used, texts),
    percent(compared.gone, texts),
    number.format(rate),
    out === null ? null : moment(out, now, language),
  );
}

/** What pointing at a window tells: the exact instant, its pace, the source and its age. */
export function windowTip(window: WindowView, reading: Reading): string {
  const { texts, language } = reading;
  const lines = [windowTitle(window.window, texts)];
  if (windowLevel(window) === 'idle') lines[0] += ` · ${texts.row.startsOnUse}`;
  else if (window.reset_at !== null)
    lines[0] += ` · ${texts.row.refills(exactly(window.reset_at, language))}`;
  else lines[0] += ` · ${texts.row.noReset}`;
  const pace = paceWords(window, reading);
  if (pace !== null) lines.push(pace);
  lines.push(sourceAndAge(window, reading));
  if (!window.binds) lines.push(texts.row.notBinding);
  return lines.join('\n');
}

/** The same of a model. */
export function modelTip(model: ModelView, reading: Reading): string {
  const { texts, language } = reading;
  const reset =
    model.reset_at === null ? texts.row.noReset : texts.row.refills(exactly(model.reset_at, language));
  return `${model.id} · ${reset}\n${sourceAndAge(model, reading)}`;
}

/** Instants as people say them, in local time. */
import { span, type DurationWords } from './duration';

const day = 86_400_000;

/** Whole seconds to `resetAt`, never below zero. */
export function secondsTo(resetAt: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(resetAt) - now) / 1000));
}

const formats = new Map<string, Intl.DateTimeFormat>();

// Building a format costs more than using it, and a list of windows uses the same few again and again.
function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language, { hourCycle: 'h23', ...options });
    formats.set(key, made);
  }
  return made;
}

/** `14:05`. */
export function timeOfDay(at: string, language: string): string {
  return format(language, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** `14:05` today, `Thu 09:10` within a week, else `12 Sep 09:10`. */
export function moment(at: string, now: number, language: string): string {
  const instant = Date.parse(at);
  const time = timeOfDay(at, language);
  if (sameDay(instant, now)) return time;
  if (Math.abs(instant - now) < 6.5 * day) {
    return `${format(language, { weekday: 'short' }).format(instant)} ${time}`;
  }
  return `${format(language, { day: 'numeric', month: 'short' }).format(instant)} ${time}`;
}

/** What stands at a line of a time axis: the hour within a day, the day where one begins or lines are that far apart. */
export function axisTime(instant: number, apart: number, language: string): string {
  const date = new Date(instant);
  if (apart < day && (date.getHours() !== 0 || date.getMinutes() !== 0)) {
    return timeOfDay(date.toISOString(), language);
  }
  const weekday = format(language, { weekday: 'short' }).format(date);
  return language === 'en' ? `${weekday} ${date.getDate()}` : `${date.getDate()}日${weekday}`;
}

/** The whole instant to the second, for those who look closely. */
export function exactly(at: string, language: string): string {
  return format(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at));
}

/** When a window refills: how long within a day, when after that, and in words once it is past. */
export function untilReset(
  resetAt: string,
  now: number,
  language: string,
  words: DurationWords & { due: string },
): string {
  const seconds = secondsTo(resetAt, now);
  if (seconds === 0) return words.due;
  return seconds < 86_400 ? span(seconds, words) : moment(resetAt, now, language);
}

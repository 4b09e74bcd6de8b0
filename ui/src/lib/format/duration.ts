/** Lengths of time as people say them. */

/** The words a language has for lengths of time. */
export interface DurationWords {
  hoursMinutes: (hours: number, minutes: string) => string;
  minutes: (minutes: number) => string;
  minutesSeconds: (minutes: number, seconds: string) => string;
  seconds: (seconds: number) => string;
  justNow: string;
  secondsAgo: (seconds: number) => string;
  minutesAgo: (minutes: number) => string;
  hoursAgo: (hours: number) => string;
  daysAgo: (days: number) => string;
}

const twoDigits = (value: number) => String(value).padStart(2, '0');

/** How long until something: `2 h 04 m`, and to the second in the last hour: `41 min 07 s`. */
export function span(seconds: number, words: DurationWords): string {
  // From an hour on in whole minutes, rounded up: "1 h 00 m" until less than an hour is left.
  if (seconds >= 3600) {
    const minutes = Math.ceil(seconds / 60);
    return words.hoursMinutes(Math.floor(minutes / 60), twoDigits(minutes % 60));
  }
  if (seconds >= 60) return words.minutesSeconds(Math.floor(seconds / 60), twoDigits(seconds % 60));
  return words.seconds(seconds);
}

/** How long ago something was. An instant of the future is now: two clocks differ a little. */
export function age(at: string, now: number, words: DurationWords): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  if (seconds < 5) return words.justNow;
  if (seconds < 60) return words.secondsAgo(seconds);
  if (seconds < 3600) return words.minutesAgo(Math.floor(seconds / 60));
  if (seconds < 48 * 3600) return words.hoursAgo(Math.floor(seconds / 3600));
  return words.daysAgo(Math.floor(seconds / 86_400));
}

/** How long something took: `350 ms`, `1.2 sec`, in the way of the language. */
export function took(milliseconds: number, language: string): string {
  const [value, unit] = milliseconds < 1000 ? [milliseconds, 'millisecond'] : [milliseconds / 1000, 'second'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

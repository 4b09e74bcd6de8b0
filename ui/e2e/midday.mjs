/** At ten in the morning the demo's resets and run-outs of the next hours fall on the same day at any hour of the test. */
const HOUR = 10;

/**
 * A time zone in which it is between ten and eleven now.
 *
 * The programs under test and the browser tell the time as people say it, and say the weekday of another day. Without
 * this, a test that runs in the evening would read other sentences than one that runs in the morning.
 *
 * Kept in the environment: every worker process of one run gets the same, also when the hour changes.
 */
export const midday = (process.env.HEADROOM_TEST_ZONE ??= zone(new Date().getUTCHours()));

function zone(utcHour) {
  const ahead = HOUR - utcHour;
  const hours = ahead < -12 ? ahead + 24 : ahead;
  // In these names the sign is turned round: Etc/GMT-3 is three hours ahead of UTC.
  if (hours === 0) return 'Etc/GMT';
  return hours > 0 ? `Etc/GMT-${hours}` : `Etc/GMT+${-hours}`;
}

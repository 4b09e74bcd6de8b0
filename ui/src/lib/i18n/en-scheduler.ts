/** English: warmups by hand, and the page of the scheduler. */
import type { Tally } from '../scheduler/rounds';
import { plural } from './plural';

export const warmupTexts = {
  /** On the button of everything, of a credential, and of one model. */
  all: 'Warm up all…',
  ofCredential: (name: string) => `Warm up ${name}`,
  ofModel: (model: string, name: string) => `Warm up ${model} of ${name}`,
  column: 'Warm up',
  hint: 'Sends one tiny request to each group, so that its clock starts now',
  running: 'Warming up…',
  reading: 'Reading the quota first…',
  progress: (done: number, total: number) => `Warming up (${done}/${total})`,
  cancel: 'Stop',
  cancelling: 'Stopping…',
  details: 'Details',

  consentTitle: 'Before the first warmup',
  consentAgree: 'Agree and go on',
  consentNote: 'Your answer is kept with its date. You can switch warmup off at any time.',

  forceTitle: (count: number) => plural(count, '1 warmup is held back', `${count} warmups are held back`),
  forceText: (count: number) =>
    plural(
      count,
      'It can be sent all the same, and counts towards the daily limit.',
      'They can be sent all the same. Each counts towards the daily limit.',
    ),
  forceSent: (count: number) =>
    plural(count, '1 other request went out.', `${count} other requests went out.`),
  force: (count: number) => plural(count, 'Send it anyway', `Send all ${count} anyway`),
  forceNot: 'Leave it',

  /** What came of one warmup. */
  one: (outcome: string, model: string, name: string, detail: string) => {
    const of = `${model} of ${name}`;
    const why = detail === '' ? '' : `: ${detail}`;
    switch (outcome) {
      case 'sent':
        return `${of} is warmed up. Whether its clock started shows in about 90\u202fs.`;
      case 'refused':
        return `The service refused the warmup of ${of}${why}`;
      case 'stopped':
        return `The warmup of ${of} was stopped${why === '' ? '.' : why}`;
      default:
        return `Whether the warmup of ${of} arrived is not known${why === '' ? '.' : why}`;
    }
  },
  nothing: 'There is nothing to warm up: no credential has a window that can be started.',
  allHeld: (count: number) =>
    plural(
      count,
      'Nothing was sent: the one window was held back.',
      `Nothing was sent: ${count} were held back.`,
    ),
  summary: ({ sent, refused, unknown, stopped }: Omit<Tally, 'held'>) => {
    const parts = [`${sent} of ${sent + refused + unknown + stopped} warmed up`];
    if (refused > 0) parts.push(`${refused} refused`);
    if (unknown > 0) parts.push(`${unknown} of unknown outcome`);
    if (stopped > 0) parts.push(`${stopped} stopped`);
    return `${parts.join(', ')}.`;
  },

  outcomes: {
    waiting: 'waiting',
    pending: 'on its way',
    sent: 'sent',
    refused: 'refused',
    unknown: 'outcome unknown',
    stopped: 'stopped',
    not_done: 'not sent',
    started: 'clock started',
    no_effect: 'no effect',
  } as Record<string, string>,
  verdicts: {
    warm: 'Would be warmed up',
    planned: 'Planned for later',
    not_full: 'In use',
    already_running: 'Running already',
    cooling_down: 'Warmed a while ago',
    resting: 'Resting',
    weekly_low: 'Week nearly used up',
    backing_off: 'Waiting after failures',
    no_effect: 'Without effect',
    budget_spent: 'Daily limit reached',
    unused: 'Not used for days',
    same_group: 'Same window as another',
    follow_skipped: 'Only goes along',
    quota_unknown: 'Quota not known',
    off: 'Off',
  } as Record<string, string>,
};

export const schedulerTexts = {
  title: 'Scheduler',
  /** One line over the page. */
  sentence: {
    warming: (done: number, total: number) => `Warming up, ${done} of ${total} done.`,
    warmupOn: (time: string) => `Warmup looks again at ${time}.`,
    warmupOnNow: 'Warmup is on.',
    readingOn: (time: string) => `Warmup is off. Quota is read again at ${time}.`,
    readingOnNow: 'Warmup is off. Quota is read in the background.',
    allOff: 'Nothing runs by itself.',
  },
  switches: 'What runs by itself',
  moreSettings: 'All settings',
  consentGiven: (when: string) => `You agreed to warmup on ${when}.`,
  consentNone: 'Nobody has agreed to warmup yet.',
  consentRead: 'What it sends, and what the terms say',

  views: { label: 'Views', now: 'Now', rests: 'What rests' },

  jobs: 'Jobs',
  jobNames: { refresh: 'Background refresh', warmup: 'Warmup', housekeeping: 'Housekeeping' } as Record<
    string,
    string
  >,
  jobAbout: {
    refresh: 'Reads the quota of every active credential',
    warmup: 'Looks for windows whose clock can start',
    housekeeping: 'Thins out old history',
  } as Record<string, string>,
  off: 'off',
  running: 'running now',
  next: 'Next',
  noNext: 'not planned',
  last: 'Last',
  never: 'not yet',
  took: (length: string) => `took ${length}`,
  whys: {
    period: 'its time had come',
    reset: 'a quota came back',
    near_floor: 'a quota is near its floor',
    new: 'a credential is new',
    wake: 'the machine woke up',
    asked: 'you asked',
  } as Record<string, string>,
  runs: (count: string) => `${count} by the clock`,
  eventRuns: (count: string) => `${count} by events`,
  missed: (count: string) => `${count} missed`,
  runsHint:
    'Since the program started. Missed: fell out, e.g. while the machine slept; they are not made up for.',
  stretched: (minutes: number) =>
    `At the pace the service is asked, a full round takes ${minutes}\u202fmin: longer than the interval you set.`,

  round: {
    now: 'Warming up',
    last: 'Last round',
    none: 'No warmup since the program started.',
    by: { manual: 'by hand', automatic: 'by itself' } as Record<string, string>,
    progress: 'Progress of the round',
    held: (count: number) => plural(count, '1 held back', `${count} held back`),
    showHeld: (count: number) => plural(count, 'Show the one held back', `Show the ${count} held back`),
  },

  rehearsal: {
    title: 'What a scan would do now',
    text: 'As if warmup were on. Nothing is sent.',
    again: 'Look again',
    looking: 'Looking…',
    at: (age: string) => `looked ${age}`,
    by: 'Grouped by',
    byVerdict: 'By decision',
    byCredential: 'By credential',
    wouldSend: (count: number) => plural(count, '1 request would go out', `${count} requests would go out`),
    wouldSendNone: 'Nothing would be sent',
    empty: 'There is nothing to look at: no active Antigravity credential.',
    lines: (count: string) => `${count}`,
  },

  rests: {
    title: 'What rests',
    text: 'Not used until then, because the service said so. What is protected shows at its models.',
    empty: 'Nothing rests.',
    emptyText:
      'When the service refuses a model or a credential, it appears here with the reason and the way back.',
    reasons: {
      quota_empty: 'Quota empty',
      rate: 'Too many requests',
      refused: 'Refused',
      not_offered: 'Not offered',
      unauthenticated: 'Sign in again',
    } as Record<string, string>,
    scopes: {
      credential: () => 'everything',
      group: (subject: string) => subject,
      model: (subject: string) => subject,
    } as Record<string, (subject: string) => string>,
    left: 'Left',
    since: (when: string) => `since ${when}`,
    until: (when: string) => `until ${when}`,
    evidence: 'What the service said',
    clear: 'Clear',
    clearName: (what: string, name: string) => `Clear the rest of ${what}, ${name}`,
    clearTitle: (what: string, name: string) => `Use ${what} of ${name} again?`,
    clearText:
      'The next request may go to it at once. If the service refuses again, it rests again. Nothing is sent now.',
    clearDo: 'Clear it',
    clearing: 'Clearing…',
    cleared: (what: string, name: string) => `${what} of ${name} is free again.`,
  },

  decisions: {
    title: 'Decisions',
    search: 'Search decisions',
    searchHint: 'Words of the sentence',
    kind: 'Kind',
    all: 'All',
    kinds: { warmup: 'Warmup', protection: 'Protection', cooldown: 'Rest', drain: 'Use elsewhere' } as Record<
      string,
      string
    >,
    credential: 'Credential',
    anyCredential: 'Every credential',
    span: 'How far back',
    spans: { '1d': 'Last day', '7d': 'Last 7 days', '30d': 'Last 30 days' } as Record<string, string>,
    empty: 'Nothing was decided in this time.',
    emptyText: 'What is done, or left undone, is written down here with its reason.',
    noMatch: 'No decision matches.',
    noMatchWiden: 'Show every decision',
    stillSo: (until: string) => `still so at ${until}`,
    until: (when: string) => `until ${when}`,
    more: 'Show more',
    count: (count: string) => `${count} shown`,
  },

  history: {
    warmups: 'Warmups',
    span: 'the last 7 days',
    empty: 'No warmup in the last 7 days.',
    emptyText: 'A warmup appears here when it is sent, and again when two readings have shown what it did.',
    back: (when: string) => `back ${when}`,
    use: 'Whose use the quota went into',
    useText: 'Points that fell between two readings, by who used them.',
    useEmpty: 'No use was measured in the last 7 days.',
    window: 'Window',
    points: (points: string) => `${points} points`,
    total: 'Total',
    users: { warmup: 'Warmups', proxy: 'Proxy', elsewhere: 'Elsewhere' } as Record<string, string>,
    elsewhereHint: 'Not through Headroom: your editor, the official program, another tool',
    more: (count: number) => `Show all ${count}`,
  },

  /** Over what could not be loaded; the engine's reason follows. */
  failed: 'This could not be loaded.',
  kept: 'Below is what was known before.',
};

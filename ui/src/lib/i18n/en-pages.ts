/** English: charts, the page of one credential, the timeline, the history, the palette. */
import { plural } from './plural';

export const chartTexts = {
  range: 'Range',
  ranges: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as Record<string, string>,
  left: 'left',
  own: 'through Headroom',
  elsewhere: 'elsewhere',
  points: 'points used an hour',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomAll: 'Show all of it',
  hint: 'Drag to zoom; with the keyboard: + and −, arrows, 0',
  about: (what: string) => `Chart: ${what}`,
  summaryWindow: (window: string, now: string, low: string, when: string, resets: number) =>
    `${window}: ${now} at the end, least ${low} on ${when}, ${plural(resets, '1 refill', `${resets} refills`)}.`,
  summaryUse: (own: string, elsewhere: string) =>
    `Used: ${own} points through Headroom, ${elsewhere} elsewhere.`,
  summaryWarmups: (count: number) => plural(count, '1 warmup.', `${count} warmups.`),
  empty: 'Nothing was measured in this time.',
  emptyText: 'Each reading of the quota adds a point. The line begins with the first two.',
  loading: 'Drawing…',
  failed: 'The chart could not be drawn.',
  warmup: 'Warmup',
  refill: 'Refill',
};

export const credentialTexts = {
  back: 'Overview',
  unknown: 'There is no such credential',
  unknownText: 'It may have been removed. On the page of credentials a removal can be undone for a while.',
  open: 'Open its page',
  previous: 'Previous credential',
  next: 'Next credential',
  read: 'Read now',
  reading: 'Reading…',
  over: 'Quota over time',
  windowsOf: (group: string) => `${group}, over time`,
  models: 'Models',
  modelsText: 'Drag the mark on a meter to set the floor below which the rest is kept back.',
  modelsOff: 'Protection is off: the floors below do nothing yet.',
  modelsOn: 'Switch protection on',
  rests: 'What rests',
  noRests: 'Nothing of it rests.',
  warmups: 'Warmups',
  scan: 'A scan now',
  scanText: 'What the automatic warmup would do with it at this moment, and why.',
  floor: (model: string) => `Floor of ${model}`,
  floorAll: 'Floor for every model of it',
  floorValue: (percent: string) => `kept back below ${percent}`,
  floorAbove: 'It is above: usable.',
  floorBelow: (left: string) => `${left} is left: with this floor it rests.`,
  floorUnknown: 'What is left is not known.',
  floorSet: (model: string, percent: string) => `The floor of ${model} is ${percent}.`,
  floorReset: 'Back to the common floor',
  every: 'every model',
  danger: 'Take it out',
  dangerText:
    'Switched off, it is neither read nor used. Removed, it leaves the list; for a while that can be undone.',
  disable: 'Switch off',
  enable: 'Switch on',
  remove: 'Remove',
};

export const timelineTexts = {
  title: 'Timeline',
  /** Over the page. */
  next: (time: string, group: string, name: string) => `Next capacity at ${time}: ${group} on ${name}.`,
  plenty: 'Nothing is low. No one has to wait.',
  none: 'No reset is known.',
  range: 'Range',
  ranges: { day: '24 hours', week: '7 days' } as Record<string, string>,
  lanes: 'Windows of every credential',
  lane: (name: string) => `Windows of ${name}`,
  bar: (group: string, window: string, left: string, when: string) =>
    `${group}, ${window}: ${left} left, refills ${when}`,
  idle: (group: string, window: string) => `${group}, ${window}: full, clock not started`,
  planned: (group: string, when: string, back: string) => `${group}: starts itself ${when}, back at ${back}`,
  plannedGain: (gain: string) => `so ${gain} earlier than by the first use`,
  now: 'now',
  events: 'What comes back',
  eventsText: 'Every refill and every planned start in this time, the next one first.',
  noEvents: 'Nothing comes back in this time.',
  refill: (group: string, window: string) => `${group}, ${window}: refills`,
  from: (left: string) => `${left} now`,
  start: (group: string) => `${group}: starts itself`,
  backAt: (time: string) => `back at ${time}`,
  legend: 'Legend',
  legendBar: 'a window, until its refill',
  legendIdle: 'full, not started',
  legendPlan: 'planned warmup',
  noMatch: (typed: string) => `No credential matches “${typed}”.`,
  search: 'Search credentials',
  empty: 'No clock to show',
  emptyText: 'As soon as a credential tells of its windows, they stand here with their refills.',
};

export const historyTexts = {
  title: 'History',
  /** Over the page. */
  sentence: (warmups: number, started: number) =>
    warmups === 0
      ? 'No warmup in the last 7 days.'
      : started === warmups
        ? plural(
            warmups,
            '1 warmup in 7 days, its clock started.',
            `${warmups} warmups in 7 days, all started.`,
          )
        : `${plural(warmups, '1 warmup', `${warmups} warmups`)} in 7 days, ${started} started a clock.`,
  views: {
    label: 'Views',
    decisions: 'Decisions',
    warmups: 'Warmups',
    use: 'Use',
    charts: 'Charts',
  },
  outcome: 'Outcome',
  anyOutcome: 'Every outcome',
  searchWarmups: 'Search warmups',
  searchWarmupsHint: 'Name, model or reason',
  noWarmup: 'No warmup matches.',
  export: 'Export',
  exportCsv: 'CSV',
  exportJson: 'JSON',
  exported: (where: string) => `Saved as ${where}.`,
  notSaved: (why: string) => `Not saved: ${why}`,
  nothing: 'There is nothing to export.',
  chartOf: 'Credential',
  noCredential: 'No credential has windows to draw.',
};

export const paletteTexts = {
  title: 'Commands',
  open: 'Search and commands',
  hint: 'What do you want to do?',
  nothing: (typed: string) => `Nothing matches “${typed}”.`,
  groups: {
    pages: 'Go to',
    actions: 'Do',
    credentials: 'Credentials',
    warmups: 'Warm up',
  } as Record<string, string>,
  refresh: 'Read all quota now',
  warmAll: 'Warm up everything',
  stop: 'Stop the warmups',
  byModel: 'Overview by model',
  byCredential: 'Overview by credential',
  dense: 'Overview: one line a credential',
  roomy: 'Overview: all windows',
  mine: 'What needs me',
  add: 'Add a credential',
  keys: 'Arrows choose, Enter does it, Escape closes',
};

import { beforeEach, expect, test, vi } from 'vitest';
import { BackendError, type WarmupArgs, type WarmupRound } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { line, round } from '../scheduler/testing';
import { App } from './app.svelte';
import { everything } from './warmups.svelte';

type Step = WarmupRound | BackendError | Promise<WarmupRound>;

let backend: FakeBackend;
let app: App;

/** An engine that answers warmups by hand in this order. */
function begin(...steps: Step[]): void {
  backend = new FakeBackend({
    warmup: () => {
      const step = steps.shift();
      if (step === undefined) throw new Error('the test foresees no further warmup');
      if (step instanceof BackendError) throw step;
      return step;
    },
    settingsSet: ({ key, value }: { key: string; value: string }) => ({
      ...backend.settings.find((setting) => setting.key === key),
      value,
    }),
  });
  app = new App(backend, window, backend.now);
}

const needsConsent = () => new BackendError('needs_consent', 'It sends hi. The terms may forbid it.');
const said = () => app.toasts.shown.map(({ tone, text }) => [tone, text]);
const sent = () => backend.argsOf('warmup') as WarmupArgs[];

async function asked(kind: 'consent' | 'force'): Promise<void> {
  await vi.waitFor(() => expect(app.warmups.question?.kind).toBe(kind));
}

beforeEach(() => history.replaceState(null, '', '/#/'));

test('a warmup of one model names it and says what came of it', async () => {
  begin(round([line()]));
  await app.warmups.warm({ credential: 'c-ada', model: 'claude-sonnet-4-6' });
  expect(sent()).toEqual([
    {
      credential: 'c-ada',
      model: 'claude-sonnet-4-6',
      pairs: [],
      all: false,
      dry_run: false,
      force: false,
      automatic: false,
      agreed: false,
    },
  ]);
  expect(said()).toEqual([
    ['info', 'claude-sonnet-4-6 of Ada is warmed up. Whether its clock started shows in about 90\u202fs.'],
  ]);
});

test('the first warmup asks for consent with the text of the engine, and goes on with it', async () => {
  begin(needsConsent(), round([line()]));
  const done = app.warmups.warm(everything);
  await asked('consent');
  expect(app.warmups.question).toMatchObject({ text: 'It sends hi. The terms may forbid it.' });
  expect(app.warmups.running).toBeNull();
  app.warmups.answer(true);
  await done;
  expect(sent().map(({ all, agreed }) => [all, agreed])).toEqual([
    [true, false],
    [true, true],
  ]);
});

test('without consent nothing is sent and nothing is said', async () => {
  begin(needsConsent());
  const done = app.warmups.warm(everything);
  await asked('consent');
  app.warmups.answer(false);
  await done;
  expect(sent()).toHaveLength(1);
  expect(said()).toEqual([]);
});

test('what is held back goes on a confirmation, as the whole where nothing was sent yet', async () => {
  const held = line({ verdict: 'cooling_down' });
  begin(round([held], { needs_force: 1 }), round([line()]));
  const done = app.warmups.warm({ credential: 'c-ada', model: null });
  await asked('force');
  expect(app.warmups.question).toEqual({ kind: 'force', lines: [held], sent: 0 });
  app.warmups.answer(true);
  await done;
  expect(sent().map(({ credential, model, force }) => [credential, model, force])).toEqual([
    ['c-ada', null, false],
    ['c-ada', null, true],
  ]);
});

test('where a part went already, only what was held back is sent', async () => {
  const ada = line();
  const bob = line({ name: 'Bob', verdict: 'budget_spent' });
  const chen = line({ name: 'Chen', verdict: 'off', model: '' });
  const dora = line({ name: 'Dora', verdict: 'cooling_down' });
  begin(
    round([ada, bob, chen, dora], { needs_force: 2 }),
    round([line({ name: 'Bob', outcome: 'refused' }), line({ name: 'Dora' })]),
  );
  const done = app.warmups.warm(everything);
  await asked('force');
  app.warmups.answer(true);
  await done;
  expect(sent()[1]).toMatchObject({
    credential: null,
    model: null,
    pairs: [
      { credential: 'c-bob', model: 'claude-sonnet-4-6' },
      { credential: 'c-dora', model: 'claude-sonnet-4-6' },
    ],
    all: false,
    force: true,
  });
  expect(said()).toEqual([['info', '2 of 3 warmed up, 1 refused.']]);
});

test('a no to the confirmation sends no more, and says what went', async () => {
  begin(round([line(), line({ name: 'Bob', verdict: 'resting' })], { needs_force: 1 }));
  const done = app.warmups.warm(everything);
  await asked('force');
  app.warmups.answer(false);
  await done;
  expect(sent()).toHaveLength(1);
  expect(said()).toEqual([['info', '1 of 1 warmed up.']]);
});

test.each([
  [
    [line({ outcome: 'refused', detail: 'quota empty' })],
    'error',
    /refused the warmup of .* of Ada: quota empty/,
  ],
  [[line({ outcome: 'unknown' })], 'error', /^Whether the warmup .* is not known\.$/],
  [[line({ outcome: 'stopped', detail: 'it rests' })], 'info', /stopped: it rests$/],
  [[line({ verdict: 'off', sentence: 'Emil: not warmed, only Antigravity' })], 'info', /^Emil: not warmed/],
  [
    [line({ verdict: 'off' }), line({ verdict: 'off', model: 'b' })],
    'info',
    /^Nothing was sent: 2 were held back/,
  ],
  [[], 'info', /^There is nothing to warm up/],
])('what came of %j is told', async (lines, tone, text) => {
  begin(round(lines));
  await app.warmups.warm(everything);
  expect(said()).toEqual([[tone, expect.stringMatching(text)]]);
});

test('a failure says why and leaves nothing under way', async () => {
  begin(new BackendError('unreachable', 'The engine does not answer.'));
  await app.warmups.warm(everything);
  expect(said()).toEqual([['error', 'The engine does not answer.']]);
  expect(app.warmups.busy).toBe(false);
});

test('while one runs another press does nothing', async () => {
  let give: (round: WarmupRound) => void = () => undefined;
  begin(new Promise<WarmupRound>((done) => (give = done)));
  const first = app.warmups.warm(everything);
  expect(app.warmups.running).toEqual(everything);
  await app.warmups.warm({ credential: 'c-bob', model: null });
  expect(sent()).toHaveLength(1);
  give(round([line()]));
  await first;
  expect(app.warmups.running).toBeNull();
});

test('a round of anybody shows its progress, and can be stopped', async () => {
  begin();
  backend.scheduler.round = round([line({ outcome: 'waiting' })], { done: 3, total: 10, over: false });
  await app.scheduler.load();
  expect(app.scheduler.progress).toEqual({ done: 3, total: 10 });
  expect(app.warmups.busy).toBe(true);
  await app.warmups.cancel();
  expect(backend.argsOf('warmupCancel')).toHaveLength(1);
  // The request under way may outlast the wish to stop.
  expect(app.warmups.cancelling).toBe(true);
  backend.scheduler.round = { ...backend.scheduler.round, over: true };
  await app.scheduler.load();
  expect(app.warmups.cancelling).toBe(false);
  expect(app.warmups.busy).toBe(false);
});

test('warmup is switched on only after a yes', async () => {
  begin();
  const no = app.warmups.switchOn();
  await asked('consent');
  expect(app.warmups.question).toMatchObject({ text: expect.stringContaining('one tiny request') });
  app.warmups.answer(false);
  await no;
  expect(backend.argsOf('settingsSet')).toEqual([]);
  const yes = app.warmups.switchOn();
  await asked('consent');
  app.warmups.answer(true);
  await yes;
  expect(backend.argsOf('settingsSet')).toMatchObject([{ key: 'smart_warmup_enabled', value: 'true' }]);
});

test('who agreed before is not asked again', async () => {
  begin();
  backend.scheduler.warmup_consent_at = '2026-08-30T10:00:00Z';
  await app.warmups.switchOn();
  expect(backend.argsOf('settingsSet')).toHaveLength(1);
});

test('without the text of the engine warmup stays off', async () => {
  backend = new FakeBackend({ scheduler: () => Promise.reject(new BackendError('unreachable', 'Gone.')) });
  app = new App(backend, window, backend.now);
  await app.warmups.switchOn();
  expect(backend.argsOf('settingsSet')).toEqual([]);
  expect(said()).toEqual([['error', 'Gone.']]);
});

import { fireEvent, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { BackendError } from '../lib/ipc/backend';
import { FakeBackend } from '../lib/ipc/fake';
import { line, round } from '../lib/scheduler/testing';

async function shown(hash = '#/scheduler', backend = new FakeBackend()) {
  const page = await showPage(hash, backend);
  await screen.findByRole('group', { name: 'Views' });
  return page;
}

function region(name: string): HTMLElement {
  return screen.getByRole('region', { name });
}

/** A backend that takes settings. */
function taking(): FakeBackend {
  const backend: FakeBackend = new FakeBackend({
    settingsSet: ({ key, value }: { key: string; value: string }) => ({
      ...backend.settings.find((setting) => setting.key === key),
      value,
      source: 'settings',
    }),
  });
  return backend;
}

test('a sentence stands first: what runs, and when', async () => {
  const { backend } = await shown();
  const heading = screen.getByRole('heading', { level: 1 });
  expect(heading).toHaveTextContent('Warmup is off. Quota is read again at 12:14.');
  const [refresh, warmup] = backend.scheduler.jobs;
  if (!refresh || !warmup) throw new Error('the fixture has both');
  Object.assign(warmup, { on: true, next_at: '2026-09-01T12:10:00Z' });
  backend.change();
  await vi.waitFor(() => expect(heading).toHaveTextContent('Warmup looks again at 12:10.'));
  Object.assign(warmup, { on: false });
  Object.assign(refresh, { on: false });
  backend.change();
  await vi.waitFor(() => expect(heading).toHaveTextContent('Nothing runs by itself.'));
});

test('reading and protection are switched at once', async () => {
  const backend = taking();
  await shown('#/scheduler', backend);
  await userEvent.click(await screen.findByRole('switch', { name: 'Protect the last of it' }));
  expect(backend.argsOf('settingsSet')).toMatchObject([{ key: 'quota_protection_enabled', value: 'true' }]);
  expect(screen.getByRole('switch', { name: 'Protect the last of it' })).toBeChecked();
});

test('warmup is switched on after the consent, and the focus comes back to its switch', async () => {
  const backend = taking();
  await shown('#/scheduler', backend);
  const toggle = await screen.findByRole('switch', { name: 'Smart warmup' });
  await userEvent.click(toggle);
  const dialog = await screen.findByRole('dialog', { name: 'Before the first warmup' });
  expect(dialog).toHaveTextContent("The service's terms may forbid that");
  // The careful answer has the focus: Enter alone agrees to nothing.
  expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus();
  expect(backend.argsOf('settingsSet')).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Agree and go on' }));
  await vi.waitFor(() => expect(toggle).toBeChecked());
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(toggle).toHaveFocus();
});

test.each(['Cancel', 'Escape'])('%s leaves warmup off', async (way) => {
  const backend = taking();
  await shown('#/scheduler', backend);
  const toggle = await screen.findByRole('switch', { name: 'Smart warmup' });
  await userEvent.click(toggle);
  const dialog = await screen.findByRole('dialog');
  if (way === 'Escape') await fireEvent(dialog, new Event('cancel', { cancelable: true }));
  else await userEvent.click(within(dialog).getByRole('button', { name: way }));
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(toggle).not.toBeChecked();
  expect(backend.argsOf('settingsSet')).toEqual([]);
});

test('what the environment sets is shown, and its switch is fixed', async () => {
  const backend = taking();
  const setting = backend.settings.find(({ key }) => key === 'smart_warmup_enabled');
  if (setting) Object.assign(setting, { source: 'environment', value: 'true' });
  await shown('#/scheduler', backend);
  expect(await screen.findByRole('switch', { name: 'Smart warmup' })).toBeDisabled();
  expect(screen.getByText(/^Set by SMART_WARMUP_ENABLED/)).toBeInTheDocument();
});

test('it says whether and when somebody agreed, and to what', async () => {
  const { backend } = await shown();
  expect(await screen.findByText('Nobody has agreed to warmup yet.')).toBeInTheDocument();
  expect(screen.getByText(/accounts were suspended/)).toBeInTheDocument();
  backend.scheduler.warmup_consent_at = '2026-09-01T09:30:00Z';
  backend.change();
  expect(await screen.findByText('You agreed to warmup on Tue, Sep 1, 2026, 09:30:00.')).toBeInTheDocument();
});

test('each job says when it runs next, and why it last ran with what outcome', async () => {
  await shown();
  const [refresh, warmup] = within(region('Jobs')).getAllByRole('listitem');
  expect(plain(refresh?.textContent ?? null)).toBe(
    'Background refresh Reads the quota of every active credential Next 14 min 20 s 12:14 ' +
      'Last 40 s ago · its time had come · took 1.2 sec read 6 credentials, 1 failed ' +
      '12 by the clock · 3 by events · 1 missed',
  );
  expect(plain(warmup?.textContent ?? null)).toContain('Next off Last not yet');
});

test('a job that runs says so, and a stretched round is explained', async () => {
  const backend = new FakeBackend();
  Object.assign(backend.scheduler.jobs[0] ?? {}, { running: true });
  backend.scheduler.refresh_stretched_to_minutes = 40;
  await shown('#/scheduler', backend);
  expect(within(region('Jobs')).getByText('running now')).toBeInTheDocument();
  expect(plain(region('Jobs').textContent)).toContain('a full round takes 40 min');
});

test('the countdown to a run follows the clock', async () => {
  const { backend, app } = await shown();
  backend.advance(600_000);
  app.clock.tick();
  await vi.waitFor(() => expect(plain(region('Jobs').textContent)).toContain('Next 4 min 20 s'));
});

test('the last round tells each outcome, and keeps what was held back folded', async () => {
  const backend = new FakeBackend();
  backend.scheduler.round = round([
    line({ sentence: 'Ada: sent it' }),
    line({ name: 'Bob', outcome: 'refused', detail: 'quota empty', sentence: 'Bob: tried it' }),
    line({ name: 'Chen', verdict: 'not_full', sentence: 'Chen: not warmed' }),
  ]);
  await shown('#/scheduler', backend);
  const part = region('Last round');
  expect(part).toHaveTextContent('12:00 · by hand · found 2');
  const items = within(part).getAllByRole('listitem');
  expect(items.map((item) => plain(item.textContent))).toEqual([
    'Ada: sent it sent',
    'Bob: tried it quota empty refused',
    'Chen: not warmed',
  ]);
  expect(within(part).getByText('Show the one held back')).toBeInTheDocument();
});

test('without a round it says so', async () => {
  await shown();
  expect(region('Last round')).toHaveTextContent('No warmup since the program started.');
});

test('a round under way shows its progress and can be stopped', async () => {
  const backend = new FakeBackend();
  const lines = [line(), line({ name: 'Bob', outcome: 'waiting' })];
  backend.scheduler.round = round(lines, { done: 3, total: 10, over: false });
  await shown('#/scheduler', backend);
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Warming up, 3 of 10 done.');
  expect(within(region('Warming up')).getByRole('progressbar')).toHaveValue(3);
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(backend.argsOf('warmupCancel')).toHaveLength(1);
});

test('the preview lists each pair with its reason, by decision and by credential', async () => {
  await shown();
  const part = await screen.findByRole('region', { name: 'What a scan would do now' });
  await within(part).findByText('1 request would go out');
  const headings = () => within(part).getAllByRole('heading', { level: 3 });
  expect(headings().map((heading) => heading.textContent)).toEqual([
    'Would be warmed up',
    'In use',
    'Running already',
    'Resting',
    'Week nearly used up',
    'Off',
  ]);
  expect(plain(part.textContent)).toContain(
    'protected, 6 % is below the 10 % floor, until 12:41; looks again 12:10 41 min',
  );
  expect(part).toHaveTextContent('nothing offers claude-sonnet-9; the nearest is claude-sonnet-4-6');
  await userEvent.click(within(part).getByRole('button', { name: 'By credential' }));
  expect(headings().map((heading) => heading.textContent)).toEqual(['Ada', 'Bob', 'Chen', 'Hana']);
});

test('the preview is looked at again on demand, and a failure keeps the last one', async () => {
  let up = true;
  const backend: FakeBackend = new FakeBackend({
    warmup: () => (up ? backend.rehearsal : Promise.reject(new BackendError('failed', 'No ledger.'))),
  });
  await shown('#/scheduler', backend);
  await screen.findByText('1 request would go out');
  up = false;
  await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
  const alert = await screen.findByRole('alert');
  expect(plain(alert.textContent)).toBe(
    'This could not be loaded. No ledger. Below is what was known before. Try again',
  );
  expect(screen.getByText('1 request would go out')).toBeInTheDocument();
  up = true;
  await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
  await vi.waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});

test('without a pair the preview says what is missing', async () => {
  const backend = new FakeBackend();
  backend.rehearsal.lines = [];
  await shown('#/scheduler', backend);
  expect(await screen.findByText(/no active Antigravity credential/)).toBeInTheDocument();
});

test('what rests says why, for how long and on what evidence, the first to end first', async () => {
  await shown('#/scheduler?rests');
  const [gus, bob] = within(region('What rests')).getAllByRole('listitem');
  expect(plain(gus?.textContent ?? null)).toContain('Gus · Claude and GPT Too many requests');
  expect(plain(gus?.textContent ?? null)).toContain('45 s until 12:00');
  expect(plain(bob?.textContent ?? null)).toContain('Bob · gpt-oss-120b-medium Quota empty');
  expect(plain(bob?.textContent ?? null)).toContain('What the service said: Resource has been exhausted');
  expect(screen.getByRole('button', { name: /What rests\s*2/ })).toHaveAttribute('aria-pressed', 'true');
});

test('a rest is cleared after a question that says what it does', async () => {
  const { backend } = await shown('#/scheduler?rests');
  await userEvent.click(screen.getByRole('button', { name: 'Clear the rest of gpt-oss-120b-medium, Bob' }));
  const dialog = await screen.findByRole('dialog', { name: 'Use gpt-oss-120b-medium of Bob again?' });
  expect(dialog).toHaveTextContent('The next request may go to it at once.');
  expect(backend.argsOf('cooldownClear')).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Clear it' }));
  expect(await screen.findByText('gpt-oss-120b-medium of Bob is free again.')).toBeInTheDocument();
  expect(backend.argsOf('cooldownClear')).toEqual([{ id: 'c-bob/model:gpt-oss-120b-medium' }]);
  expect(within(region('What rests')).getAllByRole('listitem')).toHaveLength(1);
});

test('a rest that cannot be cleared says why in its place', async () => {
  const backend = new FakeBackend({
    cooldownClear: () => Promise.reject(new BackendError('not_found', 'Nothing rests by that name.')),
  });
  await shown('#/scheduler?rests', backend);
  await userEvent.click(screen.getByRole('button', { name: /^Clear the rest of Claude and GPT/ }));
  await userEvent.click(await screen.findByRole('button', { name: 'Clear it' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Nothing rests by that name.');
});

test('where nothing rests it says when something would', async () => {
  const backend = new FakeBackend();
  backend.cooldowns = [];
  await shown('#/scheduler?rests', backend);
  expect(await screen.findByText('Nothing rests.')).toBeInTheDocument();
  expect(screen.getByText(/When the service refuses/)).toBeInTheDocument();
});

test('a view has an address of its own, and follows what changes', async () => {
  const { backend } = await shown();
  await userEvent.click(screen.getByRole('button', { name: /^What rests/ }));
  expect(location.hash).toBe('#/scheduler?rests');
  const before = backend.argsOf('cooldowns').length;
  backend.change();
  backend.change();
  await vi.waitFor(() => expect(backend.argsOf('cooldowns')).toHaveLength(before + 1), 4_000);
});

test('before the first answers each part says that it loads', async () => {
  const never = () => new Promise(() => undefined);
  const backend = new FakeBackend({ scheduler: never, settingsList: never, warmup: never });
  // The page never settles while the scheduler does not answer, so it is not waited for.
  void showPage('#/scheduler', backend);
  await vi.waitFor(() => expect(screen.getAllByText('Loading…').length).toBeGreaterThan(2));
});

test('the page speaks Chinese where the setting says so', async () => {
  const backend = new FakeBackend();
  backend.status.language = 'zh-CN';
  await showPage('#/scheduler', backend);
  expect(await screen.findByRole('heading', { name: '现在检查会做什么' })).toBeInTheDocument();
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('预热已关闭，12:14 再次读取额度。');
});

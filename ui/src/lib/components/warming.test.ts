/** Warming up from the overview: the buttons, the questions, the progress. */
import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { BackendError, type WarmupArgs, type WarmupRound } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { line, round } from '../scheduler/testing';
import { plain, showPage } from './testing';

/** An engine that answers warmups by hand in this order. */
function answering(...rounds: (WarmupRound | BackendError | Promise<WarmupRound>)[]): FakeBackend {
  return new FakeBackend({
    warmup: () => {
      const next = rounds.shift();
      if (next instanceof BackendError) throw next;
      return next;
    },
  });
}

const asked = (backend: FakeBackend) =>
  (backend.argsOf('warmup') as WarmupArgs[]).map(({ credential, model, all, force, agreed }) => ({
    credential,
    model,
    all,
    force,
    agreed,
  }));

test('every credential that has windows to start has a button, and no other', async () => {
  await showPage('#/');
  const names = screen
    .getAllByRole('button', { name: /^Warm up \w/ })
    .map((button) => button.getAttribute('aria-label') ?? button.textContent);
  expect(names).toEqual([
    'Warm up all…',
    'Warm up Ada',
    'Warm up Bob',
    'Warm up Chen',
    'Warm up finn.lindqvist@example.org',
    'Warm up Gus',
  ]);
});

test('a credential is warmed up with its button', async () => {
  const backend = answering(round([line({ name: 'Bob' })]));
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Warm up Bob' }));
  expect(await screen.findByText(/claude-sonnet-4-6 of Bob is warmed up/)).toBeInTheDocument();
  expect(asked(backend)).toEqual([
    { credential: 'c-bob', model: null, all: false, force: false, agreed: false },
  ]);
});

test('W warms up the row that has the focus', async () => {
  const backend = answering(round([line({ name: 'Bob' })]));
  await showPage('#/', backend);
  screen.getByRole('button', { name: 'Details of Bob' }).focus();
  await userEvent.keyboard('w');
  expect(asked(backend)).toMatchObject([{ credential: 'c-bob' }]);
  // A row without windows to start has nothing to warm.
  screen.getByRole('button', { name: 'Details of Company' }).focus();
  await userEvent.keyboard('w');
  expect(asked(backend)).toHaveLength(1);
});

test('a model is warmed up in its own row', async () => {
  const backend = answering(round([line()]));
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Details of Ada' }));
  await userEvent.click(screen.getByRole('button', { name: 'Warm up Claude Sonnet 4.6 of Ada' }));
  expect(asked(backend)).toMatchObject([{ credential: 'c-ada', model: 'claude-sonnet-4-6' }]);
});

test('consent, then everything, with the focus back on the button', async () => {
  const backend = answering(
    new BackendError('needs_consent', 'It sends hi.'),
    round([line(), line({ name: 'Bob' })]),
  );
  await showPage('#/', backend);
  const button = screen.getByRole('button', { name: 'Warm up all…' });
  await userEvent.click(button);
  const dialog = await screen.findByRole('dialog', { name: 'Before the first warmup' });
  expect(dialog).toHaveTextContent('It sends hi.');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Agree and go on' }));
  expect(await screen.findByText('2 of 2 warmed up.')).toBeInTheDocument();
  expect(asked(backend).map(({ all, agreed }) => [all, agreed])).toEqual([
    [true, false],
    [true, true],
  ]);
  expect(button).toHaveFocus();
});

test('what is held back is listed with its reasons before it is sent anyway', async () => {
  const held = line({ verdict: 'budget_spent', sentence: 'Ada: 3 attempts in 24 hours, 3 allowed' });
  const backend = answering(round([held], { needs_force: 1 }), round([line()]));
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Warm up Ada' }));
  const dialog = await screen.findByRole('dialog', { name: '1 warmup is held back' });
  expect(dialog).toHaveTextContent('Ada: 3 attempts in 24 hours, 3 allowed');
  expect(within(dialog).getByRole('button', { name: 'Leave it' })).toHaveFocus();
  await userEvent.click(within(dialog).getByRole('button', { name: 'Send it anyway' }));
  await screen.findByText(/of Ada is warmed up/);
  expect(asked(backend).map(({ force }) => force)).toEqual([false, true]);
});

test('while it runs the button shows how far it is, keeps the focus, and the round can be stopped', async () => {
  let give: (round: WarmupRound) => void = () => undefined;
  const backend = answering(new Promise<WarmupRound>((done) => (give = done)));
  await showPage('#/', backend);
  const button = screen.getByRole('button', { name: 'Warm up all…' });
  await userEvent.click(button);
  await vi.waitFor(() => expect(button).toHaveTextContent('Reading the quota first…'));
  expect(button).toHaveAttribute('aria-disabled', 'true');
  expect(button).toHaveFocus();
  const waiting = line({ outcome: 'waiting' });
  backend.scheduler.round = round([waiting], { done: 3, total: 10, over: false });
  backend.change();
  await vi.waitFor(() => expect(button).toHaveTextContent('Warming up (3/10)'));
  // Another press, of any of them, does nothing meanwhile.
  await userEvent.click(screen.getByRole('button', { name: 'Warm up Bob' }));
  expect(asked(backend)).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(backend.argsOf('warmupCancel')).toHaveLength(1);
  const stopped = round([{ ...waiting, outcome: 'stopped' }, line()]);
  backend.scheduler.round = stopped;
  give(stopped);
  expect(await screen.findByText('1 of 2 warmed up, 1 stopped.')).toBeInTheDocument();
  await vi.waitFor(() => expect(button).toHaveTextContent('Warm up all…'));
});

test('the message of a round leads to its details', async () => {
  const backend = answering(round([line(), line({ name: 'Bob', outcome: 'refused' })]));
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Warm up all…' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Details' }));
  expect(location.hash).toBe('#/scheduler');
});

test('a floor stands on the meter and in words where a model is kept back', async () => {
  const backend = new FakeBackend();
  const protection = backend.settings.find(({ key }) => key === 'quota_protection_enabled');
  if (protection) protection.value = 'true';
  for (const setting of backend.settings) setting.overrides = [];
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Details of Bob' }));
  const table = screen.getAllByRole('table')[1] as HTMLElement;
  const sonnet = within(table).getAllByRole('row')[1] as HTMLElement;
  await vi.waitFor(() => expect(plain(sonnet.textContent)).toContain('protected · floor 10 %'));
  expect(sonnet.querySelector('.meter i')).toHaveStyle({ left: '10%' });
});

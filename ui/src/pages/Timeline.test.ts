import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { FakeBackend } from '../lib/ipc/fake';

const lanes = () => screen.getByRole('region', { name: 'Windows of every credential' });
const coming = () =>
  within(screen.getByRole('region', { name: 'What comes back' }))
    .getAllByRole('listitem')
    .map((item) => plain(item.textContent));

test('the next capacity stands first', async () => {
  await showPage('#/timeline');
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(
    'Next capacity at 12:06: Claude and GPT on finn.lindqvist@example.org.',
  );
});

test('every window is a bar with its words, and what comes back is a list, the next first', async () => {
  await showPage('#/timeline');
  expect(plain(lanes().textContent)).toContain('Claude and GPT, Five hours: 58 % left, refills 14:04');
  expect(plain(lanes().textContent)).toContain('Gemini, Five hours: full, clock not started');
  expect(coming()[0]).toBe(
    '12:06 finn.lindqvist@example.org Claude and GPT, Five hours: refills 0 % now 6 min 40 s',
  );
});

test('a week shows more, and has an address of its own', async () => {
  await showPage('#/timeline');
  const before = coming().length;
  await userEvent.click(screen.getByRole('button', { name: '7 days' }));
  expect(location.hash).toBe('#/timeline?week');
  expect(coming().length).toBeGreaterThan(before);
});

test('a planned warmup stands in its lane and among what comes, in the planner’s words', async () => {
  const backend = new FakeBackend();
  const group = backend.quota.credentials[0]?.groups.find(({ key }) => key === '3p');
  if (!group) throw new Error('Ada has Claude');
  const sentence = 'starting Claude on Ada at 14:30, so that it refills at 19:30; expected +2.1 h of use';
  const starts = ['2026-09-01T14:30:00Z', '2026-09-02T09:30:00Z'];
  group.planned = { starts, refills: [], gain_hours: 2.1, sentence };
  await showPage('#/timeline', backend);
  await vi.waitFor(() => expect(plain(lanes().textContent)).toContain(sentence));
  // The name stands in it already.
  expect(coming().some((text) => text.includes(` Starting${sentence.slice(8)}`))).toBe(true);
  // What may follow it is told without a reason of its own.
  expect(coming().some((text) => text.includes('Ada Claude and GPT: starts itself back at'))).toBe(true);
});

test.each([true, false])('what a scan would start stands there only where warmup is on: %s', async (on) => {
  const backend = new FakeBackend();
  const [line] = backend.rehearsal.lines;
  const job = backend.scheduler.jobs.find(({ name }) => name === 'warmup');
  if (!line || !job) throw new Error('there is a job of warmup, and something it would do');
  Object.assign(line, { verdict: 'planned', starts_at: '2026-09-01T14:00:00Z' });
  job.on = on;
  const { app } = await showPage('#/timeline', backend);
  await vi.waitFor(() => expect(app.scheduler.rehearsal).not.toBeNull());
  await tick();
  expect(plain(lanes().textContent).includes(plain(line.sentence))).toBe(on);
});

test('lanes are searched and walked with the keyboard', async () => {
  await showPage('#/timeline');
  const first = within(lanes()).getByRole('link', { name: 'Ada' });
  first.focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(within(lanes()).getByRole('link', { name: 'Bob' })).toHaveFocus();
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search credentials' }), 'chen');
  expect(within(lanes()).getAllByRole('link')).toHaveLength(1);
});

test('without a window it says what is missing', async () => {
  const backend = new FakeBackend();
  for (const credential of backend.quota.credentials) credential.groups = [];
  await showPage('#/timeline', backend);
  expect(screen.getByText('No clock to show')).toBeInTheDocument();
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('No reset is known.');
});

import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { BackendError } from '../lib/ipc/backend';
import { FakeBackend } from '../lib/ipc/fake';

async function shown(hash = '#/history', backend = new FakeBackend()) {
  const page = await showPage(hash, backend);
  await screen.findByRole('group', { name: 'Views' });
  return page;
}

test('decisions read as sentences with their time, newest first', async () => {
  await shown('#/history');
  const items = within(await screen.findByRole('region', { name: 'Decisions' })).getAllByRole('listitem');
  expect(items.map((item) => plain(item.textContent))).toEqual([
    '11:58 Use elsewhere Claude and GPT of Ada fell by 12 points without Headroom: used elsewhere',
    expect.stringMatching(/^11:30 Rest gpt-oss-120b-medium of Bob rests until 12:41/),
    expect.stringMatching(/^11:20 Protection .* back at 12:41 still so at 11:59$/),
    '07:04 Warmup claude-sonnet-4-6 of Ada: the clock started, back at 12:04',
  ]);
});

test('decisions are narrowed by kind, credential, time and words', async () => {
  const { backend } = await shown('#/history');
  await userEvent.click(screen.getByRole('button', { name: 'Protection' }));
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Credential' }), 'Bob');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'How far back' }), 'Last 7 days');
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search decisions' }), 'floor');
  await vi.waitFor(() =>
    expect(backend.argsOf('decisions').at(-1)).toEqual({
      since: '7d',
      credential: 'c-bob',
      kind: 'protection',
      search: 'floor',
      limit: 100,
    }),
  );
  // Typing asks when it pauses, not at every key.
  const searches = backend.argsOf('decisions').map((args) => (args as { search: string | null }).search);
  expect(searches).not.toContain('f');
});

test('where no decision matches there is a way back to all', async () => {
  const backend: FakeBackend = new FakeBackend({
    decisions: ({ search }: { search?: string | null }) => (search ? [] : backend.decisions),
  });
  await shown('#/history', backend);
  const search = screen.getByRole('searchbox', { name: 'Search decisions' });
  await userEvent.type(search, 'zzz');
  await userEvent.click(await screen.findByRole('button', { name: 'Show every decision' }));
  expect(await screen.findByText(/the clock started, back at 12:04/)).toBeInTheDocument();
  expect(search).toHaveValue('');
});

test('an empty ledger says what comes into it', async () => {
  const backend = new FakeBackend();
  backend.decisions = [];
  await shown('#/history', backend);
  expect(await screen.findByText('Nothing was decided in this time.')).toBeInTheDocument();
});

test('a ledger that cannot be read says why and can be tried again', async () => {
  const backend = new FakeBackend({
    decisions: () => Promise.reject(new BackendError('failed', 'The disk is full.')),
  });
  await shown('#/history', backend);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('This could not be loaded. The disk is full.');
  expect(alert).not.toHaveTextContent('Below is what was known before.');
  expect(within(alert).getByRole('button', { name: 'Try again' })).toBeInTheDocument();
});

test('warmups of the last days tell what came of them', async () => {
  await shown('#/history?warmups');
  const items = within(await screen.findByRole('region', { name: 'Warmups' })).getAllByRole('listitem');
  expect(items.map((item) => plain(item.textContent))).toEqual([
    '07:02 Ada claude-sonnet-4-6 Claude and GPT · by itself clock started back 12:04',
    'Mon 18:10 Bob claude-sonnet-4-6 Claude and GPT · by hand 429: Resource has been exhausted refused',
    'Mon 06:00 Chen gemini-3.8-flash-low Gemini · by itself no effect',
    'Sun 06:00 Chen claude-sonnet-4-6 Claude and GPT · by itself no complete answer in 30 s outcome unknown',
  ]);
});

test('use is told by whom', async () => {
  await shown('#/history?use');
  const rows = within(await screen.findByRole('table')).getAllByRole('row');
  // What a narrow page shows in place of a column is there too.
  for (const narrow of document.querySelectorAll('small.narrow')) narrow.remove();
  const cells = (row: HTMLElement) => [...row.children].map((cell) => plain(cell.textContent)).join(' | ');
  expect(rows.map(cells)).toEqual([
    'Credential | Window | Warmups | Proxy | Elsewhere | Total',
    'Ada | Claude and GPT · 5 h | – | 4 | 12.5 | 16.5',
    'Bob | Claude and GPT · 5 h | 0.5 | – | – | 0.5',
  ]);
});

test.each([
  ['warmups', 'No warmup in the last 7 days.'],
  ['use', 'No use was measured in the last 7 days.'],
])('without any of it the view %s says %s', async (name, text) => {
  const backend = new FakeBackend();
  backend.history.warmups = [];
  backend.history.drops = [];
  await shown(`#/history?${name}`, backend);
  await vi.waitFor(() => expect(screen.getAllByText(text).length).toBeGreaterThan(0));
});

test('warmups are narrowed by credential, outcome and words', async () => {
  await shown('#/history?warmups');
  const part = await screen.findByRole('region', { name: 'Warmups' });
  const count = () => within(part).queryAllByRole('listitem').length;
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Credential' }), 'Chen');
  expect(count()).toBe(2);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Outcome' }), 'no effect');
  expect(count()).toBe(1);
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search warmups' }), 'zzz');
  expect(screen.getByText('No warmup matches.')).toBeInTheDocument();
});

test('what is shown is given away as a file; where it went is told, and why it did not', async () => {
  const backend = new FakeBackend();
  const saved: [string, string][] = [];
  backend.saveText = (name, text) => {
    saved.push([name, text]);
    return Promise.resolve(`/home/ada/${name}`);
  };
  await shown('#/history?warmups', backend);
  await userEvent.selectOptions(await screen.findByRole('combobox', { name: 'Credential' }), 'Bob');
  await userEvent.click(screen.getByRole('button', { name: 'CSV' }));
  expect(saved[0]?.[0]).toBe('headroom-warmups-2026-09-01.csv');
  expect(saved[0]?.[1].split('\r\n')).toHaveLength(3);
  expect(await screen.findByText('Saved as /home/ada/headroom-warmups-2026-09-01.csv.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'JSON' }));
  expect(JSON.parse(saved[1]?.[1] ?? '')).toMatchObject([{ credential: 'c-bob', outcome: 'refused' }]);
  backend.saveText = () => Promise.reject(new BackendError('failed', 'The disk is full.'));
  await userEvent.click(screen.getByRole('button', { name: 'JSON' }));
  expect(await screen.findByText('Not saved: The disk is full.')).toBeInTheDocument();
});

test('a sentence stands first: how the warmups went', async () => {
  await shown('#/history');
  await vi.waitFor(() =>
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(
      '4 warmups in 7 days, 1 started a clock.',
    ),
  );
});

test('charts are of one credential at a time, with the reason where nothing was measured', async () => {
  const { backend } = await shown('#/history?charts');
  await screen.findByRole('heading', { name: 'Ada' });
  expect(backend.argsOf('history')).toContainEqual({ credential: 'c-ada', since: '7d' });
  expect(screen.getAllByText('Nothing was measured in this time.')).toHaveLength(2);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Credential' }), 'Bob');
  await userEvent.click(screen.getByRole('button', { name: '30 days' }));
  await vi.waitFor(() =>
    expect(backend.argsOf('history')).toContainEqual({ credential: 'c-bob', since: '30d' }),
  );
});

test('a view has an address of its own, and follows what changes', async () => {
  const { backend } = await shown();
  await userEvent.click(screen.getByRole('button', { name: 'Warmups' }));
  expect(location.hash).toBe('#/history?warmups');
  await userEvent.click(screen.getByRole('button', { name: 'Decisions' }));
  await vi.waitFor(() => expect(backend.argsOf('decisions').length).toBeGreaterThan(1));
  const before = backend.argsOf('decisions').length;
  backend.change();
  backend.change();
  await vi.waitFor(() => expect(backend.argsOf('decisions')).toHaveLength(before + 1), 4_000);
});

test('what other rules would have served stands beside what the planner would have', async () => {
  const warmups = [{ at: '2026-03-02T06:40:00Z', credential: 'c-ada', group: '3p' }];
  const policy = (name: string, share: number, sent = false) => ({
    name,
    share,
    served: share * 100,
    demand: 100,
    warmups: sent ? warmups : [],
  });
  const parts: Record<string, object> = {
    none: { policies: [policy('none', 0.46)] },
    planner: { policies: [policy('planner', 0.61, true)] },
    variants: { policies: [], variants: [policy('floor 15 %', 0.4), policy('fill-first', 0.45)] },
  };
  const backend = new FakeBackend({
    whatif: ({ only }: { only: string }) => ({
      time_zone: 'UTC',
      start: '2026-02-02T00:00:00Z',
      end: '2026-03-02T00:00:00Z',
      policies: [],
      ...parts[only],
    }),
  });
  await shown('#/history?what-if', backend);
  await screen.findByText('One after the other');
  const rows = within(await screen.findByRole('table')).getAllByRole('row');
  expect(rows.map((row) => plain(row.textContent).trim())).toEqual([
    'RuleServedWarmups',
    'No warmup46 %0',
    'The planner61 %1',
    'Without warmups, with another floor or strategy',
    'Floor at 15 %40 %',
    'One after the other45 %',
  ]);
});

test('each rule shows as soon as it was played, and the rest can be left', async () => {
  const policy = (name: string) => ({ name, share: 0.5, served: 50, demand: 100, warmups: [] });
  const answers: (() => void)[] = [];
  const backend = new FakeBackend({
    whatif: ({ only }: { only: string }) =>
      new Promise((answer) =>
        answers.push(() =>
          answer({
            time_zone: 'UTC',
            start: '2026-02-02T00:00:00Z',
            end: '2026-03-02T00:00:00Z',
            policies: [policy(only)],
          }),
        ),
      ),
  });
  await shown('#/history?what-if', backend);
  expect(await screen.findByText('Playing 1 of 5: No warmup…')).toBeInTheDocument();
  answers[0]?.();
  expect(await screen.findByRole('row', { name: /No warmup/ })).toBeInTheDocument();
  expect(await screen.findByText('Playing 2 of 5: Every window, every 4 hours…')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  answers[1]?.();
  expect(await screen.findByText('Stopped after 1 of 5.')).toBeInTheDocument();
  expect(screen.queryByRole('row', { name: /Every window/ })).toBeNull();
  expect(backend.argsOf('whatif')).toHaveLength(2);
  await userEvent.click(screen.getByRole('button', { name: 'Play it again' }));
  expect(await screen.findByText(/^Playing 1 of 5/)).toBeInTheDocument();
});

test('where nothing was recorded yet, it says what teaches', async () => {
  const nothing = { name: 'none', share: 1, served: 0, demand: 0, warmups: [] };
  const backend = new FakeBackend({
    whatif: () => ({ time_zone: 'UTC', start: '', end: '', policies: [nothing] }),
  });
  await shown('#/history?what-if', backend);
  expect(await screen.findByText('Too little was recorded yet.')).toBeInTheDocument();
});

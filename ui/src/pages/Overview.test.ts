import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import { FakeBackend } from '../lib/ipc/fake';

function rowOf(name: string): HTMLElement {
  const row = screen
    .getAllByRole('listitem')
    .find(
      (item) => item.classList.contains('item') && item.querySelector('.who')?.textContent?.includes(name),
    );
  if (!row) throw new Error(`no row of ${name}`);
  return row;
}

test('a sentence stands first', async () => {
  await showPage('#/');
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(
    'Claude lasts until about 14:04 today.',
  );
});

test('a card tells how many can be used and what comes back when', async () => {
  await showPage('#/');
  const card = screen.getByRole('region', { name: 'Claude and GPT' });
  expect(card).toHaveTextContent('3 of 7 usable');
  expect(card).toHaveTextContent('Next capacity 12:06 on finn.lindqvist@example.org, then 12:41 on Bob');
  expect(
    within(card)
      .getAllByRole('listitem')
      .map((glass) => plain(glass.textContent)),
  ).toEqual([
    'Ada: 58 %',
    'Chen: 23 %',
    'Bob: 6 %',
    'finn.lindqvist@example.org: 0 %',
    'Gus: 0 %',
    'Dora: unknown',
    'Ivo: unknown',
  ]);
});

test('a row shows both windows of each group, the one that decides first', async () => {
  await showPage('#/');
  const meters = within(rowOf('Ada')).getAllByRole('meter');
  expect(
    meters.map((meter) => [meter.getAttribute('aria-label'), plain(meter.getAttribute('aria-valuetext'))]),
  ).toEqual([
    ['Claude and GPT, Five hours', '58 % left, refills: 2 h 04 m'],
    ['Claude and GPT, Week', '74 % left, refills: Thu 09:10'],
    ['Gemini, Week', '88 % left, refills: Thu 09:10'],
    ['Gemini, Five hours', '100 % left, not started'],
  ]);
  expect(plain(rowOf('Ada').textContent)).toContain('AI Pro · read 40 s ago');
});

test.each([
  ['Dora', 'Needs you', 'The service asks to verify this account.'],
  ['Emil', 'Needs you', 'The service has ended this kind of Gemini CLI login.'],
  ['Ivo', 'Needs you', 'The service refused the refresh token (invalid_grant).'],
  ['Hana', 'Switched off', 'You switched it off.'],
  ['finn', 'read 3 h ago', 'The service did not answer in time. Tries again at 12:05.'],
  ['Studio key', 'AI Studio key', 'The service does not report quota for API keys.'],
  ['Company', 'Standard', '3 of 4 models have quota left · 1 model unknown'],
  ['Chen', 'reading…', '23 %'],
])('the row of %s says %j and why: %s', async (name, state, why) => {
  await showPage('#/');
  const text = plain(rowOf(name).textContent);
  expect(text).toContain(state);
  expect(text).toContain(why);
});

test('unknown has no level and no number', async () => {
  await showPage('#/');
  const row = rowOf('Dora');
  expect(within(row).queryAllByRole('meter')).toEqual([]);
  expect(
    within(row)
      .getAllByRole('img')
      .map((image) => image.getAttribute('aria-label')),
  ).toEqual(['Claude and GPT: unknown', 'Gemini: unknown']);
  expect(plain(row.textContent)).not.toMatch(/\d\s?%/);
});

test('the page of the service opens outside, and only there', async () => {
  const { backend } = await showPage('#/');
  await userEvent.click(within(rowOf('Dora')).getByRole('link', { name: 'Open the page of the service' }));
  expect(backend.opened).toEqual(['https://accounts.google.com/verify?plt=FAKE']);
});

test('a link that is no page of the web is not offered', async () => {
  const backend = new FakeBackend();
  const dora = backend.quota.credentials.find(({ id }) => id === 'c-dora');
  if (dora) dora.link = 'javascript:alert(1)';
  await showPage('#/', backend);
  expect(within(rowOf('Dora')).queryByRole('link')).toBeNull();
});

test('a failed read can be tried again at once', async () => {
  const { backend } = await showPage('#/');
  await userEvent.click(within(rowOf('finn')).getByRole('button', { name: 'Try again' }));
  expect(backend.argsOf('quota')).toContainEqual({ freshness: 'refreshed', credential: 'c-finn' });
});

test('a row unfolds into its windows and models, by keyboard too', async () => {
  await showPage('#/');
  screen.getByRole('button', { name: 'Details of Ada' }).focus();
  await userEvent.keyboard('{Enter}');
  const [windows, models] = within(rowOf('Ada')).getAllByRole('table');
  expect(plain(windows?.textContent ?? '')).toContain('Claude and GPT · Five hours');
  const opus = within(models as HTMLElement)
    .getAllByRole('row')
    .find((row) => row.textContent?.includes('claude-opus-4-6-thinking'));
  const cells = within(opus as HTMLElement)
    .getAllByRole('cell')
    .map((cell) => plain(cell.textContent));
  expect(cells).toEqual(['80 %', '58 %', '2 h 04 m', 'quota summary, read 40 s ago', '']);
  expect(opus).toHaveTextContent('disagrees');
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(within(rowOf('Ada')).queryByRole('table')).toBeNull());
});

test('protected and resting models say so', async () => {
  await showPage('#/');
  await userEvent.click(screen.getByRole('button', { name: 'Details of Bob' }));
  const text = plain(rowOf('Bob').textContent);
  expect(text).toContain('Protected: Claude Sonnet 4.6. What is left is kept back.');
  expect(text).toContain('Resting: GPT-OSS 120B (Medium). Back at 12:41.');
  expect(text).toContain('rests 41 min 00 s · quota empty');
});

test('arrows go from row to row and stay inside the list', async () => {
  await showPage('#/');
  const ada = screen.getByRole('button', { name: 'Details of Ada' });
  ada.focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(screen.getByRole('button', { name: 'Details of Bob' })).toHaveFocus();
  await userEvent.keyboard('{ArrowUp}{ArrowUp}');
  expect(ada).toHaveFocus();
});

test('/ goes to the search, which narrows the rows, and Escape takes it back', async () => {
  await showPage('#/');
  await userEvent.keyboard('/');
  const search = screen.getByRole('searchbox');
  expect(search).toHaveFocus();
  await userEvent.keyboard('chen');
  expect(screen.getAllByRole('button', { name: /^Details of/ })).toHaveLength(1);
  await userEvent.clear(search);
  await userEvent.type(search, 'zzz');
  expect(screen.getByText('Nothing matches “zzz”.')).toBeInTheDocument();
  await userEvent.keyboard('{Escape}');
  expect(screen.getAllByRole('button', { name: /^Details of/ }).length).toBeGreaterThan(3);
});

test('what needs the user can be seen alone, with its count', async () => {
  await showPage('#/');
  await userEvent.click(screen.getByRole('button', { name: /Needs me\s*3/ }));
  expect(screen.queryByRole('button', { name: 'Details of Ada' })).toBeNull();
  for (const name of ['Dora', 'Emil', 'Ivo']) expect(rowOf(name)).toBeInTheDocument();
});

test('turned round it is one row a model with everyone who offers it', async () => {
  await showPage('#/');
  await userEvent.click(screen.getByRole('button', { name: 'By model' }));
  const row = screen.getByText('Claude Sonnet 4.6').closest('li.item');
  expect(plain(row?.textContent ?? '')).toBe(
    'Claude Sonnet 4.6 3 of 5 usable Ada58 % Chen23 % Bob6 % protected finn.lindqvist@example.org0 % Gus0 %',
  );
});

test('Refresh reads everything now and says so while it lasts', async () => {
  let done: () => void = () => undefined;
  const backend: FakeBackend = new FakeBackend({
    quota: ({ freshness }: { freshness?: string }) =>
      freshness === 'refreshed' ? new Promise((give) => (done = () => give(backend.quota))) : backend.quota,
  });
  await showPage('#/', backend);
  const button = screen.getByRole('button', { name: 'Refresh' });
  await userEvent.click(button);
  expect(button).toBeDisabled();
  expect(screen.getByText('Reading…')).toBeInTheDocument();
  done();
  await vi.waitFor(() => expect(button).toBeEnabled());
});

test('a countdown follows the clock without asking anybody', async () => {
  const { backend, app } = await showPage('#/');
  const asked = backend.asked.length;
  backend.advance(3_600_000);
  app.clock.tick();
  await vi.waitFor(() => expect(plain(rowOf('Ada').textContent)).toContain('1 h 04 m'));
  expect(plain(rowOf('Bob').textContent)).toContain('due now');
  expect(backend.asked).toHaveLength(asked);
});

test('new numbers arrive with a change, in the same rows', async () => {
  const { backend } = await showPage('#/');
  const before = rowOf('Bob');
  backend.quota.credentials = structuredClone(backend.quota.credentials);
  const claude = backend.quota.credentials[1]?.groups.find(({ key }) => key === '3p');
  const short = claude?.windows.find(({ window }) => window === '5h');
  if (!claude || !short) throw new Error('Bob has Claude');
  short.remaining = claude.remaining = 0.05;
  backend.change();
  await vi.waitFor(() => expect(plain(before.textContent)).toContain('5 %'));
  expect(rowOf('Bob')).toBe(before);
});

test('without a credential the three ways in stand there, with the terms on the one that needs them', async () => {
  const backend = new FakeBackend();
  backend.quota.credentials = [];
  await showPage('#/', backend);
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('No credentials yet');
  expect(screen.getByRole('button', { name: /^Import files/ })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: /^API key/ })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: /^Sign in/ })).toHaveTextContent(
    'the terms of the service may forbid the use of a personal login by other programs',
  );
});

test('before the first answer the page has its shape and says what it waits for', async () => {
  const backend = new FakeBackend({ quota: () => new Promise(() => undefined) });
  const shown = showPage('#/', backend);
  await vi.waitFor(() => expect(screen.getByText('Looking for Headroom…')).toBeInTheDocument());
  // Nothing ever answers, so the page never settles.
  void shown.catch(() => undefined);
});

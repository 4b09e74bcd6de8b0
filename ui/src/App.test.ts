import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, expect, test, vi } from 'vitest';
import { loadPages, showPage } from './lib/components/testing';
import { BackendError, type QuotaDocument } from './lib/ipc/backend';
import { FakeBackend } from './lib/ipc/fake';

beforeAll(loadPages, 120_000);

test('a demo is plainly marked on every page', async () => {
  const { app } = await showPage('#/');
  const pages = ['overview', 'credentials', 'scheduler', 'settings', 'about'] as const;
  const views = [
    ['scheduler', 'rests'],
    ['history', 'decisions'],
    ['history', 'warmups'],
    ['timeline', 'day'],
    ['credential', 'c-bob'],
  ] as const;
  for (const [page, query] of [...pages.map((name) => [name, undefined] as const), ...views]) {
    app.router.go(page, query);
    expect(await screen.findByText('Demo')).toBeInTheDocument();
  }
});

test('real numbers carry no mark of a demo', async () => {
  const backend = new FakeBackend();
  backend.status.demo = backend.quota.demo = false;
  await showPage('#/', backend);
  expect(screen.queryByText('Demo')).toBeNull();
});

test('every link of the rail leads to its page', async () => {
  await showPage('#/');
  const rail = screen.getByRole('navigation', { name: 'Pages' });
  for (const link of within(rail).getAllByRole('link')) {
    await userEvent.click(link);
    await vi.waitFor(() => expect(link).toHaveAttribute('aria-current', 'page'));
    expect(screen.getByRole('heading', { level: 1 })).toBeInTheDocument();
    expect(document.title).toContain(link.getAttribute('aria-label') ?? 'a name');
  }
});

test('a lost engine is told, the last numbers stay, and it goes away by itself', async () => {
  const { backend } = await showPage('#/');
  backend.connect('lost');
  expect(await screen.findByRole('alert')).toHaveTextContent('Headroom does not answer.');
  expect(screen.getByRole('alert')).toHaveTextContent('headroom ui');
  expect(screen.getByRole('button', { name: 'Details of Ada' })).toBeInTheDocument();
  backend.connect('live');
  await vi.waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});

test('a page that is signed out says how to get in again and shows nothing else', async () => {
  const { backend } = await showPage('#/');
  backend.connect('signed_out');
  expect(await screen.findByRole('heading', { name: 'This page is signed out' })).toBeInTheDocument();
  expect(screen.getByText('headroom ui')).toBeInTheDocument();
  expect(screen.queryByText('Ada')).toBeNull();
});

test('an engine that cannot be reached at the start says why and can be asked again', async () => {
  let up = false;
  const backend: FakeBackend = new FakeBackend({
    quota: () =>
      up ? backend.quota : Promise.reject(new BackendError('unreachable', 'The engine does not answer.')),
  });
  await showPage('#/', backend);
  expect(screen.getByRole('heading', { name: 'Headroom could not be reached' })).toBeInTheDocument();
  expect(screen.getByText('The engine does not answer.')).toBeInTheDocument();
  up = true;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: /^Claude lasts/ })).toBeInTheDocument();
});

test('a notice is shown until it is put away, and again when it arises anew', async () => {
  const backend = new FakeBackend();
  const notice = { code: 'clock_differs', level: 'warning', message: 'Your clock is 2 min slow.', at: 'T1' };
  backend.status.notices = [notice];
  await showPage('#/', backend);
  await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByText('Your clock is 2 min slow.')).toBeNull();
  backend.status.notices = [{ ...notice, at: 'T2' }];
  backend.change();
  expect(await screen.findByText('Your clock is 2 min slow.')).toBeInTheDocument();
});

test('what an icon means is told where it is pointed at, and gone when the pointer leaves', async () => {
  await showPage('#/');
  const link = screen.getByRole('link', { name: 'Settings' });
  await userEvent.hover(link);
  await vi.waitFor(() => expect(document.querySelector('.tip')).toHaveTextContent('Settings'));
  await userEvent.unhover(link);
  await vi.waitFor(() => expect(document.querySelector('.tip')).toBeNull());
});

test('pointing at a window tells its exact instant, its source and the age of the number', async () => {
  await showPage('#/');
  const [line] = document.querySelectorAll('.line');
  await userEvent.hover(line as Element);
  await vi.waitFor(() =>
    expect(document.querySelector('.tip')?.textContent).toMatch(
      /Five hours · refills Tue, Sep 1, 2026, 14:04:00\n42\u202f% used in 59\u202f% of its time, 14 points an hour\nquota summary, read 40\u202fs ago/,
    ),
  );
});

test('the page speaks Chinese where the setting says so', async () => {
  const backend = new FakeBackend();
  backend.status.language = 'zh-CN';
  await showPage('#/', backend);
  expect(await screen.findByRole('button', { name: '刷新' })).toBeInTheDocument();
  expect(document.documentElement.lang).toBe('zh-CN');
  expect(screen.getByText('演示')).toBeInTheDocument();
});

const payloads = ['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '"><svg onload=alert(1)>'];

test.each(payloads)('text from outside is text, never markup: %s', async (payload) => {
  const backend = new FakeBackend();
  const quota: QuotaDocument = backend.quota;
  quota.sentence = payload;
  for (const credential of quota.credentials) {
    credential.name = payload;
    credential.tier = payload;
    if (credential.state_reason !== null) credential.state_reason = payload;
    if (credential.failure) credential.failure.message = payload;
    for (const group of credential.groups) {
      group.name = payload;
      for (const window of group.windows) window.source = payload;
    }
    for (const model of credential.models) {
      model.display_name = payload;
      model.cooldown_reason = payload;
    }
  }
  backend.status.notices = [{ code: 'x', level: 'error', message: payload, at: 'T' }];
  for (const job of backend.scheduler.jobs) job.last_outcome = payload;
  for (const line of backend.rehearsal.lines) line.sentence = line.name = payload;
  for (const rest of backend.cooldowns) rest.sentence = rest.evidence = payload;
  for (const decision of backend.decisions) decision.sentence = payload;
  for (const warmup of backend.history.warmups) warmup.name = warmup.detail = payload;
  backend.scheduler.warmup_consent_text = payload;
  const { app } = await showPage('#/', backend);
  for (const button of screen.getAllByRole('button', { name: /^Details of/ })) await userEvent.click(button);
  await userEvent.click(screen.getByRole('button', { name: 'By model' }));
  const pages = ['overview', 'credentials', 'scheduler', 'settings', 'about'] as const;
  const views = [
    ['scheduler', 'rests'],
    ['history', 'decisions'],
    ['history', 'warmups'],
    ['timeline', 'day'],
    ['credential', 'c-bob'],
  ] as const;
  for (const [page, query] of [...pages.map((name) => [name, undefined] as const), ...views]) {
    app.router.go(page, query);
    await vi.waitFor(() => expect(document.body.textContent).toContain(payload));
    expect(document.body.querySelectorAll('img, script, svg[onload]')).toHaveLength(0);
  }
});

import { expect, test, watch } from './fixtures';

test('an engine that goes is told, and the last numbers stay', async ({ engine, ui }) => {
  await engine.read();
  await expect(ui.getByRole('button', { name: 'Details of Ada' })).toBeVisible();
  await engine.quit();
  await expect(ui.getByRole('alert')).toContainText('Headroom does not answer.');
  await expect(ui.getByRole('alert')).toContainText('headroom ui');
  await expect(ui.getByRole('button', { name: 'Details of Ada' })).toBeVisible();
});

test('a page without a link says how to get one', async ({ engine, page }) => {
  const faults = watch(page, engine);
  await page.goto(`${engine.origin}/`);
  await expect(page.getByRole('heading', { name: 'This page is signed out' })).toBeVisible();
  await expect(page.getByText('headroom ui')).toBeVisible();
  expect(faults).toEqual([]);
});

test('a link works once, a reload of its page always', async ({ browser, engine, page }) => {
  const link = await engine.link();
  await page.goto(link);
  await expect(page.getByText('Simulated numbers.')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('#/');
  await page.reload();
  await expect(page.getByText('Simulated numbers.')).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'This page is signed out' })).toBeVisible();
  await other.context().close();
});

test('a page that stands open asks nothing while nothing changes', async ({ engine, ui }) => {
  await engine.read();
  await expect(ui.getByRole('button', { name: 'Details of Ada' })).toBeVisible();
  await ui.waitForLoadState('domcontentloaded');
  const asked: string[] = [];
  // The last change of the start has settled once a whole second passes without a question.
  ui.on('request', (request) => asked.push(request.url()));
  await expect
    .poll(
      async () => {
        asked.length = 0;
        await ui.evaluate(() => new Promise((done) => setTimeout(done, 3000)));
        return asked;
      },
      { timeout: 30_000 },
    )
    .toEqual([]);
});

test('the health page shows the checks of the engine', async ({ engine, ui }) => {
  await ui.getByRole('link', { name: 'Health' }).click();
  const checks = await engine.call<{ code: string; message: string }[]>('doctor');
  for (const { code } of checks) await expect(ui.getByText(code, { exact: true })).toBeVisible();
});

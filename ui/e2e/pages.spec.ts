/** The pages one goes to from the overview: a credential, the timeline, the history; and the palette. */
import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures';

test.describe('a credential', () => {
  test('shows its windows over time, and is reached from its row', async ({ engine, ui }) => {
    await engine.read();
    await ui.getByRole('button', { name: 'Details of Chen' }).click();
    await ui.getByRole('link', { name: 'Charts, floors and everything else of it' }).click();
    await expect(ui.getByRole('heading', { level: 1 })).toHaveText('Chen');
    const chart = ui.getByRole('figure', { name: /^Chart: Gemini/ });
    await expect(chart.locator('[data-drawn=true] canvas')).toBeVisible();
    // The words beside the picture tell the same.
    await expect(chart).toContainText(/Five hours: \d+.% at the end, least \d+.% on .* \d+ refills/);
    await expect(chart).toContainText(/\d+ warmups/);
  });

  test('its chart is zoomed with the keyboard and over a part with the pointer', async ({ engine, ui }) => {
    await engine.read();
    const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
    const chen = credentials.find(({ name }) => name === 'Chen')?.id ?? '';
    await ui.evaluate((id) => (location.hash = `#/credential?${id}`), chen);
    const chart = ui.getByRole('figure', { name: /^Chart: Gemini/ });
    const place = chart.locator('[data-drawn=true]');
    await expect(place.locator('canvas')).toBeVisible();
    const look = () => place.screenshot();
    const whole = await look();
    await chart.getByRole('button', { name: 'Zoom in' }).focus();
    await ui.keyboard.press('Enter');
    await expect.poll(async () => (await look()).equals(whole)).toBe(false);
    await ui.keyboard.press('0');
    await ui.mouse.move(0, 0);
    const box = await place.boundingBox();
    if (!box) throw new Error('the chart has a place');
    const before = await look();
    await ui.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await ui.mouse.down();
    await ui.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 5 });
    await ui.mouse.up();
    await ui.mouse.move(0, 0);
    await expect.poll(async () => (await look()).equals(before)).toBe(false);
  });

  test('a floor that is dragged protects at once, and undo lets it go', async ({ engine, ui }) => {
    await engine.read();
    const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
    const ada = credentials.find(({ name }) => name === 'Ada')?.id ?? '';
    await ui.evaluate((id) => (location.hash = `#/credential?${id}`), ada);
    const mark = ui.getByRole('slider', { name: 'Floor of Gemini 3.8 Flash (High)' });
    await expect(mark).toHaveAttribute('aria-valuenow', '10');
    await mark.scrollIntoViewIfNeeded();
    const box = await mark.boundingBox();
    const track = await mark.locator('..').boundingBox();
    if (!box || !track) throw new Error('the floor has a place');
    await ui.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await ui.mouse.down();
    await ui.mouse.move(track.x + track.width * 0.8, box.y + box.height / 2, { steps: 8 });
    await expect(ui.getByText('with this floor it rests')).toBeVisible();
    await ui.mouse.up();
    const models = async () => {
      const answer = await engine.call<{
        credentials: { id: string; models: { id: string; protected: boolean }[] }[];
      }>('quota');
      return answer.credentials
        .find(({ id }) => id === ada)
        ?.models.find(({ id }) => id.endsWith('flash-high'));
    };
    await expect.poll(async () => (await models())?.protected, { timeout: 30_000 }).toBe(true);
    await ui.getByRole('button', { name: 'Undo' }).click();
    await expect(mark).toHaveAttribute('aria-valuenow', '10');
  });

  test('what the user has to do stands there', async ({ engine, ui }) => {
    await engine.read();
    const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
    const dora = credentials.find(({ name }) => name === 'Dora')?.id ?? '';
    await ui.evaluate((id) => (location.hash = `#/credential?${id}`), dora);
    await expect(ui.getByText('The service asks to verify this account.')).toBeVisible();
    await expect(ui.getByRole('button', { name: 'Check again' })).toBeVisible();
    await ui.evaluate(() => (location.hash = '#/credential?nobody'));
    await expect(ui.getByRole('heading', { name: 'There is no such credential' })).toBeVisible();
  });
});

test('the timeline tells the next capacity and every refill, over a day and a week', async ({
  engine,
  ui,
}) => {
  await engine.read();
  await ui.getByRole('link', { name: 'Timeline' }).click();
  await expect(ui.getByRole('heading', { level: 1 })).toHaveText(
    /^Next capacity at \d\d:\d\d: Claude and GPT models on Bob\.$/,
  );
  const coming = ui.getByRole('region', { name: 'What comes back' }).getByRole('listitem');
  // A planned start may come before it: which is the planner's to say.
  const refills = coming.filter({ hasText: ': refills' });
  await expect(refills.first()).toContainText('Bob Claude and GPT models, Five hours: refills');
  const day = await coming.count();
  await ui.getByRole('button', { name: '7 days' }).click();
  await expect.poll(() => coming.count()).toBeGreaterThan(day);
  const lanes = ui.getByRole('region', { name: 'Windows of every credential' });
  await expect(lanes.locator('.bar').filter({ hasText: 'Gemini Models, Week' })).toHaveCount(3);
  await lanes.getByRole('link', { name: 'Ada' }).click();
  await expect(ui.getByRole('heading', { level: 1 })).toHaveText('Ada');
});

test('the history is read, narrowed and taken away as files', async ({ engine, ui }) => {
  await engine.read();
  await ui.getByRole('link', { name: 'History' }).click();
  await expect(ui.getByRole('heading', { level: 1 })).toHaveText(
    /^\d+ warmups in 7 days, \d+ started a clock\.$/,
  );
  await ui.getByRole('button', { name: 'Warmups' }).click();
  const part = ui.getByRole('region', { name: 'Warmups' });
  await ui.getByRole('combobox', { name: 'Outcome' }).selectOption('refused');
  await expect(part.getByRole('listitem').filter({ hasNotText: 'refused' })).toHaveCount(0);
  const shown = await part.getByRole('listitem').count();
  expect(shown).toBeGreaterThan(0);
  const saved = ui.waitForEvent('download');
  await part.getByRole('button', { name: 'CSV' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toMatch(/^headroom-warmups-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines[0]).toBe('at,credential,name,group,model,by,outcome,detail,reset_at');
  expect(lines).toHaveLength(shown + 1);
  await ui.getByRole('button', { name: 'Charts' }).click();
  await ui.getByRole('combobox', { name: 'Credential' }).selectOption('Bob');
  await ui.getByRole('button', { name: '30 days' }).click();
  await expect(ui.locator('[data-drawn=true] canvas')).toHaveCount(2);
  const again = ui.waitForEvent('download');
  await ui.getByRole('button', { name: 'JSON' }).click();
  const document = JSON.parse(await readFile(await (await again).path(), 'utf8')) as { samples: unknown[] };
  expect(document.samples.length).toBeGreaterThan(500);
});

test('everything is reached with the keyboard alone', async ({ engine, ui }) => {
  await engine.read();
  await ui.keyboard.press('Control+k');
  const palette = ui.getByRole('dialog', { name: 'Commands' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await ui.keyboard.type('chen');
  await expect(palette.getByRole('option', { name: 'Chen', exact: true })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await ui.keyboard.press('Enter');
  await expect(ui.getByRole('heading', { level: 1 })).toHaveText('Chen');
  await ui.keyboard.press('Control+k');
  await ui.keyboard.type('timeline');
  await ui.keyboard.press('Enter');
  await expect(ui.getByRole('heading', { level: 1 })).toContainText('Next capacity');
  await ui.keyboard.press('Control+k');
  await ui.keyboard.type('by model');
  await ui.keyboard.press('Enter');
  await expect(ui.getByRole('region', { name: 'Models', exact: true })).toBeVisible();
  await ui.keyboard.press('Control+k');
  await ui.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});

test.describe('with nothing yet', () => {
  test.use({ beginning: 'empty' });

  test('each page says what would stand there', async ({ ui }) => {
    for (const [path, words] of [
      ['timeline', 'No clock to show'],
      ['history', 'Nothing was decided in this time.'],
      ['history?warmups', 'A warmup appears here when it is sent'],
      ['history?charts', 'No credential has windows to draw.'],
    ] as const) {
      await ui.evaluate((hash) => (location.hash = hash), `#/${path}`);
      await expect(ui.getByText(words)).toBeVisible();
    }
  });
});

test('a page whose data cannot be had says why and can be asked again', async ({ engine, ui }) => {
  await engine.read();
  await ui.route('**/api/v1/history', (route) =>
    route.fulfill({ status: 500, json: { code: 'failed', message: 'The disk is full.' } }),
  );
  await ui.evaluate(() => (location.hash = '#/history?warmups'));
  await expect(ui.getByRole('alert')).toContainText('The disk is full.');
  await ui.unroute('**/api/v1/history');
  await ui.getByRole('button', { name: 'Try again' }).click();
  await expect(ui.getByRole('alert')).toBeHidden();
  await expect(ui.getByRole('region', { name: 'Warmups' }).getByRole('listitem').first()).toBeVisible();
});

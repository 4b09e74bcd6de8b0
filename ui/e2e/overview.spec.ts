import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';

function row(page: Page, name: string): Locator {
  return page.locator('li.item').filter({ has: page.getByText(name, { exact: true }) });
}

test('the overview shows what the simulated service reports', async ({ engine, ui }) => {
  await engine.read();
  await expect(ui.getByText('Simulated numbers.')).toBeVisible();
  await expect(ui.getByRole('heading', { level: 1 })).toContainText('Dora needs you.');
  const ada = row(ui, 'Ada');
  await expect(ada.getByRole('meter', { name: 'Gemini Models, Five hours' })).toHaveAttribute(
    'aria-valuenow',
    /5[678]/,
  );
  await expect(ada.getByRole('meter', { name: 'Claude and GPT models, Five hours' })).toHaveAttribute(
    'aria-valuetext',
    /100.% left, not started/,
  );
  await expect(row(ui, 'Dora')).toContainText('The service asks to verify this account.');
  await expect(row(ui, 'Dora').getByRole('link', { name: 'Open the page of the service' })).toHaveAttribute(
    'href',
    /^https:/,
  );
  await expect(row(ui, 'Emil')).toContainText('Retired');
  await expect(row(ui, 'Company')).toContainText('models have quota left');
  await expect(row(ui, 'Studio')).toContainText('The service does not report quota for API keys.');
});

test('use elsewhere shows up after a refresh, without a reload', async ({ engine, ui }) => {
  await engine.read();
  const meter = row(ui, 'Ada').getByRole('meter', { name: 'Gemini Models, Five hours' });
  await expect(meter).toHaveAttribute('aria-valuenow', /5[678]/);
  await engine.pull('set', {
    account: 'ada',
    change: { use: { group: 'gemini', window: '5h', share: 0.4 } },
  });
  await ui.getByRole('button', { name: 'Refresh' }).click();
  await expect(meter).toHaveAttribute('aria-valuenow', /1[678]/);
});

test('what another program does shows up by itself', async ({ engine, ui }) => {
  await engine.read();
  const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
  const chen = credentials.find(({ name }) => name === 'Chen');
  await engine.call('credential_disable', { id: chen?.id });
  await expect(row(ui, 'Chen')).toContainText('Switched off by you.');
  await row(ui, 'Chen').getByRole('button', { name: 'Switch on' }).click();
  await expect(row(ui, 'Chen')).not.toContainText('Switched off by you.');
});

test('a read that fails keeps the numbers and says why', async ({ engine, ui }) => {
  await engine.read();
  await engine.pull('fault', { account: 'ada', times: null, what: { error: { name: '503.unavailable' } } });
  await ui.getByRole('button', { name: 'Refresh' }).click();
  const ada = row(ui, 'Ada');
  await expect(ada.getByRole('button', { name: 'Try again' })).toBeVisible({ timeout: 30_000 });
  await expect(ada.getByRole('meter').first()).toBeVisible();
  await expect(ada.locator('.meter.stale').first()).toBeVisible();
});

test('the keyboard is enough: search, walk, unfold', async ({ engine, ui }) => {
  await engine.read();
  await ui.keyboard.press('/');
  await expect(ui.getByRole('searchbox')).toBeFocused();
  await ui.keyboard.press('Escape');
  await ui.getByRole('button', { name: 'Details of Ada' }).focus();
  await ui.keyboard.press('ArrowDown');
  await expect(ui.getByRole('button', { name: 'Details of Bob' })).toBeFocused();
  await ui.keyboard.press('Enter');
  const models = row(ui, 'Bob').getByRole('table').nth(1);
  await expect(models.getByRole('row', { name: /Claude Sonnet/ }).first()).toContainText(/summary, read/);
  await ui.keyboard.press('Enter');
  await expect(models).toBeHidden();
});

test('turned round the page shows one row a model', async ({ engine, ui }) => {
  await engine.read();
  await ui.getByRole('button', { name: 'By model' }).click();
  const models = ui.getByRole('region', { name: 'Models', exact: true });
  await expect(models.getByText('Claude Sonnet 4.6').first()).toBeVisible();
  await expect(models.getByRole('listitem').first()).toContainText('usable');
});

test('filters, order, density and pins stay as they were chosen', async ({ engine, ui }) => {
  await engine.read();
  const names = () => ui.locator('li.item .who').allInnerTexts();
  const first = async () => (await names())[0] ?? '';
  await expect.poll(first).toContain('Ada');
  await ui.getByRole('button', { name: /^Needs me\s*1$/ }).click();
  await expect(ui.locator('li.item')).toHaveCount(1);
  await ui.getByRole('button', { name: /^All/ }).click();
  await ui.getByRole('combobox', { name: 'Order' }).selectOption('Least left first');
  await expect.poll(first).toContain('Company');
  await ui.getByRole('button', { name: 'Details of Chen' }).focus();
  await ui.keyboard.press('p');
  await expect.poll(first).toContain('Chen');
  await ui.getByRole('button', { name: 'Dense' }).click();
  await expect(row(ui, 'Ada').getByRole('meter')).toHaveCount(2);
  await ui.reload();
  await expect.poll(first).toContain('Chen');
  await expect(row(ui, 'Ada').getByRole('meter')).toHaveCount(2);
});

test('a window that does not last says when it is used up, and its meter where even use would be', async ({
  engine,
  ui,
}) => {
  await engine.read();
  await expect(row(ui, 'Bob')).toContainText(/5.h: empty about \d\d:\d\d at this pace/);
  await expect(row(ui, 'Bob').locator('.even').first()).toBeVisible();
  // Of a window that has not started there is no pace.
  await expect(row(ui, 'Ada').locator('.line').first().locator('.even')).toHaveCount(0);
});

import { expect, test } from './fixtures';

test.use({ variables: { QUOTA_CACHE_TTL_SECONDS: '120' } });

test.beforeEach(async ({ ui }) => {
  await ui.getByRole('link', { name: 'Settings' }).click();
  await expect(ui.getByRole('heading', { name: 'Reading quota' })).toBeVisible();
});

test('every setting of the engine is there', async ({ engine, ui }) => {
  const settings = await engine.call<{ key: string }[]>('settings_list');
  expect(settings.length).toBeGreaterThan(40);
  for (const { key } of settings) await expect(ui.getByText(key, { exact: true })).toHaveCount(1);
});

test('a value is saved, refused out of range, and set back', async ({ engine, ui }) => {
  const field = ui.getByRole('spinbutton', { name: 'Read every' });
  await field.fill('30');
  await field.press('Tab');
  await expect(ui.getByText('Saved')).toBeVisible();
  const saved = await engine.call<{ value: string }>('settings_get', { key: 'refresh_interval_minutes' });
  expect(saved.value).toBe('30');
  await field.fill('9999');
  await field.press('Tab');
  await expect(ui.getByRole('alert')).toContainText('1440');
  const kept = await engine.call<{ value: string }>('settings_get', { key: 'refresh_interval_minutes' });
  expect(kept.value).toBe('30');
  await ui.getByRole('button', { name: 'Back to the default: Read every' }).click();
  await expect(field).toHaveValue('15');
});

test('what the environment sets is shown and fixed', async ({ ui }) => {
  const field = ui.getByRole('spinbutton', { name: 'A reading counts as fresh for' });
  await expect(field).toBeDisabled();
  await expect(field).toHaveValue('120');
  await expect(ui.getByText('Set by QUOTA_CACHE_TTL_SECONDS')).toBeVisible();
});

test('a secret goes in and is never told', async ({ engine, ui }) => {
  const field = ui.getByLabel('Client secret for Gemini CLI', { exact: true });
  await field.fill('FAKE_CLIENT_SECRET_TYPED');
  await field.press('Tab');
  await expect(field).toHaveAttribute('placeholder', 'Set. It is never shown.');
  expect(JSON.stringify(await engine.call('settings_list'))).not.toContain('FAKE_CLIENT_SECRET_TYPED');
});

test('the language changes at once, everywhere', async ({ ui }) => {
  await ui.getByRole('combobox', { name: 'Language' }).selectOption('zh-CN');
  await expect(ui.getByRole('heading', { level: 1 })).toHaveText('设置');
  await expect(ui.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('settings go out and come in', async ({ ui }) => {
  await ui.getByRole('button', { name: 'Import', exact: true }).click();
  await ui.getByRole('textbox', { name: 'Settings to import' }).fill('REFRESH_INTERVAL_MINUTES=20\nNOPE=1\n');
  await ui.getByRole('button', { name: 'Apply' }).click();
  await expect(ui.getByText('1 setting applied')).toBeVisible();
  await expect(ui.getByText('1 refused')).toBeVisible();
  await expect(ui.getByRole('spinbutton', { name: 'Read every' })).toHaveValue('20');
  await ui.getByRole('button', { name: 'Export' }).click();
  await expect(ui.getByRole('textbox', { name: 'Exported settings' })).toHaveValue(
    /refresh_interval_minutes/,
  );
});

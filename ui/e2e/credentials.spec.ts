import { credentialFile, drop, expect, test } from './fixtures';

test.describe('the first run', () => {
  test.use({ beginning: 'empty' });

  test('a dropped file is looked into, imported, and its numbers appear', async ({ ui }) => {
    await expect(ui.getByRole('heading', { level: 1 })).toHaveText('No credentials yet');
    await expect(ui.getByText(/terms of the service may forbid/)).toBeVisible();
    await drop(ui, [credentialFile('ada'), { name: 'notes.json', text: '{"hello": "world"}' }]);
    const panel = ui.getByRole('region', { name: 'Add a credential' });
    await expect(panel.getByRole('heading', { name: 'This would happen' })).toBeVisible();
    await expect(panel.getByText('not usable')).toBeVisible();
    await panel.getByRole('button', { name: 'Import 1 credential' }).click();
    await expect(panel.getByText('1 credential is new.')).toBeVisible();
    await ui.getByRole('link', { name: 'Overview' }).click();
    await expect(ui.getByRole('meter', { name: 'Gemini Models, Five hours' })).toHaveAttribute(
      'aria-valuenow',
      /5[678]/,
    );
    await expect(ui.getByText('Simulated numbers.')).toBeHidden();
  });

  test('an API key comes in by its form and is nowhere on the page', async ({ ui }) => {
    await ui.getByRole('button', { name: /^API key/ }).click();
    await ui.getByRole('textbox', { name: 'Name', exact: true }).fill('Work');
    await ui
      .getByLabel(/^API key/)
      .last()
      .fill('FAKE_API_KEY_STUDIO');
    await ui.getByRole('button', { name: 'Add key' }).click();
    await expect(ui.getByText('Work is added.')).toBeVisible();
    expect(await ui.content()).not.toContain('FAKE_API_KEY_STUDIO');
  });
});

test.describe('a demo that ends', () => {
  test.use({ beginning: 'demo-if-empty' });

  test('the first import ends it', async ({ ui }) => {
    await expect(ui.getByText('Simulated numbers.')).toBeVisible();
    // Not one of the demo's own people: those are there already.
    await drop(ui, [credentialFile('fay')]);
    const panel = ui.getByRole('region', { name: 'Add a credential' });
    await expect(panel.getByText(/^The import ends the demo/)).toBeVisible();
    await panel.getByRole('button', { name: 'Import 1 credential' }).click();
    await expect(ui.getByText('Simulated numbers.')).toBeHidden();
    await expect(ui.getByText('1 credential', { exact: true })).toBeVisible();
  });
});

test('files chosen by the button are looked into the same way', async ({ ui }) => {
  await ui.getByRole('link', { name: 'Credentials' }).click();
  const chooser = ui.waitForEvent('filechooser');
  await ui.getByRole('button', { name: /^Import files/ }).click();
  const { name, text } = credentialFile('new');
  await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await expect(ui.getByRole('heading', { name: 'This would happen' })).toBeVisible();
  await ui.getByRole('button', { name: 'Cancel' }).click();
  await expect(ui.getByRole('heading', { name: 'This would happen' })).toBeHidden();
});

test('a credential is renamed, switched off and on, removed and brought back', async ({ ui }) => {
  await ui.getByRole('link', { name: 'Credentials' }).click();
  await ui.getByRole('button', { name: 'Rename Chen' }).click();
  await ui.getByRole('textbox', { name: 'New name' }).fill('Chen at home');
  await ui.keyboard.press('Enter');
  const used = ui.getByRole('switch', { name: 'Use Chen at home' });
  await expect(used).toBeChecked();
  await used.click();
  await expect(used).not.toBeChecked();
  await used.click();
  await expect(used).toBeChecked();
  await ui.getByRole('button', { name: 'Remove Chen at home' }).click();
  await expect(used).toBeHidden();
  await ui.getByRole('button', { name: 'Undo' }).click();
  await expect(used).toBeVisible();
});

test('a verified account works again after a check', async ({ engine, ui }) => {
  await engine.read();
  await ui.getByRole('link', { name: 'Credentials' }).click();
  await expect(ui.getByText('The service asks to verify this account.')).toBeVisible();
  await engine.pull('set', { account: 'dora', change: { flag: { flag: 'validation_required', on: false } } });
  await ui.getByRole('button', { name: 'Check Dora again' }).click();
  await expect(ui.getByText('Dora: Active')).toBeVisible();
  await expect(ui.getByText('The service asks to verify this account.')).toBeHidden();
});

test('a sign-in goes through the browser to a new credential', async ({ context, ui }) => {
  await ui.getByRole('link', { name: 'Credentials' }).click();
  await ui
    .getByRole('button', { name: /^Sign in/ })
    .first()
    .click();
  const opened = context.waitForEvent('page');
  await ui.getByRole('button', { name: 'Sign in with Antigravity' }).click();
  await opened;
  await expect(ui.getByText(/ is signed in\.$/)).toBeVisible({ timeout: 30_000 });
});

test('a sign-in can be cancelled while it waits', async ({ engine, ui }) => {
  await engine.pull('fault', { calls: ['authorize'], times: null, what: 'hang' });
  await ui.getByRole('link', { name: 'Credentials' }).click();
  await ui
    .getByRole('button', { name: /^Sign in/ })
    .first()
    .click();
  await ui.getByRole('button', { name: 'Sign in with Antigravity' }).click();
  await expect(ui.getByText('Go on in your browser')).toBeVisible();
  await ui.getByText('The browser shows an error, or is on another machine?').click();
  await ui.getByLabel(/^Paste the address/).fill('http://127.0.0.1:1/?code=FAKE&state=wrong');
  await ui.getByRole('button', { name: 'Use this address' }).click();
  await expect(ui.locator('.panel .wrong')).toBeVisible();
  await ui.locator('.panel').getByRole('button', { name: 'Cancel' }).click();
  await expect(ui.locator('.panel').getByText('Go on in your browser')).toBeHidden();
});

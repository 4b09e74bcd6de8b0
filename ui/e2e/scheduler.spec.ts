import type { Page } from '@playwright/test';
import { credentialFile, expect, test, type Engine } from './fixtures';

/** Brings somebody of the simulated service in, and reads their quota. */
async function bring(engine: Engine, ...names: string[]): Promise<void> {
  const files = names.map((name) => {
    const file = credentialFile(name);
    return { name: file.name, data: Buffer.from(file.text).toString('base64') };
  });
  const report = await engine.call<{ entries: { id: string }[] }>('import', { files });
  for (const [place, { id }] of report.entries.entries()) {
    const name = names[place] ?? '';
    await engine.call('credential_rename', { id, label: name.charAt(0).toUpperCase() + name.slice(1) });
  }
  await engine.call('quota', { freshness: 'refreshed' });
  await engine.read();
}

async function open(ui: Page, view?: string, page = 'Scheduler'): Promise<void> {
  await ui.getByRole('link', { name: page, exact: true }).click();
  if (view !== undefined) {
    await ui.getByRole('group', { name: 'Views' }).getByRole('button', { name: view }).click();
  }
}

test.describe('with logins of nobody who agreed yet', () => {
  test.use({ beginning: 'empty', variables: { SMART_WARMUP_BATCH_DELAY_SECONDS: '1' } });

  test('the first warmup of all asks, shows how far it is, and says what came of it', async ({
    engine,
    ui,
  }) => {
    await bring(engine, 'ada', 'chen');
    const all = ui.getByRole('button', { name: 'Warm up all…' });
    await all.focus();
    await ui.keyboard.press('Enter');
    const dialog = ui.getByRole('dialog', { name: 'Before the first warmup' });
    await expect(dialog).toContainText('Warmup sends one tiny request');
    // The careful answer has the focus, and Escape is one too.
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await ui.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(all).toBeFocused();
    const before = await engine.call<{ warmup_consent_at: string | null }>('scheduler');
    expect(before.warmup_consent_at).toBeNull();

    await all.click();
    await dialog.getByRole('button', { name: 'Agree and go on' }).click();
    await expect(ui.getByRole('button', { name: /^Warming up \(\d\/4\)$/ })).toBeVisible();
    await expect(ui.getByText('4 of 4 warmed up.')).toBeVisible();
    await expect(all).toBeFocused();
    await ui.getByRole('button', { name: 'Details' }).last().click();
    const round = ui.getByRole('region', { name: 'Last round' });
    await expect(round.getByText('sent', { exact: true })).toHaveCount(4);
    await expect(ui.getByText('You agreed to warmup on')).toBeVisible();
  });

  test('a round stops before its next request', async ({ engine, ui }) => {
    await bring(engine, 'ada', 'chen');
    await ui.getByRole('button', { name: 'Warm up all…' }).click();
    await ui.getByRole('button', { name: 'Agree and go on' }).click();
    await ui.getByRole('button', { name: 'Stop' }).click();
    await expect(ui.getByText(/of 4 warmed up, \d stopped\.$/)).toBeVisible();
  });

  test('a scan is rehearsed before warmup is switched on, and the switch asks first', async ({
    engine,
    ui,
  }) => {
    await bring(engine, 'ada');
    await open(ui);
    const rehearsal = ui.getByRole('region', { name: 'What a scan would do now' });
    await expect(rehearsal.getByText('1 request would go out')).toBeVisible();
    await expect(rehearsal.getByRole('listitem')).toContainText([
      'claude-sonnet-4-6 of Ada: warmed up now',
      /Ada: not warmed, its window is in use, 5\d\s% left/,
    ]);
    await rehearsal.getByRole('button', { name: 'By credential' }).click();
    await expect(rehearsal.getByRole('heading', { level: 3 })).toHaveText(['Ada']);
    const { warmups } = await engine.call<{ warmups: unknown[] }>('history');
    expect(warmups).toEqual([]);

    const toggle = ui.getByRole('switch', { name: 'Smart warmup' });
    await toggle.click();
    await ui.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(toggle).not.toBeChecked();
    await toggle.click();
    await ui.getByRole('dialog').getByRole('button', { name: 'Agree and go on' }).click();
    await expect(toggle).toBeChecked();
    await expect(ui.getByRole('heading', { level: 1 })).toContainText(/Warmup|Warming/);
    await open(ui, 'Warmups', 'History');
    await expect(
      ui.getByRole('region', { name: 'Warmups' }).getByRole('listitem').filter({ hasText: 'by itself' }),
    ).toHaveCount(1);
  });

  test('what was warmed a moment ago is held back with its reason, and goes when the user insists', async ({
    engine,
    ui,
  }) => {
    await bring(engine, 'ada');
    await engine.call('warmup', { credential: 'Ada', model: 'claude-sonnet-4-6', agreed: true });
    await ui.getByRole('button', { name: 'Details of Ada' }).click();
    await ui.getByRole('button', { name: /^Warm up Claude Sonnet 4\.6.* of Ada$/ }).click();
    const dialog = ui.getByRole('dialog', { name: '1 warmup is held back' });
    await expect(dialog).toContainText(/claude-sonnet-4-6 of Ada: not warmed, warmed at \d\d:\d\d/);
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    const sent = async () => (await engine.call<{ warmups: unknown[] }>('history')).warmups.length;
    expect(await sent()).toBe(1);
    await ui.getByRole('button', { name: /^Warm up Claude Sonnet 4\.6.* of Ada$/ }).click();
    await dialog.getByRole('button', { name: 'Send it anyway' }).click();
    await expect(ui.getByText(/^claude-sonnet-4-6 of Ada is warmed up/)).toBeVisible();
    expect(await sent()).toBe(2);
  });

  test('a refusal rests the model, says why, and the rest is cleared by hand', async ({ engine, ui }) => {
    await bring(engine, 'ada');
    await engine.pull('fault', {
      calls: ['stream_generate'],
      times: null,
      what: { error: { name: '429.quota_exhausted' } },
    });
    await engine.call('warmup', { credential: 'Ada', model: 'claude-sonnet-4-6', agreed: true });
    await expect(ui.getByText(/Resting: .*Claude Sonnet 4\.6/)).toBeVisible();
    await open(ui, 'What rests');
    const rests = ui.getByRole('region', { name: 'What rests' });
    await expect(rests.getByRole('listitem').first()).toContainText(/Quota empty/);
    const count = await rests.getByRole('listitem').count();
    await rests
      .getByRole('button', { name: /^Clear the rest of/ })
      .first()
      .click();
    await ui.getByRole('dialog').getByRole('button', { name: 'Clear it' }).click();
    await expect(ui.getByText(/is free again\.$/)).toBeVisible();
    await expect(rests.getByRole('listitem')).toHaveCount(count - 1);
    await open(ui, 'Warmups', 'History');
    await expect(ui.getByRole('region', { name: 'Warmups' })).toContainText('refused');
  });
});

test('the ledger is searched and narrowed', async ({ engine, ui }) => {
  await engine.read();
  await open(ui, 'Decisions', 'History');
  const ledger = ui.getByRole('region', { name: 'Decisions' });
  await expect(ledger.getByRole('listitem').filter({ hasText: 'of Bob' }).first()).toBeVisible();
  await ui.getByRole('button', { name: 'Protection', exact: true }).click();
  await expect(ledger.getByRole('listitem').first()).toContainText('below the 10 % floor');
  await ui.getByRole('button', { name: 'All', exact: true }).click();
  await ui.keyboard.press('/');
  await ui.keyboard.type('opus');
  await expect(ledger.getByRole('listitem').filter({ hasNotText: 'opus' })).toHaveCount(0);
  await expect(ledger.getByRole('listitem').first()).toContainText(
    'claude-opus-4-6-thinking of Bob: protected',
  );
  await ui.getByRole('searchbox', { name: 'Search decisions' }).fill('nothing like this');
  await expect(ledger.getByText('No decision matches.')).toBeVisible();
  await ledger.getByRole('button', { name: 'Show every decision' }).click();
  await expect(ledger.getByRole('listitem').nth(2)).toBeVisible();
});

test.describe('where the environment decides', () => {
  test.use({ variables: { BACKGROUND_REFRESH_ENABLED: 'true' } });

  test('its switch is fixed and says why', async ({ ui }) => {
    await open(ui);
    await expect(ui.getByRole('switch', { name: 'Read in the background' })).toBeDisabled();
    await expect(ui.getByText('Set by BACKGROUND_REFRESH_ENABLED')).toBeVisible();
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { credentialFile, expect, test } from './fixtures';

const screens = resolve(import.meta.dirname, '../test-results/screens');
// Programs' files are written into a home of the tests' own.
const home = mkdtempSync(join(tmpdir(), 'headroom-home-'));
test.afterAll(() => rmSync(home, { recursive: true, force: true }));

test.describe('with a home of its own', () => {
  test.use({ beginning: 'empty', variables: { HOME: home, PROXY_LISTEN: '127.0.0.1:18945' } });

  test('from the consent over a key to a request that is answered and counted', async ({ engine, ui }) => {
    const file = credentialFile('ada');
    const files = [{ name: file.name, data: Buffer.from(file.text).toString('base64') }];
    await engine.call('import', { files });
    await engine.call('quota', { freshness: 'refreshed' });
    await engine.read();

    await ui.getByRole('link', { name: 'Proxy' }).click();
    await expect(ui.getByRole('heading', { level: 1, name: 'The proxy is off.' })).toBeVisible();
    await ui.getByRole('switch', { name: 'Proxy' }).click();
    const dialog = ui.getByRole('dialog', { name: 'Before the proxy is switched on' });
    await expect(dialog).toContainText("service's terms may forbid");
    await dialog.getByRole('button', { name: 'Agree and switch it on' }).click();
    await expect(ui.getByRole('heading', { level: 1 })).toHaveText(
      'Programs reach your quota at http://127.0.0.1:18945.',
    );

    await ui.getByRole('group', { name: 'Views' }).getByRole('button', { name: 'Client keys' }).click();
    const keys = ui.getByRole('region', { name: 'Client keys' });
    await keys.getByLabel('Name').fill('laptop');
    await keys.getByRole('button', { name: 'Make a key' }).click();
    const key = (await keys.locator('.made code').textContent()) ?? '';
    expect(key).toMatch(/^hr-/);
    await mkdir(screens, { recursive: true });
    await ui.screenshot({ path: join(screens, 'proxy-keys.png') });
    await keys.getByRole('button', { name: 'I have it' }).click();
    await expect(ui.getByText(key)).toHaveCount(0);

    await engine.call('settings_set', { key: 'proxy_log_prompts', value: 'true' });
    const asked = await fetch('http://127.0.0.1:18945/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({
        model: 'claude-sonnet-4-6',
        max_tokens: 20,
        messages: [{ role: 'user', content: 'Say hello to the heron.' }],
      }),
    });
    expect(asked.status).toBe(200);
    await asked.text();

    await ui.getByRole('group', { name: 'Views' }).getByRole('button', { name: 'Requests' }).click();
    const requests = ui.getByRole('region', { name: 'Requests' });
    await expect(requests.getByRole('listitem')).toContainText('claude-sonnet-4-6');
    await expect(requests.getByRole('listitem')).toContainText('answered');
    await expect(requests).toContainText('is kept, encrypted, for 24 hours');
    await requests.getByRole('button', { name: 'What was said', exact: true }).click();
    await expect(requests.getByText('user: Say hello to the heron.')).toBeVisible();
    await expect(requests.getByText('This is the simulator speaking')).toBeVisible();
    await ui.screenshot({ path: join(screens, 'proxy-requests.png') });
    await requests.getByRole('button', { name: 'Delete what was said' }).click();
    const sure = ui.getByRole('dialog', { name: 'Delete all that was said?' });
    await sure.getByRole('button', { name: 'Delete' }).click();
    await expect(requests.getByText('Say hello to the heron.')).toHaveCount(0);
    await expect(requests.getByRole('button')).toHaveCount(0);
    await expect(requests.getByRole('listitem')).toHaveCount(1);
    await ui.getByRole('group', { name: 'Views' }).getByRole('button', { name: 'Use' }).click();
    await expect(ui.getByRole('row', { name: /^claude-sonnet-4-6 1 0/ })).toBeVisible();

    await ui
      .getByRole('group', { name: 'Views' })
      .getByRole('button', { name: /^Client keys/ })
      .click();
    await keys.getByRole('button', { name: 'Revoke laptop' }).click();
    await ui.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await expect(keys.getByText('revoked')).toBeVisible();
    const refused = await fetch('http://127.0.0.1:18945/v1/models', { headers: { 'x-api-key': key } });
    expect(refused.status).toBe(401);
  });

  test('a program is set up in its own file and left as it was', async ({ ui }) => {
    await mkdir(join(home, '.codex'), { recursive: true });
    const config = join(home, '.codex/config.toml');
    const before = '# mine\nmodel = "gpt-5"\n';
    writeFileSync(config, before);
    await ui.getByRole('link', { name: 'Proxy' }).click();
    await ui.getByRole('group', { name: 'Views' }).getByRole('button', { name: 'Programs' }).click();
    await ui.getByRole('button', { name: 'Set up Codex CLI' }).click();
    await expect(ui.getByRole('dialog')).toContainText(config);
    await ui.getByRole('dialog').getByRole('button', { name: 'Write it' }).click();
    await expect(ui.getByText('connected', { exact: true })).toBeVisible();
    expect(readFileSync(config, 'utf8')).toContain('experimental_bearer_token = "hr-');
    await ui.screenshot({ path: join(screens, 'proxy-programs.png') });
    await ui.getByRole('button', { name: 'Take back the set-up of Codex CLI' }).click();
    await expect(ui.getByText('connected', { exact: true })).toHaveCount(0);
    expect(readFileSync(config, 'utf8')).toBe(before);
  });
});

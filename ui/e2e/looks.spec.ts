import type { Page } from '@playwright/test';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { english } from './english';
import { expect, test } from './fixtures';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const screens = resolve(import.meta.dirname, '../test-results/screens');
const pages = {
  Overview: '',
  Timeline: 'timeline',
  'Timeline week': 'timeline?week',
  History: 'history',
  'History warmups': 'history?warmups',
  'History use': 'history?use',
  'History charts': 'history?charts',
  'History what-if': 'history?what-if',
  Credential: 'credential?Ada',
  Credentials: 'credentials',
  Scheduler: 'scheduler',
  'Scheduler rests': 'scheduler?rests',
  Proxy: 'proxy',
  'Proxy keys': 'proxy?keys',
  'Proxy programs': 'proxy?programs',
  Settings: 'settings',
  Health: 'about',
};
/** What the simulated service says stays in its words. */
const service = ['Verify your account to continue', 'Resource has been exhausted (e.g. check quota)'];
const sizes = [
  { width: 1440, height: 900 },
  { width: 900, height: 640 },
  { width: 480, height: 900 },
];

interface Violation {
  id: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** What an accessibility checker finds, told briefly. */
async function violations(page: Page): Promise<string[]> {
  // The policy of the page lets no script in; the checker is evaluated beside it.
  await page.evaluate(await readFile(axe, 'utf8'));
  const found = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: { run: () => Promise<{ violations: Violation[] }> };
    };
    return (await checker.run()).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)} ${failureSummary ?? ''}`),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page is accessible and fits, ${colorScheme}`, async ({ engine, ui }) => {
    test.setTimeout(600_000);
    await engine.read();
    const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
    await ui.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const language of ['en', 'zh-CN']) {
      await engine.call('settings_set', { key: 'language', value: language });
      await expect(ui.locator('html')).toHaveAttribute('lang', language);
      for (const [name, path] of Object.entries(pages)) {
        const address = path.replace(/Ada$/, (who) => credentials.find((one) => one.name === who)?.id ?? who);
        await ui.evaluate((hash) => (location.hash = hash), `#/${address}`);
        // The page of one credential belongs to the overview.
        const rail = path.replace(/^credential[?].*/, '').split('?')[0] ?? '';
        await expect(ui.locator(`nav a[aria-current][href="#/${rail}"]`)).toBeVisible();
        await expect(ui.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(ui.locator('.card').first()).toBeVisible();
        if (name === 'Overview') await ui.locator('[data-row]').first().click();
        // The last round is told in the language of its time; all else follows the setting at once.
        if (language === 'zh-CN' && name !== 'Scheduler') {
          // What was asked for before the change is asked for again.
          await expect.poll(() => english(ui, service), { message: `${name} in Chinese` }).toEqual([]);
        }
        for (const size of sizes) {
          await ui.setViewportSize(size);
          const place = `${name} at ${size.width} in ${language}, ${colorScheme}`;
          const wide = await ui.evaluate(
            () =>
              [...document.querySelectorAll('main, html')].filter((one) => one.scrollWidth > one.clientWidth)
                .length,
          );
          expect(wide, `${place} scrolls sideways`).toBe(0);
          await ui.screenshot({
            path: join(screens, `${name}-${size.width}-${colorScheme}-${language}.png`.toLowerCase()),
          });
          if (size.width !== 900) expect(await violations(ui), place).toEqual([]);
        }
        if (name === 'Overview') await ui.locator('[data-row]').first().click();
      }
      // What lies over a page for a moment: the palette, and a question.
      await ui.keyboard.press('Control+k');
      await expect(ui.getByRole('dialog').getByRole('option').first()).toBeVisible();
      expect(await violations(ui), `the palette in ${language}, ${colorScheme}`).toEqual([]);
      if (language === 'zh-CN') expect(await english(ui, service), 'the palette').toEqual([]);
      await ui.keyboard.press('Escape');
      await expect(ui.getByRole('dialog')).toBeHidden();
      await ui.evaluate((hash) => (location.hash = hash), '#/proxy');
      await ui.getByRole('main').getByRole('switch').first().click();
      await expect(ui.getByRole('dialog')).toBeVisible();
      expect(await violations(ui), `a question in ${language}, ${colorScheme}`).toEqual([]);
      if (language === 'zh-CN') expect(await english(ui, service), 'a question').toEqual([]);
      await ui.keyboard.press('Escape');
      await expect(ui.getByRole('dialog')).toBeHidden();
    }
  });
}

test.describe('before there is a credential', () => {
  test.use({ beginning: 'empty' });

  test('every way in is accessible', async ({ engine, ui }) => {
    test.setTimeout(180_000);
    const ways = ['#/', '#/credentials?import', '#/credentials?sign-in', '#/credentials?key', '#/timeline'];
    for (const language of ['en', 'zh-CN']) {
      await engine.call('settings_set', { key: 'language', value: language });
      await expect(ui.locator('html')).toHaveAttribute('lang', language);
      for (const hash of ways) {
        await ui.evaluate((to) => (location.hash = to), hash);
        await expect(ui.getByRole('heading', { level: 1 })).toBeVisible();
        if (language === 'zh-CN') await expect.poll(() => english(ui), { message: hash }).toEqual([]);
        for (const colorScheme of ['light', 'dark'] as const) {
          await ui.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          const name = `first ${hash.replaceAll(/\W+/g, ' ').trim() || 'page'}`;
          await ui.screenshot({
            path: join(screens, `${name}-1280-${colorScheme}-${language}.png`.toLowerCase()),
          });
          expect(await violations(ui), `${hash} in ${language}, ${colorScheme}`).toEqual([]);
        }
      }
    }
  });
});

/** What a script brings with it at once: itself and what it imports, not what it may import later. */
async function closure(assets: string, scripts: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const wait = [...scripts];
  for (let script = wait.pop(); script !== undefined; script = wait.pop()) {
    if (found.has(script)) continue;
    found.add(script);
    const text = await readFile(join(assets, script), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) {
      if (name !== undefined) wait.push(name);
    }
  }
  return found;
}

test('what the page loads at first stays small', async () => {
  const assets = resolve(import.meta.dirname, '../dist/assets');
  const html = await readFile(resolve(assets, '../index.html'), 'utf8');
  const entries = [...html.matchAll(/src="[^"]*assets\/([\w.-]+\.js)"/g)].map(([, file]) => file ?? '');
  expect(entries).toHaveLength(1);
  // The first page is loaded on demand like the others, and is there at first all the same.
  const overview = (await readdir(assets)).filter((file) => /^Overview-.*\.js$/.test(file));
  expect(overview).toHaveLength(1);
  const scripts = await closure(assets, [...entries, ...overview]);
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(await readFile(join(assets, script))).length;
  console.log(`initial JavaScript: ${(bytes / 1000).toFixed(1)} kB gzip in ${scripts.size} files`);
  expect(bytes).toBeGreaterThan(40_000);
  expect(bytes).toBeLessThan(120_000);
  expect(html).not.toMatch(/<style|style=|<script>|onload=/);
});

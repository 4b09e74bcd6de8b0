/**
 * The pages as pictures and as trees for assistive technology, compared with committed ones.
 *
 * The program is real; what it answers is the fixture of the component tests at the fixture's own time, so that
 * nothing in the picture moves. New ones: `npm run e2e -- pictures --update-snapshots`, and look at each.
 */
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from './fixtures';

const fixtures = resolve(import.meta.dirname, '../src/lib/ipc/fixtures');
const answers = {
  quota: 'quota',
  status: 'status',
  settings_list: 'settings',
  scheduler: 'scheduler',
  warmup: 'rehearsal',
  cooldowns: 'cooldowns',
  decisions: 'decisions',
  history: 'history',
};
const sizes = [
  { width: 1440, height: 900 },
  { width: 900, height: 640 },
  { width: 480, height: 900 },
];
const pages = {
  overview: { hash: '#/', shows: '.list .who' },
  timeline: { hash: '#/timeline', shows: '.lanes .bar' },
  history: { hash: '#/history', shows: 'li .kind' },
  warmups: { hash: '#/history?warmups', shows: 'li .came' },
  credential: { hash: '#/credential?c-bob', shows: '.floored' },
};

// The time of the fixture, as it was when the pictures were taken.
test.use({ timezoneId: 'Europe/Berlin' });

async function read<Document>(name: string): Promise<Document> {
  return JSON.parse(await readFile(resolve(fixtures, `${name}.json`), 'utf8')) as Document;
}

/** Every answer from the fixtures, in `language`, at the time they were taken. */
async function freeze(ui: Page, language: string): Promise<void> {
  const { at } = await read<{ at: string }>('quota');
  await ui.clock.setFixedTime(at);
  const { jobs } = await read<{ jobs: { name: string; on: boolean }[] }>('scheduler');
  const own: Record<string, object> = {
    status: { language },
    // What is planned is seen only where warmup is on.
    scheduler: { jobs: jobs.map((job) => ({ ...job, on: true })) },
  };
  for (const [command, name] of Object.entries(answers)) {
    const answer = await read<object>(name);
    const json = own[command] ? { ...answer, ...own[command] } : answer;
    await ui.route(`**/api/v1/${command}`, (route) => route.fulfill({ json }));
  }
  await ui.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await ui.reload();
  await expect(ui.locator('html')).toHaveAttribute('lang', language);
}

for (const language of ['en', 'zh-CN']) {
  test(`the pages look as they did, ${language}`, async ({ ui }) => {
    test.setTimeout(300_000);
    await freeze(ui, language);
    for (const [name, { hash, shows }] of Object.entries(pages)) {
      await ui.evaluate((to) => (location.hash = to), hash);
      await expect(ui.locator(`main ${shows}`).first()).toBeVisible();
      for (const size of sizes) {
        await ui.setViewportSize(size);
        await expect(ui).toHaveScreenshot(`${name}-${size.width}-${language}.png`);
      }
      await expect(ui.locator('main')).toMatchAriaSnapshot({ name: `${name}-${language}.aria.yml` });
    }
  });
}

test('in the dark the overview looks as it did', async ({ ui }) => {
  await freeze(ui, 'en');
  await ui.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await ui.setViewportSize({ width: 1440, height: 900 });
  await expect(ui.locator('main .card').first()).toBeVisible();
  await expect(ui).toHaveScreenshot('overview-dark.png');
});

test('with more contrast, and without colours of its own, the overview still reads', async ({ ui }) => {
  await freeze(ui, 'en');
  await ui.setViewportSize({ width: 1440, height: 900 });
  await ui.emulateMedia({ contrast: 'more', reducedMotion: 'reduce' });
  await expect(ui.locator('main .card').first()).toBeVisible();
  await expect(ui).toHaveScreenshot('overview-contrast.png');
  await ui.emulateMedia({ contrast: null, forcedColors: 'active', reducedMotion: 'reduce' });
  await expect(ui).toHaveScreenshot('overview-forced.png');
});

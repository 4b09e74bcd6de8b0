/** The pictures of the README, taken of the demo in both themes. Look at each before it is committed. */
import type { Page } from '@playwright/test';
import { resolve } from 'node:path';
import { expect, test } from './fixtures';

const images = resolve(import.meta.dirname, '../../docs/images');

/** Waits for the page by something that only it shows. */
async function stand(ui: Page, shows: string): Promise<void> {
  await expect(ui.locator(`main ${shows}`).first()).toBeVisible();
}

test('the pictures of the README', async ({ engine, ui }) => {
  await engine.read();
  const { credentials } = await engine.call<{ credentials: { id: string; name: string }[] }>('quota');
  const ada = credentials.find(({ name }) => name === 'Ada')?.id ?? '';
  const go = async (hash: string, shows: string) => {
    await ui.evaluate((to) => (location.hash = to), hash);
    await stand(ui, shows);
  };
  const shots: Record<string, () => Promise<void>> = {
    overview: () => go('#/', '.list .who'),
    palette: async () => {
      await go('#/', '.list .who');
      await ui.keyboard.press('Control+k');
      await ui.keyboard.type('ada');
      await expect(ui.getByRole('option', { name: 'Warm up Ada' })).toBeVisible();
    },
    models: async () => {
      await ui.keyboard.press('Escape');
      await ui.getByRole('button', { name: 'By model' }).click();
      await stand(ui, '.segment');
    },
    credential: async () => {
      await ui.getByRole('button', { name: 'By credential' }).click();
      await go(`#/credential?${ada}`, '.groups');
      await expect(ui.locator('[data-drawn=true] canvas')).toHaveCount(2);
    },
    timeline: () => go('#/timeline', '.lanes'),
    decisions: () => go('#/history', 'li .kind'),
  };
  await ui.setViewportSize({ width: 1180, height: 780 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await ui.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [name, show] of Object.entries(shots)) {
      await show();
      await ui.mouse.move(0, 0);
      await ui.screenshot({ path: resolve(images, `${name}-${colorScheme}.png`) });
    }
  }
});

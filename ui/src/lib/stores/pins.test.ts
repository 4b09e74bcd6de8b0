import { expect, test } from 'vitest';
import { FakeBackend } from '../ipc/fake';
import { Pins } from './pins.svelte';
import { Settings } from './settings.svelte';
import { Status } from './status.svelte';

test('a pin is a setting of the engine: it is kept there, and holds at once', async () => {
  const backend = new FakeBackend();
  const status = new Status(backend);
  await status.load();
  const pins = new Pins(new Settings(backend), status);
  expect(pins.ids).toEqual([]);
  const asked = pins.toggle('c-ada');
  expect(pins.ids).toEqual(['c-ada']);
  backend.status.tray_pinned = ['c-ada'];
  await asked;
  expect(pins.ids).toEqual(['c-ada']);
  await pins.toggle('c-bob');
  // The engine has not taken it: what it says is what is shown.
  expect(pins.ids).toEqual(['c-ada']);
  expect(backend.asked.filter(({ command }) => command === 'settingsSet').map(({ args }) => args)).toEqual([
    { key: 'tray_pinned', value: 'c-ada', credential: null, model: null },
    { key: 'tray_pinned', value: 'c-ada,c-bob', credential: null, model: null },
  ]);
});

import { defineConfig } from '@playwright/test';
import { midday } from './e2e/midday.mjs';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Each test has an engine and a simulated service of its own; two cores carry one set at a time.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000, toHaveScreenshot: { maxDiffPixelRatio: 0.01, animations: 'disabled' } },
  forbidOnly: true,
  reporter: [['list']],
  // Measurements have a command of their own (`npm run speed:ui`): they take minutes and want a quiet machine.
  projects: [
    { name: 'pages', testIgnore: ['speed.spec.ts', 'tour.spec.ts'] },
    // Takes the pictures of the README anew: `npm run tour`.
    { name: 'tour', testMatch: 'tour.spec.ts', timeout: 300_000 },
    // Without a trace: it holds a copy of the page's tree for every step, in the page's own process.
    { name: 'speed', testMatch: 'speed.spec.ts', timeout: 900_000, use: { trace: 'off', screenshot: 'off' } },
  ],
  // Pictures differ in the smoothing of an edge from one build of the browser to the next.
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  use: {
    locale: 'en-GB',
    timezoneId: midday,
    launchOptions: {
      executablePath: process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium',
      // Chromium refuses its sandbox to root, and CI runs as root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});

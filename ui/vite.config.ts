/// <reference types="vitest/config" />
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Reset times are shown in local time; a fixed zone makes the expected texts the same on every machine.
if (process.env['VITEST']) process.env['TZ'] = 'UTC';

/** Folders that know no page: their tests need none. */
const pure = [
  'chart',
  'format',
  'history',
  'i18n',
  'palette',
  'quota',
  'scheduler',
  'settings',
  'timeline',
].map((folder) => `src/lib/${folder}`);

export default defineConfig({
  root: import.meta.dirname,
  // The window serves the page from tauri://localhost, the control API from a loopback port: both from their root.
  base: './',
  cacheDir: '../node_modules/.vite',
  plugins: [svelte()],
  // Component tests need the browser build of Svelte.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  server: { port: 5173, strictPort: true },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // WebKitGTK 2.40 (Debian 12) and the WebView2 and WKWebView of the same years.
    target: ['safari16.4', 'chrome111'],
    // A font or image inside a style sheet would need `data:` in the content security policy.
    assetsInlineLimit: 0,
  },
  test: {
    // A loaded machine is no failure.
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          environment: 'node',
          include: pure.map((folder) => `${folder}/*.test.ts`),
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          environment: 'jsdom',
          include: ['src/**/*.test.ts'],
          exclude: pure.map((folder) => `${folder}/*.test.ts`),
          setupFiles: ['./vitest.setup.ts'],
        },
      },
    ],
  },
});

import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  {
    ignores: ['dist/', 'test-results/', 'playwright-report/', 'src/lib/ipc/bindings.ts', 'e2e-app/'],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      // Text from outside is text, never markup.
      'svelte/no-at-html-tags': 'error',
      // State here is `$state.raw` and replaced as a whole; a set or map that is not state needs no signals.
      'svelte/prefer-svelte-reactivity': 'off',
      // The compiler checks undefined names, with types in view.
      'no-undef': 'off',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@tauri-apps/*'], message: 'only src/lib/ipc/tauri.ts speaks to Tauri' },
            { group: ['**/bindings'], message: 'take the types from ipc/backend.ts' },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    files: ['src/lib/ipc/tauri.ts', 'src/lib/ipc/tauri.test.ts', 'src/lib/ipc/backend.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['*.config.*', 'e2e/**'],
    languageOptions: { globals: { ...globals.node } },
  },
);

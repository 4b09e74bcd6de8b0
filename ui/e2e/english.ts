/** What is left in English on a page that is to be in Chinese. */
import type { Page } from '@playwright/test';

/** Names of several words that are the same in every language. */
const names = [
  'Google AI Studio',
  'Claude and GPT',
  'Antigravity CLI',
  'Gemini CLI',
  'Claude Code',
  'Codex CLI',
];

/**
 * Phrases in English: three words in a row that are no code, no name and not the service's own words (`said`). What
 * only hovering or a screen reader tells counts too.
 */
export function english(page: Page, said: readonly string[] = []): Promise<string[]> {
  return page.evaluate(
    (foreign) => {
      const found = new Set<string>();
      const judge = (text: string) => {
        // A command is to be typed as it stands.
        const spoken = text.replaceAll(/\bheadroom( [a-z-]+)+/g, '');
        const own = foreign.reduce((rest, words) => rest.replaceAll(words, ''), spoken);
        if (/\b[A-Za-z]+(?:,? [a-z]+){2,}/.test(own)) found.add(text.trim());
      };
      const code = 'code, pre, script, style, textarea';
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode as Text;
        if (parentElement !== null && parentElement.closest(code) === null) judge(data);
      }
      const told = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'placeholder', 'alt'];
      for (const element of document.body.querySelectorAll(told.map((name) => `[${name}]`).join(', '))) {
        for (const name of told) judge(element.getAttribute(name) ?? '');
      }
      return [...found];
    },
    [...names, ...said],
  );
}

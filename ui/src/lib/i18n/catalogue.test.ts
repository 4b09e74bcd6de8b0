import { expect, test } from 'vitest';
import { chooseLanguage } from './catalogue';
import { en } from './en';
import { zhCN } from './zh-CN';

test.each([
  ['en', ['zh-CN'], 'en'],
  ['zh-CN', ['en'], 'zh-CN'],
  ['system', ['zh-Hans-CN', 'en'], 'zh-CN'],
  ['system', ['zh-TW'], 'zh-CN'],
  ['system', ['de-DE', 'en-GB', 'zh-CN'], 'en'],
  ['system', ['de-DE'], 'en'],
  ['system', [], 'en'],
  ['klingon', ['zh-CN'], 'zh-CN'],
] as const)('asked for %s in a browser of %j it is %s', (wanted, offered, language) => {
  expect(chooseLanguage(wanted, offered)).toBe(language);
});

function leaves(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

test('Chinese has words of its own for every text', () => {
  const chinese = new Map(leaves(zhCN, ''));
  // Names, commands and what is a figure are the same in every language.
  const shared =
    /^\.(appName|providers\.|signedOut\.command|settings\.(choices\.(en|zh-CN)|units\.percent|help))/;
  for (const [path, text] of leaves(en, '')) {
    if (shared.test(path) || typeof text !== 'string') continue;
    expect(chinese.get(path), path).toBeDefined();
    expect(chinese.get(path), path).not.toBe(text);
  }
});

test('a count of one has its own words in English', () => {
  expect(en.credentials.count(1)).toBe('1 credential');
  expect(en.credentials.count(2)).toBe('2 credentials');
  expect(en.import.summary(1, 2)).toBe('1 credential is new, 2 got newer tokens.');
  expect(en.import.summary(0, 0)).toBe('Nothing changed.');
});

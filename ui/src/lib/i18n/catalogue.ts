/** Which languages there are, and which one a reader gets. */
import { en, type Messages } from './en';
import { zhCN } from './zh-CN';

export type { Messages };
export type LanguageTag = 'en' | 'zh-CN';

export const catalogue: Record<LanguageTag, Messages> = { en, 'zh-CN': zhCN };

/**
 * The language of the interface.
 *
 * `wanted` is the setting (`en`, `zh-CN` or `system`); `offered` are the languages of the browser, best first.
 * Chinese of any script gets Simplified Chinese: there is no nearer one.
 */
export function chooseLanguage(wanted: string, offered: readonly string[]): LanguageTag {
  if (wanted === 'en' || wanted === 'zh-CN') return wanted;
  for (const language of offered) {
    const primary = language.toLowerCase().split('-')[0];
    if (primary === 'zh') return 'zh-CN';
    if (primary === 'en') return 'en';
  }
  return 'en';
}

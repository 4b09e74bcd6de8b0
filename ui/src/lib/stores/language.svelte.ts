/** The language in force; the texts themselves belong to the catalogue. */
import { catalogue, chooseLanguage, type LanguageTag, type Messages } from '../i18n/catalogue';

export class Language {
  tag = $state<LanguageTag>('en');
  /** The texts of the language in force. */
  readonly texts: Messages = $derived(catalogue[this.tag]);

  constructor(private readonly offered: readonly string[]) {
    this.follow('system');
  }

  /** Takes the language the setting asks for. */
  follow(wanted: string): void {
    this.tag = chooseLanguage(wanted, this.offered);
  }
}

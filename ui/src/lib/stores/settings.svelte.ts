/** Every setting with its value; a refused value leaves the old one and its reason. */
import { BackendError, type Backend, type SettingView, type SettingsImportReport } from '../ipc/backend';

/** A value for one credential, and one model of it, instead of for all. */
export interface Scope {
  credential: string;
  model: string | null;
}

export class Settings {
  all = $state.raw<SettingView[]>([]);
  loaded = $state(false);
  failure = $state.raw<BackendError | null>(null);
  /** Why the last value for a setting was not taken, by its key. */
  refused = $state.raw<Record<string, string>>({});
  /** The setting that was saved last. */
  saved = $state<string | null>(null);

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    try {
      this.all = await this.backend.commands.settingsList();
      this.failure = null;
      this.loaded = true;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  }

  async set(key: string, value: string, scope: Scope | null = null): Promise<void> {
    await this.#change(key, () =>
      this.backend.commands.settingsSet({
        key,
        value,
        credential: scope?.credential ?? null,
        model: scope?.model ?? null,
      }),
    );
  }

  async reset(key: string, scope: Scope | null = null): Promise<void> {
    await this.#change(key, () =>
      this.backend.commands.settingsReset({
        key,
        credential: scope?.credential ?? null,
        model: scope?.model ?? null,
      }),
    );
  }

  async export(): Promise<string> {
    return (await this.backend.commands.settingsExport()).text;
  }

  async import(text: string): Promise<SettingsImportReport> {
    const report = await this.backend.commands.settingsImport({ text });
    await this.load();
    return report;
  }

  async #change(key: string, command: () => Promise<SettingView>): Promise<void> {
    this.#refuse(key, null);
    try {
      const changed = await command();
      this.all = this.all.map((setting) => (setting.key === key ? changed : setting));
      this.saved = key;
    } catch (thrown) {
      this.#refuse(key, BackendError.from(thrown).message);
    }
  }

  #refuse(key: string, why: string | null): void {
    const rest = Object.fromEntries(Object.entries(this.refused).filter(([other]) => other !== key));
    this.refused = why === null ? rest : { ...rest, [key]: why };
    if (why !== null && this.saved === key) this.saved = null;
  }
}

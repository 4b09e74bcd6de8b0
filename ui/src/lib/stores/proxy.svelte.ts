/**
 * The proxy as the page shows it: its state, client keys, what went through it, and the programs that use it.
 *
 * A failed load keeps the last answer and says why. A key that was just made is held here until its note is closed,
 * and nowhere else.
 */
import {
  BackendError,
  type AliasView,
  type Backend,
  type ClientKeyView,
  type KeyCreated,
  type PromptView,
  type ProgramView,
  type ProxyView,
  type RequestStatistics,
  type RequestView,
} from '../ipc/backend';
import type { Language } from './language.svelte';
import { OneAtATime } from './once';
import { keepSame } from './same';
import type { Settings } from './settings.svelte';
import type { Toasts } from './toasts.svelte';

/** How many requests the page shows. */
const most = 100;

export class Proxy {
  view = $state.raw<ProxyView | null>(null);
  failure = $state.raw<BackendError | null>(null);

  keys = $state.raw<ClientKeyView[] | null>(null);
  keysFailure = $state.raw<BackendError | null>(null);
  /** The key that was made last, until its note is closed. */
  made = $state.raw<KeyCreated | null>(null);

  requests = $state.raw<RequestView[] | null>(null);
  requestsFailure = $state.raw<BackendError | null>(null);

  statistics = $state.raw<RequestStatistics | null>(null);
  statisticsFailure = $state.raw<BackendError | null>(null);

  programs = $state.raw<ProgramView[] | null>(null);
  programsFailure = $state.raw<BackendError | null>(null);
  /** The program that is being written or taken back. */
  writing = $state<string | null>(null);

  /** The text there is to agree to, while the question stands. */
  question = $state<string | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  #view = new OneAtATime(async () => {
    try {
      this.view = await this.backend.commands.proxyStatus();
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  });
  #keys = new OneAtATime(async () => {
    try {
      this.keys = keepSame(this.keys ?? [], await this.backend.commands.keysList());
      this.keysFailure = null;
    } catch (thrown) {
      this.keysFailure = BackendError.from(thrown);
    }
  });
  #requests = new OneAtATime(async () => {
    try {
      const found = await this.backend.commands.requests({ since: '1d', limit: most });
      this.requests = keepSame(this.requests ?? [], found);
      this.requestsFailure = null;
    } catch (thrown) {
      this.requestsFailure = BackendError.from(thrown);
    }
  });
  #statistics = new OneAtATime(async () => {
    try {
      this.statistics = await this.backend.commands.requestStatistics({ since: '7d' });
      this.statisticsFailure = null;
    } catch (thrown) {
      this.statisticsFailure = BackendError.from(thrown);
    }
  });
  #programs = new OneAtATime(async () => {
    try {
      this.programs = await this.backend.commands.connectList();
      this.programsFailure = null;
    } catch (thrown) {
      this.programsFailure = BackendError.from(thrown);
    }
  });

  constructor(
    private readonly backend: Backend,
    private readonly settings: Settings,
    private readonly toasts: Toasts,
    private readonly language: Language,
  ) {}

  load(): Promise<void> {
    return this.#view.ask();
  }

  loadKeys(): Promise<void> {
    return this.#keys.ask();
  }

  loadRequests(): Promise<void> {
    return this.#requests.ask();
  }

  /** What was said in a request; null where it is not kept any more. */
  async promptOf(request: RequestView): Promise<PromptView | null> {
    const found = await this.backend.commands.requestPrompts({ requests: [request.id] });
    return found[0] ?? null;
  }

  /** Deletes all that is kept of what was said. */
  async deletePrompts(): Promise<void> {
    try {
      await this.backend.commands.promptsDelete();
      this.toasts.show({ tone: 'info', text: this.language.texts.proxy.requests.deleted });
    } catch (thrown) {
      this.#tell(thrown);
    }
    await Promise.all([this.load(), this.loadRequests()]);
  }

  loadStatistics(): Promise<void> {
    return this.#statistics.ask();
  }

  loadPrograms(): Promise<void> {
    return this.#programs.ask();
  }

  /** Switches it on, once the user has agreed to what it does with personal logins. */
  async switchOn(): Promise<void> {
    await this.load();
    if (this.view === null || this.failure !== null) {
      // Without the text there is nothing to agree to.
      this.toasts.show({
        tone: 'error',
        text: this.failure?.message ?? this.language.texts.banner.failed,
      });
      return;
    }
    const agreed = this.view.consent_at !== null || (await this.#ask(this.view.consent_text));
    if (!agreed) return;
    await this.settings.set('proxy_enabled', 'true');
    await this.load();
  }

  /** The user's answer to the question. */
  answer(yes: boolean): void {
    this.question = null;
    this.#answer?.(yes);
    this.#answer = null;
  }

  /** Makes a key; answers why not, or null. */
  async createKey(name: string, models: string[], cap: number | null): Promise<string | null> {
    try {
      this.made = await this.backend.commands.keyCreate({ name, models, daily_cap: cap });
      await this.loadKeys();
      return null;
    } catch (thrown) {
      return BackendError.from(thrown).message;
    }
  }

  async revokeKey(key: ClientKeyView): Promise<void> {
    try {
      await this.backend.commands.keyRevoke({ key: key.id });
      if (this.made?.key.id === key.id) this.made = null;
      await this.loadKeys();
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  /** Where a model's name goes; null where that cannot be said. */
  async preview(name: string): Promise<AliasView | null> {
    try {
      return await this.backend.commands.aliasPreview({ name });
    } catch {
      return null;
    }
  }

  /** Writes what a program needs into its files. */
  async write(program: ProgramView): Promise<void> {
    const texts = this.language.texts.proxy.programs;
    await this.#change(program, async () => {
      const { changed, key_name } = await this.backend.commands.connectWrite({ client: program.client });
      return changed.length === 0 ? texts.already(program.name) : texts.written(program.name, key_name);
    });
  }

  /** Takes back what was written. */
  async undo(program: ProgramView): Promise<void> {
    await this.#change(program, async () => {
      await this.backend.commands.connectUndo({ client: program.client });
      return this.language.texts.proxy.programs.undone(program.name);
    });
  }

  async #change(program: ProgramView, command: () => Promise<string>): Promise<void> {
    this.writing = program.client;
    try {
      this.toasts.show({ tone: 'info', text: await command() });
    } catch (thrown) {
      this.#tell(thrown);
    } finally {
      this.writing = null;
    }
    await Promise.all([this.loadPrograms(), this.loadKeys()]);
  }

  #ask(text: string): Promise<boolean> {
    this.question = text;
    return new Promise((done) => (this.#answer = done));
  }

  #tell(thrown: unknown): void {
    this.toasts.show({ tone: 'error', text: BackendError.from(thrown).message });
  }
}

/** What a user does to a credential, each with its message and, for removal, its way back. */
import { BackendError, type Backend, type CredentialChange } from '../ipc/backend';
import type { Language } from './language.svelte';
import type { Quotas } from './quotas.svelte';
import type { Toasts } from './toasts.svelte';

export class Credentials {
  /** Credentials with something under way. */
  busy = $state.raw<string[]>([]);

  constructor(
    private readonly backend: Backend,
    private readonly quotas: Quotas,
    private readonly toasts: Toasts,
    private readonly language: Language,
    private readonly now: () => number,
  ) {}

  isBusy(id: string): boolean {
    return this.busy.includes(id);
  }

  async enable(id: string): Promise<void> {
    const change = await this.#act(id, () => this.backend.commands.credentialEnable({ id }));
    if (change) this.#say(this.#words.enabled(change.name));
  }

  async disable(id: string): Promise<void> {
    const change = await this.#act(id, () => this.backend.commands.credentialDisable({ id }));
    if (change) this.#say(this.#words.disabled(change.name));
  }

  /** Discovers and reads it anew; lifts `blocked` where the service lets it. */
  async check(id: string): Promise<void> {
    const change = await this.#act(id, () => this.backend.commands.credentialCheck({ id }));
    if (!change) return;
    const states = this.language.texts.states;
    this.#say(this.#words.checked(change.name, states[change.state] ?? change.state));
  }

  /** Gives it a label; an empty one takes the label away. Answers whether it worked. */
  async rename(id: string, label: string): Promise<boolean> {
    const trimmed = label.trim();
    const change = await this.#act(id, () =>
      this.backend.commands.credentialRename({ id, label: trimmed === '' ? null : trimmed }),
    );
    return change !== null;
  }

  async remove(id: string): Promise<void> {
    const change = await this.#act(id, () => this.backend.commands.credentialRemove({ id }));
    if (!change) return;
    const text = this.#words.removed(change.name);
    const left = change.undo_until === null ? 0 : Date.parse(change.undo_until) - this.now();
    if (left <= 0) return this.#say(text);
    this.toasts.show(
      {
        tone: 'info',
        text,
        action: { label: this.language.texts.common.undo, run: () => void this.#restore(id) },
      },
      // An hour of undo need not cover the window for an hour.
      Math.min(left, 15_000),
    );
  }

  async #restore(id: string): Promise<void> {
    const change = await this.#act(id, () => this.backend.commands.credentialRestore({ id }));
    if (change) this.#say(this.#words.restored(change.name));
  }

  get #words() {
    return this.language.texts.credentials;
  }

  #say(text: string): void {
    this.toasts.show({ tone: 'info', text });
  }

  async #act(id: string, command: () => Promise<CredentialChange>): Promise<CredentialChange | null> {
    this.busy = [...this.busy, id];
    try {
      const change = await command();
      await this.quotas.peek();
      return change;
    } catch (thrown) {
      this.toasts.show({ tone: 'error', text: BackendError.from(thrown).message });
      return null;
    } finally {
      this.busy = this.busy.filter((other) => other !== id);
    }
  }
}

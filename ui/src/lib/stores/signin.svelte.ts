/**
 * One sign-in from the button to the credential.
 *
 * The engine waits for the browser; this asks how far it is whenever the engine says that something changed.
 */
import {
  BackendError,
  isOpenable,
  type Backend,
  type LoginProgress,
  type LoginStarted,
} from '../ipc/backend';

export type SignInProvider = 'antigravity' | 'gemini-cli';

export type SignInStage =
  | { kind: 'idle' }
  | { kind: 'starting'; provider: SignInProvider }
  | { kind: 'waiting'; provider: SignInProvider; started: LoginStarted; exchanging: boolean }
  | { kind: 'done'; id: string; name: string }
  | { kind: 'failed'; provider: SignInProvider; message: string };

export class SignIn {
  stage = $state.raw<SignInStage>({ kind: 'idle' });
  /** Why the pasted address was not taken, while the sign-in goes on. */
  pasteFailure = $state<string | null>(null);
  #asking = false;

  constructor(
    private readonly backend: Backend,
    private readonly isDemo: () => boolean,
    private readonly afterwards: () => Promise<void>,
  ) {}

  async start(provider: SignInProvider): Promise<void> {
    this.pasteFailure = null;
    this.stage = { kind: 'starting', provider };
    try {
      const started = await this.backend.commands.loginStart({ provider });
      this.stage = { kind: 'waiting', provider, started, exchanging: false };
      await this.openPage();
    } catch (thrown) {
      this.stage = { kind: 'failed', provider, message: BackendError.from(thrown).message };
    }
  }

  /** Opens the sign-in page (again). A browser that does not open is no failure: the address can be copied. */
  async openPage(): Promise<void> {
    if (this.stage.kind !== 'waiting') return;
    const { url } = this.stage.started;
    if (!isOpenable(url, this.isDemo())) return;
    await this.backend.openExternal(url).catch(() => undefined);
  }

  /** Something changed in the engine: perhaps the browser came back. */
  async look(): Promise<void> {
    if (this.stage.kind !== 'waiting' || this.#asking) return;
    const { flow } = this.stage.started;
    this.#asking = true;
    try {
      await this.#show(await this.backend.commands.loginProgress({ flow }));
    } catch (thrown) {
      const error = BackendError.from(thrown);
      // An engine that is away for a moment still holds the sign-in.
      if (error.code !== 'unreachable') this.#fail(error.message);
    } finally {
      this.#asking = false;
    }
  }

  /** Takes the address the browser ended on. */
  async paste(address: string): Promise<void> {
    if (this.stage.kind !== 'waiting') return;
    const { flow } = this.stage.started;
    this.pasteFailure = null;
    try {
      await this.#show(await this.backend.commands.loginPaste({ flow, callback_url: address.trim() }));
    } catch (thrown) {
      const error = BackendError.from(thrown);
      if (error.code === 'bad_input') this.pasteFailure = error.message;
      else this.#fail(error.message);
    }
  }

  async cancel(): Promise<void> {
    const stage = this.stage;
    this.stage = { kind: 'idle' };
    if (stage.kind !== 'waiting') return;
    // Without an answer the sign-in ends by its own time limit.
    await this.backend.commands.loginCancel({ flow: stage.started.flow }).catch(() => undefined);
  }

  reset(): void {
    this.stage = { kind: 'idle' };
  }

  async #show(progress: LoginProgress): Promise<void> {
    const stage = this.stage;
    if (stage.kind !== 'waiting') return;
    switch (progress.stage) {
      case 'waiting':
        return;
      case 'exchanging':
        this.stage = { ...stage, exchanging: true };
        return;
      case 'done':
        this.stage = { kind: 'done', id: progress.id, name: progress.name };
        return await this.afterwards();
      case 'failed':
        this.#fail(progress.message);
    }
  }

  #fail(message: string): void {
    if (this.stage.kind === 'waiting') {
      this.stage = { kind: 'failed', provider: this.stage.provider, message };
    }
  }
}

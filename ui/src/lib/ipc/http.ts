/**
 * The backend of a page in a browser: commands and events over the control API.
 *
 * Owns the page's token (in `sessionStorage`, never a cookie: cookies ignore ports) and the event stream with
 * its reconnecting. What the answers mean belongs to the stores.
 */
import { BackendError, type Backend, type Commands, type ConnectionState, type Stop } from './backend';
import { chooseFiles, saveText, watchDrops } from './files';
import { SseCutter } from './sse';

const tokenKey = 'headroom.token';

/** The stream sends a comment every 15 s; three missed ones are a dead connection. */
const silenceLimit = 45_000;

/** How long to wait before attempt number `attempt` (from 0) to reach the engine again. */
export function reconnectDelay(attempt: number): number {
  return Math.min(15_000, 500 * 2 ** attempt);
}

/** The engine's name of a command: `credentialEnable` is `credential_enable`. */
export function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function wordOf(hash: string): string | null {
  return /^#t=([^&]+)$/.exec(hash)?.[1] ?? null;
}

async function failure(answer: Response): Promise<BackendError> {
  if (answer.status === 401) return new BackendError('signed_out', 'The page is signed out.');
  try {
    return BackendError.from(await answer.json());
  } catch {
    return new BackendError('failed', `The engine answered with status ${answer.status}.`);
  }
}

export class HttpBackend implements Backend {
  readonly place = 'browser';
  readonly commands: Commands;
  readonly saveText = saveText;

  #token: string | null;
  #state: ConnectionState = 'connecting';
  #changed = new Set<() => void>();
  #connection = new Set<(state: ConnectionState) => void>();
  #stopped = new AbortController();
  #wake: () => void = () => undefined;

  private constructor(token: string | null) {
    this.#token = token;
    this.commands = new Proxy({} as Commands, {
      get: (_, name: string) => (args?: object) => this.#call(wireName(name), args ?? {}),
    });
  }

  /** Takes the token of this tab, or exchanges the one-time word of `/#t=WORD` for one. */
  static async open(): Promise<HttpBackend> {
    // A fresh link pasted into an open tab changes the hash alone, and nothing would be loaded.
    addEventListener('hashchange', () => {
      if (wordOf(location.hash) !== null) location.reload();
    });
    const word = wordOf(location.hash);
    if (word !== null) {
      // The word goes out of the address before it is used: it must not stay in the history.
      history.replaceState(null, '', `${location.pathname}#/`);
      try {
        const answer = await new HttpBackend(null).#post('login', { word });
        sessionStorage.setItem(tokenKey, (answer as { token: string }).token);
      } catch {
        // A refused word leaves the token of this tab as it is; without one the page says what to do.
      }
    }
    const backend = new HttpBackend(sessionStorage.getItem(tokenKey));
    void backend.#listen();
    return backend;
  }

  /** Ends the event stream. */
  close(): void {
    this.#stopped.abort();
  }

  onChanged(tell: () => void): Stop {
    this.#changed.add(tell);
    return () => this.#changed.delete(tell);
  }

  onConnection(tell: (state: ConnectionState) => void): Stop {
    this.#connection.add(tell);
    tell(this.#state);
    return () => this.#connection.delete(tell);
  }

  onDrop(tell: Parameters<Backend['onDrop']>[0]): Stop {
    return watchDrops(window, tell);
  }

  chooseFiles() {
    return chooseFiles(document);
  }

  openExternal(url: string): Promise<void> {
    window.open(url, '_blank', 'noopener,noreferrer');
    return Promise.resolve();
  }

  #turn(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const tell of this.#connection) tell(state);
  }

  async #call(name: string, args: object): Promise<unknown> {
    if (this.#token === null) throw new BackendError('signed_out', 'The page is signed out.');
    try {
      return await this.#post(name, args);
    } catch (thrown) {
      const error = BackendError.from(thrown);
      if (error.code === 'signed_out') this.#signOut();
      throw error;
    }
  }

  async #post(name: string, args: object): Promise<unknown> {
    let answer: Response;
    try {
      answer = await fetch(`/api/v1/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#authorization() },
        body: JSON.stringify(args),
        cache: 'no-store',
      });
    } catch {
      throw new BackendError('unreachable', 'The engine does not answer.');
    }
    if (!answer.ok) throw await failure(answer);
    return await answer.json();
  }

  #authorization(): Record<string, string> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }

  #signOut(): void {
    this.#token = null;
    sessionStorage.removeItem(tokenKey);
    this.#turn('signed_out');
  }

  async #listen(): Promise<void> {
    const tryNow = () => this.#wake();
    const stop = this.#stopped.signal;
    addEventListener('online', tryNow, { signal: stop });
    document.addEventListener('visibilitychange', tryNow, { signal: stop });
    let attempt = 0;
    while (!stop.aborted) {
      if (this.#token === null) return this.#turn('signed_out');
      try {
        await this.#stream(() => (attempt = 0));
      } catch {
        // Every end of the stream is handled the same way, by the next attempt.
      }
      if (stop.aborted || this.#token === null) continue;
      this.#turn('lost');
      await this.#pause(reconnectDelay(attempt));
      attempt += 1;
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  async #stream(opened: () => void): Promise<void> {
    const silent = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silenceLimit);
    };
    heard();
    try {
      const answer = await fetch('/api/v1/events', {
        headers: this.#authorization(),
        signal: AbortSignal.any([silent.signal, this.#stopped.signal]),
        cache: 'no-store',
      });
      if (answer.status === 401) return this.#signOut();
      if (!answer.ok || !answer.body) throw await failure(answer);
      opened();
      this.#turn('live');
      // What changed while nobody listened is not told again, so the page asks once.
      this.#tellChanged();
      const cutter = new SseCutter();
      const text = new TextDecoder();
      const reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard();
        const events = cutter.push(text.decode(value, { stream: true }));
        if (events.some(({ event }) => event === 'changed')) this.#tellChanged();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #tellChanged(): void {
    for (const tell of this.#changed) tell();
  }
}

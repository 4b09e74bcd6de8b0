/**
 * Everything the pages share, built once and handed down by context.
 *
 * Owns the order of things: ask at the start, ask again when the engine says that something changed, say so
 * when it is gone.
 */
import { createContext } from 'svelte';
import type { Backend, ConnectionState, Stop } from '../ipc/backend';
import { Clock } from './clock.svelte';
import { Credentials } from './credentials.svelte';
import { Decisions } from './decisions.svelte';
import { History } from './history.svelte';
import { Imports } from './imports.svelte';
import { Language } from './language.svelte';
import { Pins } from './pins.svelte';
import { Proxy } from './proxy.svelte';
import { Quotas } from './quotas.svelte';
import { Router } from './router.svelte';
import { Scheduler } from './scheduler.svelte';
import { Settings } from './settings.svelte';
import { SignIn } from './signin.svelte';
import { Status } from './status.svelte';
import { Tip } from './tip.svelte';
import { Toasts } from './toasts.svelte';
import { keepOf, ViewChoice } from './view.svelte';
import { Warmups } from './warmups.svelte';

/** No more than five redraws a second, however fast changes come. */
const quiet = 200;

/** How long to wait before asking an engine again that did not answer. */
const askAgain = 3_000;

export class App {
  readonly clock: Clock;
  readonly language: Language;
  readonly router: Router;
  readonly quotas: Quotas;
  readonly status: Status;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly imports: Imports;
  readonly signIn: SignIn;
  readonly scheduler: Scheduler;
  readonly warmups: Warmups;
  readonly decisions: Decisions;
  readonly history: History;
  readonly proxy: Proxy;
  readonly pins: Pins;
  readonly toasts = new Toasts();
  readonly tip = new Tip();
  readonly view: ViewChoice;

  connection = $state<ConnectionState>('connecting');
  /** The command palette is open, or on its way. */
  paletteOpen = $state(false);
  /** Grows with every look: what only one page shows follows it and asks again. */
  looks = $state(0);

  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly backend: Backend,
    window: Window,
    readonly now: () => number = () => Date.now(),
  ) {
    this.clock = new Clock(now);
    this.language = new Language(window.navigator.languages);
    this.router = new Router(window);
    this.view = new ViewChoice(keepOf(window));
    this.quotas = new Quotas(backend);
    this.status = new Status(backend);
    this.settings = new Settings(backend);
    this.pins = new Pins(this.settings, this.status);
    this.credentials = new Credentials(backend, this.quotas, this.toasts, this.language, now);
    const lookAgain = () => this.look();
    this.imports = new Imports(backend, lookAgain);
    this.scheduler = new Scheduler(backend);
    this.decisions = new Decisions(backend);
    this.history = new History(backend);
    this.warmups = new Warmups(backend, this.scheduler, this.settings, this.toasts, this.language, () =>
      this.router.go('scheduler'),
    );
    this.proxy = new Proxy(backend, this.settings, this.toasts, this.language);
    this.signIn = new SignIn(backend, () => this.demo, lookAgain);
  }

  /** Whether the numbers are those of the built-in simulated service. */
  get demo(): boolean {
    return this.status.view?.demo ?? this.quotas.document?.demo ?? false;
  }

  /** The texts of the language in force. */
  get texts() {
    return this.language.texts;
  }

  /** Asks for everything that is shown everywhere. */
  async look(): Promise<void> {
    this.looks += 1;
    // A round may be under way; nothing else waits for it.
    void this.scheduler.load();
    await Promise.all([
      this.status.load(),
      this.quotas.peek(),
      this.signIn.look(),
      // Settings may change elsewhere too: on the command line, or in the file.
      this.settings.loaded ? this.settings.load() : null,
    ]);
    this.language.follow(this.status.view?.language ?? 'system');
  }

  /** Starts to follow the engine. */
  start(page: Document): Stop {
    const stops = [
      this.clock.start(page),
      this.router.start(),
      this.backend.onConnection((state) => this.#connected(state)),
      this.backend.onChanged(() => this.#changed()),
      this.backend.onDrop((event) => {
        this.imports.hovering = event.kind === 'over';
        if (event.kind !== 'dropped') return;
        this.router.go('credentials', 'import');
        void this.imports.look(event.source);
      }),
    ];
    void this.look().then(() => this.quotas.open());
    return () => {
      clearTimeout(this.#due);
      for (const stop of stops) stop();
    };
  }

  #changed(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      void this.look();
    }, quiet);
  }

  #connected(state: ConnectionState): void {
    this.connection = state;
    // A browser reconnects its event stream; a window has none, so it asks until somebody answers.
    if (state === 'lost' && this.backend.place === 'window') {
      setTimeout(() => {
        if (this.connection === 'lost') void this.look().then(() => this.#connected(this.connection));
      }, askAgain);
    }
  }
}

export const [useApp, provideApp] = createContext<App>();

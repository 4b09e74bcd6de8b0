/** The ledger as the page shows it: one window of it, narrowed by kind, credential and words. */
import { BackendError, type Backend, type DecisionView } from '../ipc/backend';
import { OneAtATime } from './once';
import { keepSame } from './same';

export const kinds = ['warmup', 'protection', 'cooldown', 'drain'] as const;
export type Kind = (typeof kinds)[number];

/** How far back the page looks: what the engine keeps and a person still reads. */
export const spans = ['1d', '7d', '30d'] as const;
export type Span = (typeof spans)[number];

/** How many entries come at a time. */
const page = 100;
/** The most the engine answers. */
const most = 1000;

export class Decisions {
  kind = $state<Kind | null>(null);
  credential = $state<string | null>(null);
  search = $state('');
  since = $state<Span>('1d');

  /** The entries, newest first; null before the first answer. */
  entries = $state.raw<DecisionView[] | null>(null);
  failure = $state.raw<BackendError | null>(null);
  loading = $state(false);

  /** There may be more than what is shown. */
  readonly more: boolean = $derived.by(
    () => (this.entries?.length ?? 0) >= this.#limit && this.#limit < most,
  );
  readonly narrowed: boolean = $derived(
    this.kind !== null || this.credential !== null || this.search.trim() !== '',
  );

  #limit = $state(page);
  #question = new OneAtATime(async () => {
    this.loading = true;
    try {
      const answer = await this.backend.commands.decisions({
        since: this.since,
        credential: this.credential,
        kind: this.kind,
        search: this.search.trim() || null,
        limit: this.#limit,
      });
      this.entries = keepSame(this.entries ?? [], answer);
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    } finally {
      this.loading = false;
    }
  });

  constructor(private readonly backend: Backend) {}

  load(): Promise<void> {
    return this.#question.ask();
  }

  /** Looks for something else, from the newest on. */
  narrow(to: {
    kind?: Kind | null;
    credential?: string | null;
    search?: string;
    since?: Span;
  }): Promise<void> {
    if (to.kind !== undefined) this.kind = to.kind;
    if (to.credential !== undefined) this.credential = to.credential;
    if (to.search !== undefined) this.search = to.search;
    if (to.since !== undefined) this.since = to.since;
    this.#limit = page;
    return this.load();
  }

  /** Shows every entry of the time looked at. */
  widen(): Promise<void> {
    return this.narrow({ kind: null, credential: null, search: '' });
  }

  showMore(): Promise<void> {
    this.#limit = Math.min(most, this.#limit * 3);
    return this.load();
  }
}

/** What was warmed and whose use the quota went into, over the last seven days. */
import { BackendError, type Backend, type HistoryDocument } from '../ipc/backend';
import { OneAtATime } from './once';

export class History {
  document = $state.raw<HistoryDocument | null>(null);
  failure = $state.raw<BackendError | null>(null);

  #question = new OneAtATime(async () => {
    try {
      this.document = await this.backend.commands.history({ since: '7d' });
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  });

  constructor(private readonly backend: Backend) {}

  load(): Promise<void> {
    return this.#question.ask();
  }
}

export const historySpans = ['24h', '7d', '30d'] as const;
export type HistorySpan = (typeof historySpans)[number];

/** How long each span is, in hours. */
export const spanHours: Record<HistorySpan, number> = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 };

/** What was measured and done with one credential. */
export class CredentialHistory {
  credential = $state<string | null>(null);
  span = $state<HistorySpan>('7d');
  document = $state.raw<HistoryDocument | null>(null);
  failure = $state.raw<BackendError | null>(null);
  /** When the document was asked for: the end of what it shows, in milliseconds. */
  askedAt = $state(0);

  #question = new OneAtATime(async () => {
    const { credential, span } = this;
    if (credential === null) return;
    const at = this.now();
    try {
      const document = await this.backend.commands.history({ credential, since: span });
      // Meanwhile another one may be looked at; the question is asked once more then.
      if (this.credential !== credential || this.span !== span) return;
      this.document = document;
      this.askedAt = at;
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  });

  constructor(
    private readonly backend: Backend,
    private readonly now: () => number,
  ) {}

  /** Looks at a credential over a span; what was shown of another one goes at once. */
  show(credential: string, span: HistorySpan): Promise<void> {
    if (credential !== this.credential) this.document = null;
    this.credential = credential;
    this.span = span;
    return this.#question.ask();
  }

  load(): Promise<void> {
    return this.#question.ask();
  }
}

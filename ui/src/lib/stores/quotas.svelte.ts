/**
 * The quota document the page shows.
 *
 * A failed load keeps the last one and says why. Reading the quota belongs to the engine; this only asks for
 * what is there (`peek`), for something fresh enough (`cached`) or for a new reading (`refreshed`).
 */
import {
  BackendError,
  type Backend,
  type CredentialView,
  type Freshness,
  type QuotaDocument,
} from '../ipc/backend';
import { OneAtATime } from './once';
import { keepSame } from './same';

export class Quotas {
  document = $state.raw<QuotaDocument | null>(null);
  failure = $state.raw<BackendError | null>(null);
  /** The user's own refresh is under way. */
  refreshing = $state(false);
  /** Credentials whose own refresh is under way. */
  refreshingOf = $state.raw<string[]>([]);

  #peeking = new OneAtATime(() => this.#load('peek'));

  constructor(private readonly backend: Backend) {}

  get credentials(): CredentialView[] {
    return this.document?.credentials ?? [];
  }

  /** What people call a group; its key where nobody named it. */
  groupName(key: string): string {
    for (const { groups } of this.credentials) {
      const group = groups.find((one) => one.key === key);
      if (group) return group.name;
    }
    return key;
  }

  /** Shows what is in memory. Calls that come while one is on its way end in one more, not in many. */
  peek(): Promise<void> {
    return this.#peeking.ask();
  }

  /** A page was opened: something fresh enough, read anew where needed. */
  async open(): Promise<void> {
    await this.#load('cached');
  }

  /** The user asks for new numbers, of all credentials or of one. */
  async refresh(credential?: string): Promise<void> {
    if (credential === undefined) {
      if (this.refreshing) return;
      this.refreshing = true;
      await this.#load('refreshed').finally(() => (this.refreshing = false));
      return;
    }
    this.refreshingOf = [...this.refreshingOf, credential];
    try {
      // The answer holds this credential alone; the whole is asked for afterwards.
      await this.backend.commands.quota({ freshness: 'refreshed', credential });
      await this.peek();
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    } finally {
      this.refreshingOf = this.refreshingOf.filter((id) => id !== credential);
    }
  }

  async #load(freshness: Freshness): Promise<void> {
    try {
      const next = await this.backend.commands.quota({ freshness, credential: null });
      this.document = { ...next, credentials: keepSame(this.credentials, next.credentials) };
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  }
}

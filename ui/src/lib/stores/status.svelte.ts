/** What the program is doing: its status document, kept when a load fails. */
import { BackendError, type Backend, type NoticeView, type StatusView } from '../ipc/backend';

export class Status {
  view = $state.raw<StatusView | null>(null);
  failure = $state.raw<BackendError | null>(null);
  /** Notices the user has not put away in this window. */
  readonly notices: NoticeView[] = $derived.by(() =>
    (this.view?.notices ?? []).filter((notice) => !this.#putAway.includes(keyOf(notice))),
  );

  #putAway = $state.raw<string[]>([]);

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    try {
      this.view = await this.backend.commands.status();
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  }

  /** Puts a notice away until it arises again. */
  putAway(notice: NoticeView): void {
    this.#putAway = [...this.#putAway, keyOf(notice)];
  }
}

function keyOf(notice: NoticeView): string {
  return `${notice.code} ${notice.at}`;
}

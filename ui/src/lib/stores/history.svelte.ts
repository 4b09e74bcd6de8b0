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

/**
 * What the scheduler is up to, what rests, and what a scan would do now.
 *
 * A failed load keeps the last answer and says why. Deciding and sending belong to the engine.
 */
import {
  BackendError,
  type Backend,
  type CooldownView,
  type SchedulerView,
  type WarmupRound,
} from '../ipc/backend';
import { OneAtATime } from './once';
import { keepSame } from './same';

/** A round under way: how far it is. */
export interface Progress {
  done: number;
  total: number;
}

export class Scheduler {
  view = $state.raw<SchedulerView | null>(null);
  failure = $state.raw<BackendError | null>(null);

  /** What rests; null before the first answer. */
  rests = $state.raw<CooldownView[] | null>(null);
  restsFailure = $state.raw<BackendError | null>(null);
  /** Rests that are being cleared. */
  clearing = $state.raw<string[]>([]);
  /** Why a rest could not be cleared, by its id. */
  notCleared = $state.raw<Record<string, string>>({});

  /** What a scan would do now; null before the first answer. */
  rehearsal = $state.raw<WarmupRound | null>(null);
  rehearsalFailure = $state.raw<BackendError | null>(null);
  rehearsing = $state(false);

  /** How far the round under way is, or null where none is. */
  readonly progress: Progress | null = $derived.by(() => {
    const round = this.view?.round;
    return round && !round.over && !round.dry_run ? { done: round.done, total: round.total } : null;
  });

  /** Whether it warms up by itself. */
  readonly warms = $derived(this.view?.jobs.some(({ name, on }) => name === 'warmup' && on) ?? false);

  #view = new OneAtATime(async () => {
    try {
      this.view = await this.backend.commands.scheduler();
      this.failure = null;
    } catch (thrown) {
      this.failure = BackendError.from(thrown);
    }
  });
  #rests = new OneAtATime(async () => {
    try {
      this.rests = keepSame(this.rests ?? [], await this.backend.commands.cooldowns());
      this.restsFailure = null;
    } catch (thrown) {
      this.restsFailure = BackendError.from(thrown);
    }
  });
  #rehearsal = new OneAtATime(async () => {
    this.rehearsing = true;
    try {
      this.rehearsal = await this.backend.commands.warmup({ automatic: true, dry_run: true });
      this.rehearsalFailure = null;
    } catch (thrown) {
      this.rehearsalFailure = BackendError.from(thrown);
    } finally {
      this.rehearsing = false;
    }
  });

  constructor(private readonly backend: Backend) {}

  load(): Promise<void> {
    return this.#view.ask();
  }

  loadRests(): Promise<void> {
    return this.#rests.ask();
  }

  /** Asks what a scan would do now. Nothing is sent. */
  rehearse(): Promise<void> {
    return this.#rehearsal.ask();
  }

  /** Ends a rest before its time. Answers whether it worked. */
  async clear(id: string): Promise<boolean> {
    this.clearing = [...this.clearing, id];
    this.notCleared = Object.fromEntries(Object.entries(this.notCleared).filter(([other]) => other !== id));
    try {
      await this.backend.commands.cooldownClear({ id });
      await this.loadRests();
      return true;
    } catch (thrown) {
      this.notCleared = { ...this.notCleared, [id]: BackendError.from(thrown).message };
      return false;
    } finally {
      this.clearing = this.clearing.filter((other) => other !== id);
    }
  }
}

/**
 * Warmups the user asks for, from the press of a button to what came of it.
 *
 * Owns the order: consent first, then the request, then the question about what was held back. What is sent, and
 * what is held back, is the engine's word; drawing the questions belongs to `Asking`.
 */
import {
  BackendError,
  type Backend,
  type WarmupLine,
  type WarmupPair,
  type WarmupRound,
} from '../ipc/backend';
import { heldBack, tally } from '../scheduler/rounds';
import type { Language } from './language.svelte';
import type { Scheduler } from './scheduler.svelte';
import type { Settings } from './settings.svelte';
import type { Toasts } from './toasts.svelte';

/** What is to be warmed up: a model of a credential, all of a credential, or everything. */
export interface Target {
  credential: string | null;
  model: string | null;
}

export const everything: Target = { credential: null, model: null };

/** A question that has to be answered before anything is sent. */
export type Question =
  | { kind: 'consent'; text: string }
  /** These only go on a confirmation; `sent` of the same round went already. */
  | { kind: 'force'; lines: WarmupLine[]; sent: number };

export function sameTarget(one: Target, other: Target): boolean {
  return one.credential === other.credential && one.model === other.model;
}

export class Warmups {
  question = $state.raw<Question | null>(null);
  /** What this page is warming up; the engine reads the quota first, then sends. */
  running = $state.raw<Target | null>(null);
  /** The user asked for an end of the round under way, which its request may still outlast. */
  readonly cancelling: boolean = $derived.by(
    () => this.scheduler.progress !== null && this.scheduler.view?.round?.id === this.#cancelled,
  );

  /** A round is under way, of this page or of anybody else. */
  readonly busy: boolean = $derived.by(() => this.running !== null || this.scheduler.progress !== null);

  #cancelled = $state<string | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  constructor(
    private readonly backend: Backend,
    private readonly scheduler: Scheduler,
    private readonly settings: Settings,
    private readonly toasts: Toasts,
    private readonly language: Language,
    private readonly showMore: () => void,
  ) {}

  /** Warms up, asks what has to be asked, and says what came of it. */
  async warm(target: Target): Promise<void> {
    if (this.busy || this.question !== null) return;
    try {
      const round = await this.#agreed(target);
      if (round === null) return;
      const held = heldBack(round);
      if (held.length > 0 && (await this.#ask({ kind: 'force', lines: held, sent: round.total }))) {
        await this.#force(target, round, held);
      } else if (held.length === 0 || round.total > 0) {
        // Who was just asked and said no knows what was held back.
        this.#tell(round);
      }
    } catch (thrown) {
      this.toasts.show({ tone: 'error', text: BackendError.from(thrown).message });
    }
  }

  /** Stops the round under way before its next request. */
  async cancel(): Promise<void> {
    this.#cancelled = this.scheduler.view?.round?.id ?? null;
    try {
      await this.backend.commands.warmupCancel();
      await this.scheduler.load();
    } catch (thrown) {
      this.#cancelled = null;
      this.toasts.show({ tone: 'error', text: BackendError.from(thrown).message });
    }
  }

  /** Switches the automatic warmup on, once the user has agreed to what it sends. */
  async switchOn(): Promise<void> {
    await this.scheduler.load();
    const { view, failure } = this.scheduler;
    if (view === null || failure !== null) {
      // Without the text there is nothing to agree to.
      this.toasts.show({ tone: 'error', text: failure?.message ?? this.language.texts.banner.failed });
      return;
    }
    const agreed =
      view.warmup_consent_at !== null ||
      (await this.#ask({ kind: 'consent', text: view.warmup_consent_text }));
    if (!agreed) return;
    await this.settings.set('smart_warmup_enabled', 'true');
    await this.scheduler.load();
  }

  /** The user's answer to the question. */
  answer(yes: boolean): void {
    this.question = null;
    this.#answer?.(yes);
    this.#answer = null;
  }

  #ask(question: Question): Promise<boolean> {
    this.question = question;
    return new Promise((done) => (this.#answer = done));
  }

  /** Sends; where nobody has agreed yet, asks and sends then. Null where the user does not agree. */
  async #agreed(target: Target): Promise<WarmupRound | null> {
    try {
      return await this.#send(target, { force: false, agreed: false });
    } catch (thrown) {
      const error = BackendError.from(thrown);
      if (error.code !== 'needs_consent') throw error;
      if (!(await this.#ask({ kind: 'consent', text: error.message }))) return null;
      return this.#send(target, { force: false, agreed: true });
    }
  }

  /**
   * Sends what was held back.
   *
   * Where a part of the round went already, only the held lines go, in one round: the whole target with `force` would
   * send that part a second time.
   */
  async #force(target: Target, round: WarmupRound, held: WarmupLine[]): Promise<void> {
    if (round.total === 0) {
      this.#tell(await this.#send(target, { force: true, agreed: false }));
      return;
    }
    const pairs = held.map(({ credential, model }) => ({ credential, model }));
    const forced = await this.#send(target, { force: true, agreed: false, pairs });
    const same = (one: WarmupLine) => (other: WarmupLine) =>
      other.credential === one.credential && other.model === one.model;
    const lines = round.lines.map((line) => forced.lines.find(same(line)) ?? line);
    this.#tell({ ...round, lines });
  }

  /** Sends to the target, or to these pairs alone. */
  async #send(
    target: Target,
    { force, agreed, pairs = [] }: { force: boolean; agreed: boolean; pairs?: WarmupPair[] },
  ): Promise<WarmupRound> {
    this.running = target;
    try {
      return await this.backend.commands.warmup({
        credential: pairs.length > 0 ? null : target.credential,
        model: pairs.length > 0 ? null : target.model,
        pairs,
        all: target.credential === null && pairs.length === 0,
        dry_run: false,
        force,
        automatic: false,
        agreed,
      });
    } finally {
      this.running = null;
      await this.scheduler.load();
    }
  }

  #tell(round: WarmupRound): void {
    const words = this.language.texts.warmup;
    const { sent, refused, unknown, stopped, held } = tally(round);
    const [only] = round.lines;
    const tone = sent === 0 && refused + unknown > 0 ? 'error' : 'info';
    if (only && round.lines.length === 1) {
      const text =
        only.outcome === null
          ? only.sentence
          : words.one(only.outcome, only.model, only.name, only.detail ?? '');
      this.toasts.show({ tone, text }, 9_000);
      return;
    }
    const action = { label: words.details, run: this.showMore };
    if (round.lines.length === 0) {
      this.toasts.show({ tone: 'info', text: round.unmatched[0] ?? words.nothing });
    } else if (sent + refused + unknown + stopped === 0) {
      this.toasts.show({ tone, text: words.allHeld(held), action }, 9_000);
    } else {
      this.toasts.show({ tone, text: words.summary({ sent, refused, unknown, stopped }), action }, 9_000);
    }
  }
}

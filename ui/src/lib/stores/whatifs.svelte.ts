/** What was recorded, played again part by part, so that each shows when it is there and the rest can be left. */
import { BackendError, type Backend, type WhatIfPart, type WhatIfPolicy } from '../ipc/backend';

/** In the order they are played and shown. */
export const parts: readonly WhatIfPart[] = ['none', 'fixed', 'planner', 'bound', 'variants'];

export type WhatIfStage =
  { kind: 'playing' } | { kind: 'stopped' } | { kind: 'done' } | { kind: 'failed'; message: string };

export class WhatIfs {
  stage = $state.raw<WhatIfStage>({ kind: 'stopped' });
  /** From when on it was recorded; null before the first part is there. */
  since = $state<string | null>(null);
  policies = $state.raw<WhatIfPolicy[]>([]);
  variants = $state.raw<WhatIfPolicy[]>([]);
  /** How many parts are there. */
  played = $state(0);
  /** What an earlier run still answers is not taken. */
  #run = 0;

  constructor(private readonly backend: Backend) {}

  /** Plays every part, from the first one on. Where nothing was asked for, the first says so and the rest is left. */
  async play(): Promise<void> {
    const run = ++this.#run;
    this.stage = { kind: 'playing' };
    this.since = null;
    this.policies = [];
    this.variants = [];
    this.played = 0;
    try {
      for (const only of parts) {
        const answer = await this.backend.commands.whatif({ since: null, only });
        if (run !== this.#run) return;
        this.since ??= answer.start;
        this.policies = [...this.policies, ...answer.policies];
        this.variants = [...this.variants, ...(answer.variants ?? [])];
        this.played += 1;
        if (!this.asked) break;
      }
      this.stage = { kind: 'done' };
    } catch (thrown) {
      if (run === this.#run) this.stage = { kind: 'failed', message: BackendError.from(thrown).message };
    }
  }

  /** Leaves what is not played yet. */
  stop(): void {
    this.#run += 1;
    if (this.stage.kind === 'playing') this.stage = { kind: 'stopped' };
  }

  /** Something was asked for in what was recorded. */
  get asked(): boolean {
    return this.policies.some(({ demand }) => (demand ?? 0) > 0);
  }
}

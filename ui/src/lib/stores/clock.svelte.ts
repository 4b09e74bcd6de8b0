/**
 * The one clock of the page.
 *
 * Countdowns are computed from their instant and these two readings. Two, because a text that changes once a
 * minute should not be looked at every second: `second` is read only where seconds are shown.
 */
export class Clock {
  /** Now, moved every second. */
  second = $state(0);
  /** Now, moved every ten seconds. */
  coarse = $state(0);

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly read: () => number = () => Date.now()) {
    this.tick();
  }

  /** Looks at the time again. */
  tick(): void {
    const now = this.read();
    this.second = now;
    if (Math.abs(now - this.coarse) >= 10_000) this.coarse = now;
  }

  /** Ticks on whole seconds while the page is seen; a hidden page needs no clock. */
  start(page: Document): () => void {
    const run = () => {
      clearTimeout(this.#timer);
      if (page.hidden) return;
      this.tick();
      this.#timer = setTimeout(run, 1000 - (this.read() % 1000));
    };
    const seen = () => {
      this.coarse = this.read();
      run();
    };
    page.addEventListener('visibilitychange', seen);
    run();
    return () => {
      page.removeEventListener('visibilitychange', seen);
      clearTimeout(this.#timer);
    };
  }

  /** The reading that is exact enough for a countdown to `at`. */
  towards(at: string): number {
    return Math.abs(Date.parse(at) - this.coarse) < 3_620_000 ? this.second : this.coarse;
  }

  /** The reading that is exact enough for the age of `at`. */
  since(at: string): number {
    return this.coarse - Date.parse(at) < 75_000 ? this.second : this.coarse;
  }
}

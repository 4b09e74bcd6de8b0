/** Calls that come too often end in one, at the latest `pause` milliseconds after the first of them. */
export class Throttle {
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly pause: number) {}

  /** Runs `call` after the pause; calls until then are this one. */
  ask(call: () => void): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      call();
    }, this.pause);
  }

  stop(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
  }
}

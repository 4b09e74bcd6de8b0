/**
 * A question that is asked again and again, never twice at once.
 *
 * Calls that come while an answer is on its way end in one more question, not in many; each of them is answered by
 * a question that was asked after it.
 */
export class OneAtATime {
  #running: Promise<void> | null = null;
  #again = false;

  constructor(private readonly question: () => Promise<void>) {}

  ask(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#untilQuiet().finally(() => (this.#running = null));
    return this.#running;
  }

  async #untilQuiet(): Promise<void> {
    do {
      this.#again = false;
      await this.question();
    } while (this.#again);
  }
}

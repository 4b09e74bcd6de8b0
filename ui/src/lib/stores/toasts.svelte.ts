/** Short messages at the edge of the window, some with a way back. */
export interface Toast {
  id: number;
  tone: 'info' | 'error';
  text: string;
  /** What undoes it, as long as that is possible. */
  action?: { label: string; run: () => void };
}

export class Toasts {
  shown = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Shows a message for `lasts` milliseconds; an error stays longer, since it has to be read. */
  show(toast: Omit<Toast, 'id'>, lasts = toast.tone === 'error' ? 12_000 : 5_000): void {
    const id = this.#next++;
    this.shown = [...this.shown, { ...toast, id }];
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), lasts),
    );
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Keeps a message while somebody looks at it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  /** Lets a held message go after a moment. */
  release(id: number): void {
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), 3_000),
    );
  }
}

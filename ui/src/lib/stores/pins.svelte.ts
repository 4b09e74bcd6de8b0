/**
 * The credentials the user pinned: they stand first, and the tray shows the tightest of them.
 *
 * One meaning in one place: the engine's setting, so that every window, the tray and the command line agree.
 */
import type { Settings } from './settings.svelte';
import type { Status } from './status.svelte';

const key = 'tray_pinned';

export class Pins {
  /** What was just asked for, until the engine says what is so. */
  #asked = $state.raw<readonly string[] | null>(null);

  constructor(
    private readonly settings: Settings,
    private readonly status: Status,
  ) {}

  /** Their ids. */
  get ids(): readonly string[] {
    return this.#asked ?? this.status.view?.tray_pinned ?? [];
  }

  /** Pins a credential, or lets it go. */
  async toggle(id: string): Promise<void> {
    const others = this.ids.filter((one) => one !== id);
    const next = others.length < this.ids.length ? others : [...others, id];
    this.#asked = next;
    await this.settings.set(key, next.join(','));
    await this.status.load();
    this.#asked = null;
  }
}

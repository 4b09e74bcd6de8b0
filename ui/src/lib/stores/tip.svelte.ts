/** The one tip of the page: what is pointed at, and where it stands. Drawing it belongs to `TipLayer`. */
import type { Attachment } from 'svelte/attachments';

export interface ShownTip {
  text: string;
  /** Of the element that is pointed at, in the window's coordinates. */
  anchor: DOMRect;
}

export class Tip {
  shown = $state.raw<ShownTip | null>(null);
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #owner: HTMLElement | null = null;

  /** Shows `text` while the element is pointed at or has the keyboard's focus. */
  on(text: () => string | null): Attachment<HTMLElement> {
    return (element) => {
      const show = () => {
        const words = text();
        if (!words) return;
        this.#owner = element;
        this.shown = { text: words, anchor: element.getBoundingClientRect() };
      };
      const soon = () => {
        clearTimeout(this.#waiting);
        this.#waiting = setTimeout(show, 350);
      };
      const focused = () => {
        if (element.matches(':focus-visible')) show();
      };
      // An element that goes takes the focus and the pointer with it, while the page is being drawn and nothing may
      // change; its tip goes right after.
      const hide = () => queueMicrotask(() => this.hide());
      const listeners: [string, () => void][] = [
        ['pointerenter', soon],
        ['pointerleave', hide],
        ['pointerdown', hide],
        ['focus', focused],
        ['blur', hide],
      ];
      for (const [name, run] of listeners) element.addEventListener(name, run);
      return () => {
        if (this.#owner === element) hide();
        for (const [name, run] of listeners) element.removeEventListener(name, run);
      };
    };
  }

  hide(): void {
    clearTimeout(this.#waiting);
    this.#owner = null;
    this.shown = null;
  }
}

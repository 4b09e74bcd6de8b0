import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';

afterEach(cleanup);
// How one test looked at the overview is not how the next one does.
afterEach(() => window.localStorage.clear());
// What is waited for comes, if late on a loaded machine. Looking up every ancestor's style for each role makes a page of 44 settings slow; nothing here hides by style.
configure({ defaultHidden: true, asyncUtilTimeout: 10_000 });

// jsdom draws nothing.
window.requestIdleCallback ??= () => 0;
// jsdom lays nothing out and moves nothing.
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.animate ??= () =>
  ({ cancel: () => undefined, finished: Promise.resolve() }) as unknown as Animation;
window.matchMedia ??= vi.fn(
  (query: string) => ({ matches: query.includes('reduce'), media: query }) as MediaQueryList,
);
window.ResizeObserver ??= class {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
};
// Nor does it know modal dialogs; it closes none by itself, so a test sends the `cancel` of the Escape key.
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};

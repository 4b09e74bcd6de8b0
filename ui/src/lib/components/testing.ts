/** For tests: a component, or the whole frame, over a fake backend. */
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { vi } from 'vitest';
import Frame from '../../App.svelte';
import { pages } from '../../pages/pages';
import { FakeBackend } from '../ipc/fake';
import { App } from '../stores/app.svelte';
import TestFrame from './TestFrame.svelte';

export interface Shown {
  backend: FakeBackend;
  app: App;
}

/** The frame with the page of `hash`. */
export async function showPage(hash: string, backend = new FakeBackend()): Promise<Shown> {
  history.replaceState(null, '', `/${hash}`);
  const app = new App(backend, window, backend.now);
  // Its code comes on demand; compiling it is nothing that a test measures.
  await pages.find(({ name }) => name === app.router.page)?.load();
  render(Frame, { app });
  await settled(app);
  await vi.waitFor(() => {
    if (!document.querySelector('h1')) throw new Error('the page is not there yet');
  });
  return { backend, app };
}

/** Loads the code of every page, for a test that goes from one to another. */
export async function loadPages(): Promise<void> {
  await Promise.all(pages.map(({ load }) => load()));
}

/** One component by itself. */
export async function show<Props extends object>(
  view: Component<Props>,
  props: Props,
  backend = new FakeBackend(),
): Promise<Shown> {
  history.replaceState(null, '', '/#/');
  const app = new App(backend, window, backend.now);
  // The frame for tests takes any component; its own type parameter does not survive `render`.
  render(TestFrame as unknown as Component<{ app: App; view: unknown; props: object }>, { app, view, props });
  await settled(app);
  return { backend, app };
}

async function settled(app: App): Promise<void> {
  await vi.waitFor(() => {
    if (!app.status.view && !app.status.failure) throw new Error('still asking');
    if (!app.quotas.document && !app.quotas.failure) throw new Error('still asking');
  });
}

/** The text as it reads, without the narrow spaces that keep figures together. */
export function plain(text: string | null): string {
  return (text ?? '').replaceAll('\u202f', ' ').replaceAll(/\s+/g, ' ').trim();
}

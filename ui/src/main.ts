/** Picks the backend, builds the stores, shows the page. */
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import AppFrame from './App.svelte';
import type { Backend } from './lib/ipc/backend';
import { HttpBackend } from './lib/ipc/http';
import { App } from './lib/stores/app.svelte';

// Set by Tauri in its own windows before the page loads.
const inTauri = '__TAURI_INTERNALS__' in window;

const backend: Backend = inTauri
  ? new (await import('./lib/ipc/tauri')).TauriBackend()
  : await HttpBackend.open();

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id app');

mount(AppFrame, { target, props: { app: new App(backend, window) } });

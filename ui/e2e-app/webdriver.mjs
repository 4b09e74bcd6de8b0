// The app under WebKitWebDriver: the driver starts it and speaks to its page.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { until } from './wait.mjs';

/** The app itself. */
export const APP = resolve(process.env.HEADROOM_DESKTOP_BIN ?? 'target/debug/headroom-desktop');
if (!existsSync(APP)) throw new Error(`${APP} is missing: cargo build -p headroom-desktop`);

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the app on the desktop with `args` and answers a hand on its page. */
export async function drive({ env, start }, args) {
  const port = await freePort();
  const automated = { ...env, TAURI_AUTOMATION: 'true', TAURI_WEBVIEW_AUTOMATION: 'true' };
  start('WebKitWebDriver', [`--port=${port}`], automated);
  const send = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  await until('the driver', () => send('GET', '/status'));
  const options = { 'webkitgtk:browserOptions': { binary: APP, args } };
  const { sessionId } = await send('POST', '/session', { capabilities: { alwaysMatch: options } });
  const at = `/session/${sessionId}`;
  const evaluate = (script, ...values) =>
    send('POST', `${at}/execute/async`, {
      script: `const done = arguments[arguments.length - 1];
        Promise.resolve((async (...args) => { ${script} })(...Array.from(arguments).slice(0, -1)))
          .then((value) => done({ value }), (error) => done({ error: error.message ?? String(error) }));`,
      args: values,
    });
  return {
    /** Everything on the page, scrolled to or not, without spaces: figures are set with narrow ones. */
    text: async () => {
      const { value } = await evaluate('return document.body.textContent');
      return value.replaceAll(/\s/gu, '');
    },
    /** A command over the page's own IPC: `{ value }` or `{ error }`. */
    invoke: (command, args = {}) =>
      evaluate('return await window.__TAURI_INTERNALS__.invoke(args[0], args[1])', command, args),
    evaluate,
    /** Turns to the newest window, e.g. after the first was closed and made anew. */
    newest: () =>
      until('a window to turn to', async () => {
        const handle = (await send('GET', `${at}/window/handles`)).at(-1);
        if (handle === undefined) return false;
        await send('POST', `${at}/window`, { handle });
        return (await send('GET', `${at}/url`)).startsWith('tauri://');
      }),
    windows: async () => (await send('GET', `${at}/window/handles`)).length,
  };
}

/**
 * Pages of other sites, in a real browser, against both listeners: from another port of this machine, and by DNS rebinding.
 *
 * They know the addresses, and even the client key: nothing they try reaches the service or reads a setting.
 */
import { chromium, type Browser, type Page } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentialFile, expect, test, type Engine } from './fixtures';

const proxy = '127.0.0.1:18946';
const model = 'gemini-3.6-flash-high';

/** What an attacking page is given. */
interface Aim {
  /** Where the proxy and the control API answer, by whatever name. */
  proxy: string;
  control: string;
  key: string;
  model: string;
}

/** One page: what it runs, and how it may tell what it got. */
type Attack = (aim: Aim) => Promise<string[]>;

/** Each runs in the attacking page and answers what it could read. */
const attacks: Record<string, Attack> = {
  'a form of plain text': async ({ proxy, key, model }) => {
    const form = document.createElement('form');
    const frame = document.createElement('iframe');
    frame.name = 'hidden';
    document.body.append(frame, form);
    Object.assign(form, { method: 'POST', enctype: 'text/plain', target: 'hidden' });
    form.action = `${proxy}/v1beta/models/${model}:generateContent?key=${key}`;
    const field = document.createElement('input');
    field.name = '{"contents":[{"parts":[{"text":"hi"}]}],"x":"';
    field.value = '"}';
    form.append(field);
    form.submit();
    await new Promise((done) => setTimeout(done, 300));
    return [];
  },
  'fetch with the key': async ({ proxy, control, key, model }) => {
    const read: string[] = [];
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    for (const url of [`${proxy}/v1/chat/completions`, `${control}/api/v1/settings_list`]) {
      await fetch(url, { method: 'POST', headers, body })
        .then(async (answer) => {
          if (answer.ok) read.push(await answer.text());
        })
        .catch(() => undefined);
    }
    return read;
  },
  'fetch without CORS': async ({ proxy, control, key, model }) => {
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
    const url = `${proxy}/v1beta/models/${model}:generateContent?key=${key}`;
    await fetch(url, { method: 'POST', mode: 'no-cors', body }).catch(() => undefined);
    await fetch(`${control}/api/v1/settings_list`, { method: 'POST', mode: 'no-cors', body: '{}' }).catch(
      () => undefined,
    );
    return [];
  },
  'a beacon': async ({ proxy, control, key, model }) => {
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
    navigator.sendBeacon(`${proxy}/v1beta/models/${model}:generateContent?key=${key}`, body);
    navigator.sendBeacon(`${control}/api/v1/credential_remove`, '{"id":"x"}');
    await new Promise((done) => setTimeout(done, 300));
    return [];
  },
  'an image': async ({ proxy, control, key, model }) => {
    for (const url of [
      `${proxy}/v1/models?key=${key}`,
      `${proxy}/v1beta/models/${model}:generateContent?key=${key}`,
      `${control}/api/v1/settings_list`,
    ]) {
      await new Promise<void>((done) => {
        const image = new Image();
        image.onload = image.onerror = () => done();
        image.src = url;
      });
    }
    return [];
  },
  'a script': async ({ proxy, control, key }) => {
    for (const url of [`${proxy}/v1beta/models?key=${key}`, `${control}/assets/index.js`]) {
      await new Promise<void>((done) => {
        const script = document.createElement('script');
        script.onload = script.onerror = () => done();
        script.src = url;
        document.body.append(script);
      });
    }
    return [];
  },
  'a frame': async ({ proxy, control, key }) => {
    const read: string[] = [];
    for (const url of [`${control}/`, `${proxy}/v1beta/models?key=${key}`]) {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
      await new Promise((done) => setTimeout(done, 300));
      try {
        const text = frame.contentDocument?.body.textContent ?? '';
        // The refusal itself may be read by a page of the same name; it says nothing of ours.
        if (text !== '' && !text.includes('"code":403')) read.push(text);
      } catch {
        // Another origin: nothing to read.
      }
    }
    return read;
  },
  'an event source': async ({ proxy, control, key, model }) => {
    const read: string[] = [];
    for (const url of [
      `${control}/api/v1/events`,
      `${proxy}/v1beta/models/${model}:streamGenerateContent?alt=sse&key=${key}`,
    ]) {
      const source = new EventSource(url);
      source.onmessage = (event: MessageEvent<string>) => read.push(event.data);
      await new Promise((done) => setTimeout(done, 300));
      source.close();
    }
    return read;
  },
  'a web socket': async ({ proxy, control, key }) => {
    const read: string[] = [];
    for (const url of [`${proxy}/v1/responses?key=${key}`, `${control}/api/v1/events`]) {
      const socket = new WebSocket(url.replace('http', 'ws'));
      socket.onopen = () => read.push('open');
      await new Promise((done) => setTimeout(done, 300));
      socket.close();
    }
    return read;
  },
  'a redirect': async ({ proxy, key, model }) => {
    const to = `${proxy}/v1beta/models/${model}:generateContent?key=${key}`;
    const url = `/redirect?to=${encodeURIComponent(to)}`;
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
    await fetch(url, { method: 'POST', mode: 'no-cors', body }).catch(() => undefined);
    await fetch(url, { method: 'POST', body }).catch(() => undefined);
    return [];
  },
  'a sandbox without an origin': async ({ proxy, control, key, model }) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts allow-forms');
    const body = '{"contents":[{"parts":[{"text":"hi"}]}]}';
    frame.srcdoc = `<script>
      fetch('${proxy}/v1beta/models/${model}:generateContent?key=${key}', {method:'POST', mode:'no-cors', body:'${body}'});
      fetch('${control}/api/v1/settings_list', {method:'POST', mode:'no-cors', body:'{}'});
    </script>`;
    document.body.append(frame);
    await new Promise((done) => setTimeout(done, 400));
    return [];
  },
  'a service worker': async ({ proxy, control, key, model }) => {
    if (!('serviceWorker' in navigator)) return [];
    const query = new URLSearchParams({ proxy, control, key, model });
    await navigator.serviceWorker.register(`/worker.js?${query.toString()}`).catch(() => undefined);
    await new Promise((done) => setTimeout(done, 500));
    return [];
  },
};

const worker = `
const { proxy, control, key, model } = Object.fromEntries(new URL(self.location).searchParams);
self.addEventListener('install', (event) => event.waitUntil(Promise.allSettled([
  fetch(proxy + '/v1beta/models/' + model + ':generateContent?key=' + key, {method: 'POST', mode: 'no-cors', body: '{}'}),
  fetch(control + '/api/v1/settings_list', {method: 'POST', mode: 'no-cors', body: '{}'}),
])));`;

/** The attacker's own server. */
async function site(): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://attacker');
    const to = url.searchParams.get('to');
    if (url.pathname === '/redirect' && to !== null) {
      response.writeHead(307, { location: to }).end();
    } else if (url.pathname === '/worker.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(worker);
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title><body>');
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium',
    args: [
      '--host-resolver-rules=MAP evil.test 127.0.0.1, MAP app.test 127.0.0.1',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

test.describe('with the proxy on', () => {
  test.use({ beginning: 'empty', variables: { PROXY_LISTEN: proxy, PROXY_ENABLED: 'true' } });
  test.setTimeout(400_000);

  // Holds T1, T3, T4, T7, G5.
  test('pages of other sites reach nothing, from another port or by a rebound name', async ({ engine }) => {
    const key = await keyOfAda(engine);
    const good = await fetch(`http://${proxy}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(good.status, 'the key is a good one').toBe(200);
    const control = new URL(engine.origin).host;
    const asked = await fetch(`http://${proxy}/v1beta/models/${model}:generateContent?key=${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"contents":[{"parts":[{"text":"hi"}]}]}',
    });
    expect(asked.status, 'and what the pages try works without a browser').toBe(200);
    const before = await generations(engine);
    expect(before).toBeGreaterThan(0);

    const { server, port } = await site();
    const browser = await launch();
    try {
      const named = (name: string) => ({
        proxy: `http://${proxy.replace('127.0.0.1', name)}`,
        control: `http://${control.replace('127.0.0.1', name)}`,
      });
      const ways = [
        { from: `http://127.0.0.1:${port}/`, to: named('127.0.0.1'), what: 'another port' },
        { from: `http://evil.test:${port}/`, to: named('127.0.0.1'), what: 'another site' },
        { from: `http://evil.test:${port}/`, to: named('evil.test'), what: 'a rebound name' },
        {
          from: `http://evil.test:${proxy.split(':')[1]}/healthz`,
          to: named('evil.test'),
          what: 'a rebound page',
        },
      ];
      let tried = 0;
      for (const { from, to, what } of ways) {
        const page = await browser.newPage();
        for (const [name, attack] of Object.entries(attacks)) {
          await page.goto(from);
          const read = await page.evaluate(attack, { ...to, key, model });
          expect(read, `${name} from ${what}`).toEqual([]);
          tried += 1;
        }
        await page.close();
      }
      await navigations(browser, named('evil.test'), key);
      expect(await generations(engine)).toBe(before);
      console.log(
        `figure T1, T3, G5: ${Object.keys(attacks).length} attack pages × ${ways.length} ways in Chromium, with the key known: ${tried} tries, 0 upstream calls, 0 settings read`,
      );
    } finally {
      await browser.close();
      server.close();
    }
  });

  // Holds T2.
  test('a page that was let in reads its answers, and no other page does', async ({ engine }) => {
    const key = await keyOfAda(engine);
    const { server, port } = await site();
    await engine.call('settings_set', { key: 'proxy_origins', value: `http://app.test:${port}` });
    const browser = await launch();
    const ask = async ({ proxy, key, model }: Aim): Promise<string[]> => {
      const answer = await fetch(`${proxy}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${key}`,
          'x-stainless-os': 'x',
        },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
      }).catch(() => null);
      if (answer === null) return [];
      return [String(answer.status), answer.headers.get('x-headroom-credential') ?? '', await answer.text()];
    };
    try {
      const aim = { proxy: `http://${proxy}`, control: engine.origin, model };
      const page = await browser.newPage();
      await page.goto(`http://app.test:${port}/`);
      const [status, credential, text] = await page.evaluate(ask, { ...aim, key });
      expect(status).toBe('200');
      expect(credential).not.toBe('');
      expect(text).toContain('chat.completion');
      const [withoutKey] = await page.evaluate(ask, { ...aim, key: 'hr-wrong' });
      expect(withoutKey, 'it still needs a key, and may read that').toBe('401');
      const before = await generations(engine);
      for (const other of [`http://evil.test:${port}/`, `http://127.0.0.1:${port}/`]) {
        await page.goto(other);
        expect(await page.evaluate(ask, { ...aim, key }), other).toEqual([]);
      }
      // The control API lets nobody in.
      await page.goto(`http://app.test:${port}/`);
      const read = await page.evaluate(
        (url) =>
          fetch(url, { method: 'POST', body: '{}' }).then(
            () => true,
            () => false,
          ),
        `${engine.origin}/api/v1/settings_list`,
      );
      expect(read).toBe(false);
      expect(await generations(engine)).toBe(before);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

/** A client key of an engine with a login. */
async function keyOfAda(engine: Engine): Promise<string> {
  const file = credentialFile('ada');
  const files = [{ name: file.name, data: Buffer.from(file.text).toString('base64') }];
  await engine.call('import', { files });
  await engine.call('quota', { freshness: 'refreshed' });
  await engine.read();
  return (await engine.call<{ secret: string }>('key_create', { name: 'stolen' })).secret;
}

/** A rebound name typed into the address bar shows nothing of ours either. */
async function navigations(
  browser: Browser,
  to: { proxy: string; control: string },
  key: string,
): Promise<void> {
  for (const url of [`${to.control}/`, `${to.proxy}/v1beta/models?key=${key}`, `${to.proxy}/healthz`]) {
    const page: Page = await browser.newPage();
    const answer = await page.goto(url);
    expect(answer?.status(), url).toBe(403);
    await page.close();
  }
}

/** Generations the service was asked for so far. */
async function generations(engine: Engine): Promise<number> {
  const calls = await engine.calls();
  return calls.filter(({ method }) => method.includes('generate')).length;
}

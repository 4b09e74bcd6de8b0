// A service, a proxy in front of it and a key for it, all of them real programs that talk over sockets.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure, targetDirectory } from '../../.ci/command.mjs';

const exec = promisify(execFile);

export const GEMINI = 'gemini-3.6-flash-high';
export const CLAUDE = 'claude-sonnet-4-6';
export const GPT = 'gpt-oss-120b-medium';
/** Asked for by the tests of refusals alone: they leave every login paused for it. */
export const PAUSED = 'gemini-2.5-flash';
/** A red dot. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What the service holds unless a test says otherwise. */
const accounts = ['ada', 'bob'];

const program = () => {
  const name = process.platform === 'win32' ? 'headroom.exe' : 'headroom';
  const path = join(targetDirectory(), 'debug', name);
  if (!existsSync(path)) throw new Failure(`${path} is missing. Build it: cargo build --package cli`);
  return path;
};

/** A port nobody listens on. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Asks until something answers without throwing. */
async function until(what, test, seconds = 30) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await test();
    } catch (error) {
      if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what}`, { cause: error });
    }
    await pause(25);
  }
}

/** The environment of an engine that knows the simulated service at this address only. */
export const simulatedAt = (upstream) => ({
  HEADROOM_KEY_STORAGE: 'file',
  HEADROOM_UPSTREAM_URLS: upstream,
  HEADROOM_GEMINI_CLI_URLS: upstream,
  HEADROOM_API_KEY_URL: upstream,
  HEADROOM_OAUTH_TOKEN_URL: `${upstream}/token`,
  HEADROOM_OAUTH_USERINFO_URL: `${upstream}/userinfo`,
  HEADROOM_OAUTH_AUTHORIZE_URL: `${upstream}/authorize`,
});

/** The file a user of the simulated service would import. */
export function login(name) {
  const scopes = ['cloud-platform', 'userinfo.email', 'userinfo.profile', 'cclog', 'experimentsandconfigs'];
  return JSON.stringify({
    client_id: 'FAKE_CLIENT_ID',
    client_secret: 'FAKE_CLIENT_SECRET',
    token: `ya29.FAKE_EXPIRED_TOKEN_${name.toUpperCase()}`,
    refresh_token: `1//FAKE_REFRESH_TOKEN_${name.toUpperCase()}_0001`,
    scopes: scopes.map((scope) => `https://www.googleapis.com/auth/${scope}`),
    token_uri: 'https://oauth2.googleapis.com/token',
    project_id: `example-project-${name}`,
    expiry: '2020-01-01T00:00:00+00:00',
  });
}

/**
 * Starts everything for one file of tests; `stop` takes it down again.
 *
 * `settings` are environment variables of the engine. `url` is the proxy's address and `key` opens it.
 */
export async function proxy(settings = {}) {
  const headroom = program();
  const home = mkdtempSync(join(tmpdir(), 'headroom-clients-'));
  const running = [];
  const stop = async () => {
    for (const child of running.reverse()) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await child.ended;
      clearTimeout(late);
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const file = (name, content) => {
    const path = join(home, name);
    writeFileSync(path, content);
    return path;
  };
  const start = (args, env) => {
    const child = spawn(headroom, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    child.said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (child.said += text));
    }
    child.ended = new Promise((resolve) => child.on('close', resolve));
    child.on('error', (error) => (child.said += error.message));
    running.push(child);
    return child;
  };
  try {
    const bare = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, HOME: home, TZ: 'UTC' };
    const scenario = accounts.map((name) => `[[accounts]]\nname = "${name}"\n`).join('');
    const service = start(['simulate', '--scenario', file('scenario.toml', scenario)], bare);
    const upstream = await until('the simulated service', () => {
      const line = /^(http:\S+)\n/.exec(service.said);
      if (line === null) throw new Error(service.said);
      return line[1];
    });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...bare,
      HEADROOM_DATA_DIR: join(home, 'data'),
      ...simulatedAt(upstream),
      PROXY_ENABLED: 'true',
      PROXY_LISTEN: `127.0.0.1:${port}`,
      ...settings,
    };
    const command = async (...args) =>
      (await exec(headroom, args, { env, cwd: home, timeout: 60_000 })).stdout.trim();
    for (const name of accounts) await command('import', file(`ag_${name}.json`, login(name)));
    const key = await command('keys', 'create', 'tests');
    const engine = start(['serve'], env);
    await until(`the proxy`, async () => {
      const health = await fetch(`${url}/healthz`).catch((error) => {
        throw new Error(engine.said, { cause: error });
      });
      if (!health.ok) throw new Error(`${health.status}`);
      const list = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      const { data } = await list.json();
      if (!data.some((model) => model.id === GEMINI)) throw new Error('the models are not read yet');
    });
    const lever = async (method, name, body) => {
      const answer = await fetch(`${upstream}/_simulator/${name}`, { method, body: JSON.stringify(body) });
      const json = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${json.error}`);
      return json;
    };
    return {
      url,
      key,
      home,
      command,
      lever,
      stop,
      /** Whether the last request for an answer that the service got holds a text. */
      wasSent: async (text) => {
        const calls = await lever('GET', 'calls');
        const last = calls.filter(({ method }) => ['generate', 'stream_generate'].includes(method)).at(-1);
        return last.body.includes(text);
      },
      /** Makes the service refuse the model `PAUSED` for everybody, for 42 seconds. */
      pauseModel: () =>
        lever('POST', 'fault', {
          model: PAUSED,
          times: null,
          what: { error: { name: '429.rate_limit.42s' } },
        }),
      /** An empty folder for a program. */
      folder: (name) => {
        const path = join(home, name);
        mkdirSync(path, { recursive: true });
        return path;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

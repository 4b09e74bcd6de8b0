/**
 * The real engine for a test: the `headroom` program on the simulated service, and a page that is signed in to it.
 *
 * Every test also fails when the page breaks its content security policy, logs an error, or asks anybody but its
 * engine.
 */
import { test as base, expect, type Page } from '@playwright/test';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { midday } from './midday.mjs';

const program = process.env['HEADROOM_BIN'] ?? resolve(import.meta.dirname, '../../target/debug/headroom');

/** What the engine starts with: invented people, nothing, or invented people until the first import. */
export type Beginning = 'demo' | 'empty' | 'demo-if-empty';

interface Control {
  address: string;
  token: string;
  simulator?: string;
}

/** Nothing of the machine's own settings reaches the program under test. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, TZ: midday, ...more };
}

/** Waits for a program to be ready; one that is not in time is ended, so that a failed start leaves nothing running. */
async function ready<Value>(
  child: ChildProcess,
  what: string,
  attempt: () => Promise<Value | null>,
): Promise<Value> {
  try {
    return await until(what, attempt);
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
}

async function until<Value>(what: string, attempt: () => Promise<Value | null>): Promise<Value> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await attempt().catch(() => null);
    if (value !== null) return value;
    if (Date.now() > end) throw new Error(`waited 30 s in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** `headroom simulate`: the simulated service in a process of its own. */
class Service {
  private constructor(
    private readonly process: ChildProcess,
    readonly address: string,
  ) {}

  /** Starts it with its own people, or with those of the scenario in a file. */
  static async start(scenario: string | null): Promise<Service> {
    const flags = scenario === null ? [] : ['--scenario', scenario];
    const child = spawn(program, ['simulate', ...flags], {
      env: environment({}),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const address = await ready(child, 'the simulated service', () =>
      Promise.resolve(/^http:\/\/\S+$/m.exec(said)?.[0] ?? null),
    );
    return new Service(child, address);
  }

  /** What makes an engine use it in place of the real service. */
  get variables(): Record<string, string> {
    return {
      HEADROOM_UPSTREAM_URLS: this.address,
      HEADROOM_GEMINI_CLI_URLS: this.address,
      HEADROOM_API_KEY_URL: this.address,
      HEADROOM_OAUTH_TOKEN_URL: `${this.address}/token`,
      HEADROOM_OAUTH_USERINFO_URL: `${this.address}/userinfo`,
      HEADROOM_OAUTH_AUTHORIZE_URL: `${this.address}/authorize`,
    };
  }

  stop(): void {
    this.process.kill();
  }
}

export class Engine {
  /** The test takes the engine away; what the browser then says of it is no fault of the page. */
  gone = false;

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly service: Service | null,
    private readonly control: Control,
  ) {}

  static async start(
    beginning: Beginning,
    variables: Record<string, string>,
    scenario: object | null,
  ): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
    const file = scenario === null ? null : join(folder, 'scenario.json');
    if (file !== null) await writeFile(file, JSON.stringify(scenario));
    const service = beginning === 'demo' ? null : await Service.start(file);
    const flags = beginning === 'empty' ? [] : [`--${beginning}`];
    const child = spawn(program, ['serve', '--control', '127.0.0.1:0', ...flags], {
      env: environment({
        HEADROOM_DATA_DIR: folder,
        HEADROOM_KEY_STORAGE: 'file',
        ...service?.variables,
        ...variables,
      }),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    try {
      const control = await ready(child, 'control.json', async () => {
        const read = JSON.parse(await readFile(join(folder, 'control.json'), 'utf8')) as Control;
        const alive = await fetch(`http://${read.address}/`);
        return alive.ok ? read : null;
      });
      return new Engine(child, folder, service, control);
    } catch (thrown) {
      service?.stop();
      throw thrown;
    }
  }

  get origin(): string {
    return `http://${this.control.address}`;
  }

  /** A link that signs a page in, once. */
  async link(): Promise<string> {
    const { stdout } = await promisify(execFile)(program, ['ui', '--print'], {
      env: environment({ HEADROOM_DATA_DIR: this.folder }),
    });
    return stdout.trim();
  }

  /** A command of the control API, as another program would call it. */
  async call<Answer>(name: string, args: object = {}): Promise<Answer> {
    const answer = await fetch(`${this.origin}/api/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.control.token}` },
      body: JSON.stringify(args),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** A lever of the simulated service. */
  async pull(lever: string, body: object): Promise<void> {
    const simulator = this.control.simulator ?? this.service?.address ?? '';
    const base = simulator.startsWith('http') ? simulator : `http://${simulator}`;
    const answer = await fetch(`${base}/_simulator/${lever}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${lever}: ${answer.status} ${await answer.text()}`);
  }

  /** What the simulated service was asked so far. */
  async calls(): Promise<{ method: string }[]> {
    const answer = await fetch(`${this.service?.address ?? ''}/_simulator/calls`);
    return (await answer.json()) as { method: string }[];
  }

  /** Waits until every credential was read, or cannot be. */
  async read(): Promise<void> {
    await until('every credential to be read', async () => {
      const { credentials } = await this.call<{
        credentials: {
          state: string;
          provider: string;
          reading: boolean;
          last_quota_refresh: string | null;
        }[];
      }>('quota');
      const waiting = credentials.filter(
        ({ state, provider, reading, last_quota_refresh }) =>
          reading || (state === 'active' && provider !== 'api-key' && last_quota_refresh === null),
      );
      return waiting.length === 0 ? true : null;
    });
  }

  /** Ends the program, as a quit does. */
  async quit(): Promise<void> {
    this.gone = true;
    if (this.process.exitCode === null) {
      const ended = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGTERM');
      await ended;
    }
  }

  /** Ends the program without ceremony and takes its traces away. */
  async clean(): Promise<void> {
    this.gone = true;
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGKILL');
      await ended;
    }
    this.service?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface Fixtures {
  beginning: Beginning;
  variables: Record<string, string>;
  /** Whom the simulated service knows, where they are not its own people. */
  scenario: object | null;
  engine: Engine;
  /** The page, signed in; what it may not do is watched. */
  ui: Page;
}

export const test = base.extend<Fixtures>({
  beginning: ['demo', { option: true }],
  variables: [{}, { option: true }],
  scenario: [null, { option: true }],
  engine: async ({ beginning, variables, scenario }, use) => {
    const engine = await Engine.start(beginning, variables, scenario);
    await use(engine);
    await engine.clean();
  },
  ui: async ({ page, engine }, use) => {
    const faults = watch(page, engine);
    await page.goto(await engine.link());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** What a page did that it must not do. */
export function watch(page: Page, engine: Engine): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A refused value answers with a status of its own, which Chromium logs; so does an engine that was taken away.
    const expected = engine.gone || message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !expected) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'blob:' || url.protocol === 'data:') return;
    if (url.origin !== engine.origin) faults.push(`request: ${url.href}`);
  });
  return faults;
}

/** A credential file as gcli2api writes it, for somebody of the simulated service. */
export function credentialFile(name: string): { name: string; text: string } {
  return {
    name: `ag_${name}.json`,
    text: JSON.stringify({
      client_id: 'FAKE_CLIENT_ID',
      client_secret: 'FAKE_CLIENT_SECRET',
      token: `ya29.FAKE_EXPIRED_TOKEN_${name.toUpperCase()}`,
      refresh_token: `1//FAKE_REFRESH_TOKEN_${name.toUpperCase()}_0001`,
      scopes: [
        'https://www.googleapis.com/auth/cloud-platform',
        'https://www.googleapis.com/auth/userinfo.email',
        'https://www.googleapis.com/auth/cclog',
      ],
      token_uri: 'https://oauth2.googleapis.com/token',
      project_id: `example-project-${name}`,
      expiry: '2020-01-01T00:00:00+00:00',
    }),
  };
}

/** Lets files go over the page, as from a file manager. */
export async function drop(page: Page, files: { name: string; text: string }[]): Promise<void> {
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, text } of given) data.items.add(new File([text], name, { type: 'application/json' }));
    return data;
  }, files);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop to import')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

export { expect };

/**
 * A browser that nobody watches, to measure a page in.
 *
 * Playwright listens to the network of its pages, and Chromium then keeps up to 200 MB of their answers in the page's
 * own process. Here only what is asked for is switched on.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What a command of the Chrome DevTools Protocol answers. */
interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

interface ProcessInfo {
  id: number;
  type: string;
  cpuTime: number;
}

export class UnwatchedBrowser {
  #asked = 0;
  #waiting = new Map<
    number,
    { done: (result: Record<string, unknown>) => void; failed: (why: Error) => void }
  >();

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    let heard = '';
    (process.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (heard + text).split('\0');
      heard = messages.pop() ?? '';
      messages.forEach((message) => this.#hear(JSON.parse(message) as Answer));
    });
  }

  static async start(program: string, flags: readonly string[]): Promise<UnwatchedBrowser> {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-browser-'));
    const child = spawn(
      program,
      [
        '--headless=new',
        '--remote-debugging-pipe',
        '--window-size=1280,720',
        `--user-data-dir=${folder}`,
        ...flags,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    return new UnwatchedBrowser(child, folder);
  }

  /** Opens a page of its own. */
  async open(url: string): Promise<UnwatchedPage> {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new UnwatchedPage(this, String(sessionId));
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = (this.#asked += 1);
    (this.process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((done, failed) => this.#waiting.set(id, { done, failed }));
  }

  /** The processes that draw pages. */
  async renderers(): Promise<ProcessInfo[]> {
    const { processInfo } = await this.send('SystemInfo.getProcessInfo');
    return (processInfo as ProcessInfo[]).filter(({ type }) => type === 'renderer');
  }

  async close(): Promise<void> {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  #hear({ id, result, error }: Answer): void {
    const asked = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !asked) return;
    this.#waiting.delete(id);
    if (error) asked.failed(new Error(error.message));
    else asked.done(result ?? {});
  }
}

export class UnwatchedPage {
  constructor(
    private readonly browser: UnwatchedBrowser,
    private readonly session: string,
  ) {}

  /** The value of an expression, a promise's when it is kept. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.browser.send(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true },
      this.session,
    );
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: Value }).value;
  }

  /** Resident memory of the page's process that it shares with nobody, in MB. */
  async memory(): Promise<number> {
    await this.browser.send('HeapProfiler.collectGarbage', {}, this.session);
    const rollup = await readFile(`/proc/${await this.#process()}/smaps_rollup`, 'utf8');
    const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map(([, size]) =>
      Number(size),
    );
    return kilobytes.reduce((total, size) => total + size, 0) / 1024;
  }

  /** The process that draws this page: the one renderer whose time grows while the page is kept busy. */
  async #process(): Promise<number> {
    const before = await this.browser.renderers();
    await this.evaluate('for (const end = performance.now() + 300; performance.now() < end; );');
    const grown = (await this.browser.renderers())
      .map(({ id, cpuTime }) => ({
        id,
        by: cpuTime - (before.find((one) => one.id === id)?.cpuTime ?? 0),
      }))
      .sort((one, other) => other.by - one.by);
    if (!grown[0]) throw new Error('no process draws the page');
    return grown[0].id;
  }
}

/**
 * 200 credentials with 20 models each: how soon the page stands, how smooth it stays while quota is read, what it
 * takes. A measurement (`npm run speed:ui`): it prints its figures and fails beyond the limits.
 */
import { credentialFile, expect, test, type Engine } from './fixtures';
import { UnwatchedBrowser } from './unwatched';

const people = 200;
const limits = { paint: 300, frame: 50, memory: 60 };

test.use({
  beginning: 'empty',
  scenario: {
    options: { requests_per_second: 1000 },
    accounts: Array.from({ length: people }, (_, index) => ({
      name: `p${index}`,
      email: `p${index}@example.com`,
      tier: (['pro', 'free', 'ultra'] as const)[index % 3] ?? 'pro',
      // Every reading brings other numbers, so that a refresh changes every row.
      drift: { gemini: 1, '3p': 1 },
      groups: {
        gemini: {
          '5h': { used: (index % 90) / 100, started: '-2h10m' },
          weekly: { used: (index % 70) / 100, started: '-3d4h' },
        },
        '3p': {
          '5h': { used: ((index * 7) % 95) / 100, started: '-4h5m' },
          weekly: { used: ((index * 3) % 80) / 100, started: '-2d' },
        },
      },
    })),
  },
});

async function bring(engine: Engine): Promise<void> {
  const files = Array.from({ length: people }, (_, index) => {
    const file = credentialFile(`p${index}`);
    return { name: file.name, data: Buffer.from(file.text).toString('base64') };
  });
  await engine.call('import', { files });
}

/** Scrolls the page up and down for so many seconds; the spans between its frames, in milliseconds. */
const scroll = (seconds: number) => `(async () => {
  const main = document.querySelector('main');
  const spans = [];
  let last = performance.now();
  const end = last + ${seconds * 1_000};
  let down = true;
  while (last < end) {
    await new Promise((next) => requestAnimationFrame(next));
    const now = performance.now();
    spans.push(now - last);
    last = now;
    main.scrollTop += down ? 40 : -40;
    if (main.scrollTop <= 0 || main.scrollTop + main.clientHeight >= main.scrollHeight - 1) down = !down;
  }
  return spans;
})()`;

/** What the page takes over an empty one while everything is read anew and it is scrolled, in MB. */
async function memory(engine: Engine, program: string, flags: readonly string[]): Promise<[number, number]> {
  const browser = await UnwatchedBrowser.start(program, flags);
  try {
    const empty = await (await browser.open('about:blank')).memory();
    const page = await browser.open(await engine.link());
    await expect.poll(() => page.evaluate("document.querySelector('[data-row]') !== null")).toBe(true);
    void engine.call('quota', { freshness: 'refreshed' }).catch(() => undefined);
    await page.evaluate(scroll(20));
    return [(await page.memory()) - empty, empty];
  } finally {
    await browser.close();
  }
}

test('200 credentials of 20 models', async ({ engine, ui, launchOptions }) => {
  await bring(engine);
  // 200 readings at two a second.
  void engine.call('quota', { freshness: 'refreshed' }).catch(() => undefined);
  await expect
    .poll(
      async () => {
        const { credentials } = await engine.call<{ credentials: { models: unknown[] }[] }>('quota');
        return credentials.filter(({ models }) => models.length >= 20).length;
      },
      { timeout: 600_000, intervals: [2_000] },
    )
    .toBe(people);

  // From the last byte of the first answer to the frame in which the rows are painted.
  await ui.addInitScript(() => {
    const told = window as unknown as { painted?: number };
    let answered = 0;
    const real = window.fetch;
    window.fetch = async (...args) => {
      const answer = await real(...args);
      if (answered === 0 && String(args[0]).endsWith('/quota')) {
        await answer.clone().arrayBuffer();
        answered = performance.now();
      }
      return answer;
    };
    new MutationObserver((_, watch) => {
      if (told.painted !== undefined || !document.querySelector('[data-row]')) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => (told.painted = performance.now() - answered)));
    }).observe(document, { childList: true, subtree: true });
  });
  const paints: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    await ui.reload();
    await ui.waitForFunction(() => (window as unknown as { painted?: number }).painted !== undefined);
    paints.push(await ui.evaluate(() => (window as unknown as { painted: number }).painted));
  }
  const paint = paints.toSorted((one, other) => one - other)[2] ?? Infinity;
  const rows = await ui.locator('[data-row]').count();
  const nodes = await ui.evaluate(() => document.querySelectorAll('*').length);

  // A refresh of everything streams in; meanwhile the page is scrolled up and down.
  void engine.call('quota', { freshness: 'refreshed' }).catch(() => undefined);
  const frames = await ui.evaluate<number[]>(scroll(20));
  const sorted = frames.toSorted((one, other) => one - other);
  const share = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Infinity;

  console.log(
    [
      `first paint after data: median ${paint.toFixed(0)} ms of ${paints.map((one) => one.toFixed(0)).join(', ')}`,
      `frames while reading and scrolling: p50 ${share(0.5).toFixed(1)} ms, p95 ${share(0.95).toFixed(1)} ms, ` +
        `p99 ${share(0.99).toFixed(1)} ms of ${frames.length}`,
      `${rows} rows of ${people} have elements, ${nodes} elements in all`,
    ].join('\n'),
  );

  await ui.close();
  const [own, empty] = await memory(engine, launchOptions.executablePath ?? '', launchOptions.args ?? []);
  console.log(`memory: ${own.toFixed(1)} MB over an empty page (${empty.toFixed(1)} MB)`);
  expect(paint).toBeLessThanOrEqual(limits.paint);
  expect(share(0.95)).toBeLessThanOrEqual(limits.frame);
  expect(own).toBeLessThanOrEqual(limits.memory);
});

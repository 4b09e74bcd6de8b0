/**
 * Text from outside is text: markup in every field that a page shows runs nothing, asks nobody and leaves no element
 * behind. The program and the page are real; what it answers is the fixture of the component tests, with a payload for
 * every word that the service, a file or another program may have chosen.
 */
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from './fixtures';

const fixtures = resolve(import.meta.dirname, '../src/lib/ipc/fixtures');
const outside = 'https://outside.test/';

/** What each attempt would do: call out of the page, or ask another machine. */
const deeds = [
  'hit()',
  'alert(1)',
  `fetch('${outside}')`,
  `new Image().src='${outside}'`,
  "location='javascript:hit()'",
  'parent.hit()',
  'window["hi"+"t"]()',
  'setTimeout("hit()",0)',
];

/** The ways into a page, each with room for a deed. */
const ways: ((deed: string) => string)[] = [
  (deed) => `<script>${deed}</script>`,
  (deed) => `<ScRiPt/x>${deed}</sCrIpT>`,
  (deed) => `</script><script>${deed}</script>`,
  (deed) => `<img src=x onerror="${deed}">`,
  (deed) => `<img src="${outside}i.png" onload="${deed}">`,
  (deed) => `<svg onload="${deed}">`,
  (deed) => `<svg><script>${deed}</script></svg>`,
  (deed) => `<svg><animate onbegin="${deed}" attributeName=x dur=1s>`,
  (deed) => `<math><mtext><style><img src=x onerror="${deed}"></style></mtext></math>`,
  (deed) => `<iframe srcdoc="<script>${deed}</script>"></iframe>`,
  (deed) => `<iframe src="javascript:${deed}"></iframe>`,
  (deed) => `<a href="javascript:${deed}">open</a>`,
  (deed) => `<a href="&#106;avascript:${deed}">open</a>`,
  (deed) => `[open](javascript:${deed})`,
  (deed) => `![x](${outside}m.png "${deed}")`,
  (deed) => `<details open ontoggle="${deed}">x</details>`,
  (deed) => `<video><source onerror="${deed}"></video>`,
  (deed) => `<input autofocus onfocus="${deed}">`,
  (deed) => `<link rel=stylesheet href="${outside}s.css?${encodeURIComponent(deed)}">`,
  (deed) => `<style>@import '${outside}${encodeURIComponent(deed)}';</style>`,
  (deed) => `<base href="${outside}"><script src="x.js">${deed}</script>`,
  (deed) => `<meta http-equiv=refresh content="0;url=javascript:${deed}">`,
  (deed) => `" onmouseover="${deed}" x="`,
  (deed) => `{@html '<img src=x onerror=${deed}>'}{${deed}}`,
  (deed) => `\${${deed}}{{constructor.constructor('${deed}')()}}\u202e`,
];

const payloads = ways.flatMap((way) => deeds.map(way));

type Json = Record<string, unknown>;

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(resolve(fixtures, `${name}.json`), 'utf8')) as unknown;
}

/** One entry a payload, made from the fixture's own; `change` says which of its words it takes. */
function each(list: unknown, change: (entry: Json, payload: string, at: number) => Json): Json[] {
  const known = list as Json[];
  return payloads.map((payload, at) => change(structuredClone(known[at % known.length] ?? {}), payload, at));
}

/** Every answer of the engine that carries words of others. */
async function answers(): Promise<Record<string, unknown>> {
  const quota = (await read('quota')) as Json;
  const history = (await read('history')) as Json;
  const scheduler = (await read('scheduler')) as Json;
  const named = (payload: string): Json => ({ name: payload, credential: 'c-0', subject: payload });
  return {
    quota: {
      ...quota,
      sentence: payloads[0],
      credentials: each(quota['credentials'], (entry, payload, at) => ({
        ...entry,
        id: `c-${at}`,
        name: payload,
        email: payload,
        project: payload,
        tier: payload,
        state_reason: entry['state_reason'] === null ? null : payload,
        link: entry['link'] === null ? null : `javascript:hit(${at})`,
        failure: entry['failure'] === null ? null : { ...(entry['failure'] as Json), message: payload },
        headline: entry['headline'] === null ? null : { ...(entry['headline'] as Json), group: payload },
        groups: (entry['groups'] as Json[]).map((group) => ({ ...group, name: payload })),
        models: (entry['models'] as Json[]).map((model) => ({
          ...model,
          display_name: payload,
          cooldown_reason: model['cooldown_reason'] === null ? null : payload,
        })),
      })),
    },
    decisions: each(await read('decisions'), (entry, payload, at) => ({
      ...entry,
      ...named(payload),
      id: String(at),
      sentence: payload,
    })),
    history: {
      ...history,
      warmups: each(history['warmups'], (entry, payload) => ({
        ...entry,
        ...named(payload),
        model: payload,
        detail: payload,
      })),
    },
    cooldowns: each(await read('cooldowns'), (entry, payload, at) => ({
      ...entry,
      ...named(payload),
      id: `c-0/model:${at}`,
      sentence: payload,
      evidence: payload,
    })),
    scheduler: {
      ...scheduler,
      jobs: (scheduler['jobs'] as Json[]).map((job) => ({ ...job, last_outcome: payloads[1] })),
      warmup_consent_text: payloads[2],
    },
    doctor: each(await read('doctor'), (entry, payload) => ({ ...entry, message: payload, advice: payload })),
  };
}

/** What a page must not have become, whatever it shows. */
async function foreign(ui: Page): Promise<string[]> {
  return ui.evaluate(() => {
    const handlers = (element: Element): boolean =>
      element.getAttributeNames().some((name) => name.startsWith('on'));
    const leads = (element: Element): boolean =>
      ['href', 'src', 'srcdoc'].some((name) => /^\s*javascript:/i.test(element.getAttribute(name) ?? ''));
    const kinds = 'script, iframe, object, embed, base, link, style, meta, video, math, marquee';
    const found = [...document.body.querySelectorAll('*')].filter(
      (element) => element.matches(kinds) || handlers(element) || leads(element),
    );
    return found.filter((element) => element.closest('#app') !== null).map((element) => element.outerHTML);
  });
}

// Holds T21.
// What the page asks of anybody but the engine, and what its policy had to stop, the fixture counts.
test('markup from outside is shown as text on every page', async ({ ui }) => {
  test.setTimeout(180_000);
  expect(payloads).toHaveLength(200);
  const done: string[] = [];
  await ui.exposeFunction('hit', () => done.push('a script ran'));
  ui.on('dialog', (dialog) => {
    done.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  for (const [command, json] of Object.entries(await answers())) {
    await ui.route(`**/api/v1/${command}`, (route) => route.fulfill({ json }));
  }
  await ui.reload();

  const last = payloads.at(-1) ?? '';
  for (const [hash, shows] of [
    ['#/', last],
    ['#/credential?c-0', payloads[0]],
    ['#/credential?c-3', payloads[3]],
    ['#/timeline', payloads[0]],
    ['#/history', last],
    ['#/history?warmups', last],
    ['#/scheduler', payloads[1]],
    ['#/health', last],
    ['#/credentials', last],
  ]) {
    await ui.evaluate((to) => (location.hash = to ?? ''), hash);
    await expect(
      ui
        .locator('main')
        .getByText(shows ?? '', { exact: false })
        .first(),
      hash,
    ).toBeAttached();
    expect(await foreign(ui), hash).toEqual([]);
  }
  await ui.evaluate(() => (location.hash = '#/'));
  // Unfolded, a row shows its models.
  await ui.locator('main li.item button').first().click();
  await ui.mouse.move(300, 300);
  expect(await foreign(ui)).toEqual([]);
  expect(done).toEqual([]);
  // The look finds what it looks for.
  await ui.evaluate(() => document.querySelector('#app')?.insertAdjacentHTML('beforeend', '<video></video>'));
  expect(await foreign(ui)).toEqual(['<video></video>']);
  console.log(
    `figure T21: ${payloads.length} payloads in the words of six answers, on 8 pages: 0 scripts, 0 dialogs, 0 outside requests`,
  );
});

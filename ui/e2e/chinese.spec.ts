/** What the engine says of requests and failures is there in Chinese, as the pages are. */
import { join, resolve } from 'node:path';
import { english } from './english';
import { credentialFile, expect, test, type Engine } from './fixtures';

const screens = resolve(import.meta.dirname, '../test-results/screens');
const address = '127.0.0.1:18946';
// An engine that is told to by its environment was agreed with by whoever set that up.
test.describe.configure({ timeout: 120_000 });
test.use({ beginning: 'empty', variables: { PROXY_LISTEN: address, PROXY_ENABLED: 'true' } });

const claude = 'claude-sonnet-4-6';
/** The service's own words, which stay as they are. */
const service = [
  'You have exhausted your capacity on this model. Your quota will reset after',
  'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  // And those of the parser.
  'invalid type: string "Hi", expected a sequence at line',
];

async function ask(key: string, body: object): Promise<Response> {
  const answer = await fetch(`http://${address}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({
      model: claude,
      max_tokens: 20,
      messages: [{ role: 'user', content: 'Hi' }],
      ...body,
    }),
  });
  await answer.arrayBuffer();
  return answer;
}

async function key(engine: Engine, name: string, limits: object = {}): Promise<string> {
  return (await engine.call<{ secret: string }>('key_create', { name, ...limits })).secret;
}

test('requests say in Chinese why they went where they went, or nowhere', async ({ engine, ui }) => {
  const files = ['ada', 'bob'].map((name) => {
    const file = credentialFile(name);
    return { name: file.name, data: Buffer.from(file.text).toString('base64') };
  });
  await engine.call('import', { files });
  await engine.call('quota', { freshness: 'refreshed' });
  await engine.read();
  const free = await key(engine, 'laptop');
  const once = await key(engine, 'once', { daily_cap: 1 });
  const other = await key(engine, 'other', { models: ['gemini'] });

  const answered = await ask(free, {});
  expect(answered.status).toBe(200);
  // Other programs are answered as ever.
  expect(answered.headers.get('x-headroom-decision')).toMatch(/^[ -~]+ left/);
  await engine.pull('fault', { calls: ['generate', 'stream_generate'], what: { error: { name: '500' } } });
  expect((await ask(free, { messages: [{ role: 'user', content: 'Again' }] })).status).toBe(200);
  await engine.pull('fault', {
    calls: ['generate', 'stream_generate'],
    what: { error: { name: '400.prompt_too_long' } },
  });
  expect((await ask(free, { messages: [{ role: 'user', content: 'Much' }] })).status).toBe(400);
  expect((await ask(free, { model: 'gpt-unheard-of' })).status).toBe(404);
  expect((await ask(free, { messages: [] })).status).toBe(400);
  expect((await ask(free, { messages: 'Hi' })).status).toBe(400);
  expect((await ask(other, {})).status).toBe(403);
  expect([(await ask(once, {})).status, (await ask(once, {})).status]).toEqual([200, 429]);
  await engine.pull('fault', {
    calls: ['generate', 'stream_generate'],
    times: null,
    what: { error: { name: '429.quota_exhausted' } },
  });
  expect((await ask(free, {})).status).toBe(429);
  expect((await ask(free, {})).status).toBe(429);

  await engine.call('settings_set', { key: 'language', value: 'zh-CN' });
  await expect(ui.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await ui.evaluate(() => (location.hash = '#/proxy?requests'));
  const list = ui.getByRole('main').getByRole('listitem');
  await expect(list).toHaveCount(11);
  for (const words of [
    /试过 1 个都不行，再试：/,
    /模型 gpt-unheard-of 不存在/,
    /messages：至少要有一条消息/,
    /服务拒绝了请求（请求无效），原话：/,
    /此 API 密钥不能使用模型/,
    /此 API 密钥今天的 1 次请求已用完/,
    /的所有凭据额度都已用尽/,
  ]) {
    await expect(list.filter({ hasText: words }).first()).toBeVisible();
  }
  await expect.poll(() => english(ui, service)).toEqual([]);
  for (const width of [900, 480]) {
    await ui.setViewportSize({ width, height: 900 });
    await ui.screenshot({ path: join(screens, `proxy requests-${width}-light-zh-cn.png`) });
  }
  for (const view of ['', '?keys', '?programs', '?use']) {
    await ui.evaluate((hash) => (location.hash = hash), `#/proxy${view}`);
    await expect(ui.locator('main .card').first()).toBeVisible();
    await expect.poll(() => english(ui, service), { message: `proxy ${view}` }).toEqual([]);
  }
  // And the rests that came of it.
  await ui.evaluate(() => (location.hash = '#/scheduler?rests'));
  await expect(ui.locator('main .card').first()).toBeVisible();
  await expect.poll(() => english(ui, service)).toEqual([]);
});

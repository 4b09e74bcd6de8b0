// Anthropic's library for Node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CLAUDE, GEMINI, GPT, PAUSED, PNG, proxy } from './harness.mjs';
import { libraries } from './packages.mjs';

const skip = (await libraries()).missing ?? false;
const { default: Anthropic } = skip ? {} : await import('@anthropic-ai/sdk');

let server;
let client;
before(async () => {
  if (skip) return;
  server = await proxy();
  client = new Anthropic({ baseURL: server.url, apiKey: server.key, maxRetries: 0 });
});
after(() => server?.stop());

const weather = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
const user = (content) => [{ role: 'user', content }];
const text = (message) =>
  message.content
    .filter((block) => block.type === 'text')
    .map((block) => block.text)
    .join('');
const max_tokens = 4096;

for (const model of [CLAUDE, GEMINI, GPT]) {
  describe(`messages, ${model}`, { skip }, () => {
    test('text', async () => {
      const answer = await client.messages.create({ model, max_tokens, messages: user('Good morning') });
      assert.equal(answer.type, 'message');
      assert.equal(answer.role, 'assistant');
      assert.match(text(answer), /Good morning/);
      assert.equal(answer.stop_reason, 'end_turn');
      assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    });

    test('stream', async () => {
      const stream = client.messages.stream({
        model,
        max_tokens,
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: user([{ type: 'text', text: 'Good evening', cache_control: { type: 'ephemeral' } }]),
      });
      let pieces = 0;
      stream.on('text', () => (pieces += 1));
      const types = [];
      stream.on('streamEvent', (event) => types.push(event.type));
      const whole = await stream.finalMessage();
      assert.ok(pieces > 1, `${pieces} pieces`);
      assert.match(text(whole), /Good evening/);
      assert.equal(whole.stop_reason, 'end_turn');
      assert.ok(whole.usage.output_tokens > 0);
      assert.equal(types[0], 'message_start');
      assert.deepEqual(types.slice(-2), ['message_delta', 'message_stop']);
    });

    for (const thinks of [false, true]) {
      for (const streams of [false, true]) {
        const how = `${thinks ? ', thinking' : ''}${streams ? ', streamed' : ''}`;
        test(`tools over two turns${how}`, async () => {
          const messages = user('What is the weather? sim:parallel');
          const thinking = thinks ? { thinking: { type: 'enabled', budget_tokens: 1024 } } : {};
          const request = { model, max_tokens, messages, tools: [weather], ...thinking };
          const ask = () =>
            streams ? client.messages.stream(request).finalMessage() : client.messages.create(request);
          const first = await ask();
          assert.equal(first.stop_reason, 'tool_use');
          const calls = first.content.filter((block) => block.type === 'tool_use');
          assert.deepEqual(
            calls.map((call) => call.input),
            [
              { city: 'Paris', days: 1 },
              { city: 'Rome', days: 2 },
            ],
          );
          messages.push({ role: 'assistant', content: first.content });
          messages.push({
            role: 'user',
            content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'blue sky' })),
          });
          const second = await ask();
          assert.equal(second.stop_reason, 'end_turn');
          assert.match(text(second), /weather said .*blue sky.*weather said .*blue sky/);
        });
      }
    }

    test('a helper runs the tools', async () => {
      const answer = await client.beta.messages.toolRunner({
        model,
        max_tokens,
        messages: user('What is the weather?'),
        tools: [{ ...weather, type: 'custom', parse: (input) => input, run: ({ city }) => `${city}: sunny` }],
      });
      assert.match(text(answer), /Paris: sunny/);
    });

    test('the named tool', async () => {
      const answer = await client.messages.create({
        model,
        max_tokens,
        messages: user('Anything'),
        tools: [{ ...weather, name: 'other' }, weather],
        tool_choice: { type: 'tool', name: 'weather' },
      });
      assert.equal(answer.content.find((block) => block.type === 'tool_use').name, 'weather');
    });

    test('count tokens', async () => {
      const count = async (words) => {
        const messages = user(words);
        return (await client.messages.countTokens({ model, messages, system: 'Be brief.', tools: [weather] }))
          .input_tokens;
      };
      const [short, long] = [await count('Hello'), await count('Hello '.repeat(400))];
      assert.ok(short > 0 && long > short + 100, `${short}, ${long}`);
    });
  });
}

for (const model of [CLAUDE, GEMINI]) {
  describe(`more, ${model}`, { skip }, () => {
    test('vision', async () => {
      const answer = await client.messages.create({
        model,
        max_tokens,
        messages: user([
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'text', text: 'What is this?' },
        ]),
      });
      assert.match(text(answer), /What is this/);
      assert.ok(await server.wasSent(PNG.slice(0, 40)), 'the image arrived');
    });

    for (const streams of [false, true]) {
      test(`thinking${streams ? ', streamed' : ''}, and back`, async () => {
        const messages = user('Think hard');
        const request = { model, max_tokens, messages, thinking: { type: 'enabled', budget_tokens: 2048 } };
        const ask = () =>
          streams ? client.messages.stream(request).finalMessage() : client.messages.create(request);
        const first = await ask();
        assert.equal(first.content[0].type, 'thinking');
        assert.match(first.content[0].thinking, /Think hard/);
        // Gemini signs no thoughts.
        if (model === CLAUDE) assert.ok(first.content[0].signature.length > 0);
        messages.push({ role: 'assistant', content: first.content }, ...user('And again'));
        assert.match(text(await ask()), /And again/);
      });
    }

    // Claude is told to in words, which the simulated one does not follow.
    test('structured output', async () => {
      const answer = await client.messages.create({
        model,
        max_tokens,
        messages: user('Answer'),
        output_config: {
          format: {
            type: 'json_schema',
            schema: {
              type: 'object',
              properties: { answer: { type: 'string' } },
              required: ['answer'],
              additionalProperties: false,
            },
          },
        },
      });
      if (model === CLAUDE) assert.ok(await server.wasSent('follows this JSON Schema'));
      else assert.equal(typeof JSON.parse(text(answer)).answer, 'string');
    });
  });
}

describe('the rest', { skip }, () => {
  test('models', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok([GEMINI, CLAUDE, GPT].every((id) => ids.includes(id)));
    const one = await client.models.retrieve(CLAUDE);
    assert.equal(one.id, CLAUDE);
    assert.equal(one.type, 'model');
  });

  test('the key as a bearer token', async () => {
    const bearer = new Anthropic({ baseURL: server.url, apiKey: null, authToken: server.key, maxRetries: 0 });
    const answer = await bearer.messages.create({ model: CLAUDE, max_tokens, messages: user('Hello') });
    assert.match(text(answer), /Hello/);
  });

  test('a limit is told', async () => {
    const answer = await client.messages.create({
      model: CLAUDE,
      max_tokens: 5,
      messages: user('Tell me a long story'),
    });
    assert.equal(answer.stop_reason, 'max_tokens');
  });

  const calls = {
    messages: (model, using = client) =>
      using.messages.create({ model, max_tokens, messages: user('Hello') }),
    'a stream': (model, using = client) =>
      using.messages.stream({ model, max_tokens, messages: user('Hello') }).finalMessage(),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`${name}: a wrong key is 401`, async () => {
      const stranger = new Anthropic({ baseURL: server.url, apiKey: 'hr-wrong', maxRetries: 0 });
      await assert.rejects(call(CLAUDE, stranger), (error) => {
        assert.ok(error instanceof Anthropic.AuthenticationError, error);
        assert.equal(error.error.error.type, 'authentication_error');
        return true;
      });
    });

    test(`${name}: an unknown model is 404`, async () => {
      await assert.rejects(call('no-such-model'), (error) => {
        assert.ok(error instanceof Anthropic.NotFoundError, error);
        assert.equal(error.error.error.type, 'not_found_error');
        return true;
      });
    });

    test(`${name}: nothing left is 429 with the time to wait`, async () => {
      await server.pauseModel();
      await assert.rejects(call(PAUSED), (error) => {
        assert.ok(error instanceof Anthropic.RateLimitError, error);
        assert.equal(error.error.error.type, 'rate_limit_error');
        const seconds = Number(error.headers.get('retry-after'));
        assert.ok(seconds > 0 && seconds <= 60, `${seconds}`);
        return true;
      });
    });
  }

  test('a nonsense request is 400', async () => {
    await assert.rejects(
      client.messages.create({ model: CLAUDE, max_tokens, messages: 'Hello' }),
      (error) => {
        assert.ok(error instanceof Anthropic.BadRequestError, error);
        assert.equal(error.error.error.type, 'invalid_request_error');
        return true;
      },
    );
  });

  test('a stream that breaks off is an error', async () => {
    const stream = client.messages.stream({ model: CLAUDE, max_tokens, messages: user('sim:truncate') });
    await assert.rejects(stream.finalMessage());
  });
});

// OpenAI's library for Node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CLAUDE, GEMINI, GPT, PAUSED, PNG, proxy } from './harness.mjs';
import { libraries } from './packages.mjs';

const skip = (await libraries()).missing ?? false;
const { default: OpenAI } = skip ? {} : await import('openai');

let server;
let client;
before(async () => {
  if (skip) return;
  server = await proxy();
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.key, maxRetries: 0 });
});
after(() => server?.stop());

const weather = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
const schema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};
const user = (content) => [{ role: 'user', content }];

for (const model of [GEMINI, CLAUDE, GPT]) {
  describe(`chat completions, ${model}`, { skip }, () => {
    test('text', async () => {
      const answer = await client.chat.completions.create({ model, messages: user('Good morning') });
      assert.equal(answer.object, 'chat.completion');
      assert.match(answer.choices[0].message.content, /Good morning/);
      assert.equal(answer.choices[0].finish_reason, 'stop');
      const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
      assert.ok(prompt_tokens > 0 && completion_tokens > 0);
      assert.equal(total_tokens, prompt_tokens + completion_tokens);
    });

    test('stream', async () => {
      const stream = client.chat.completions.stream({
        model,
        messages: [{ role: 'system', content: 'Be brief.' }, ...user('Good evening')],
        stream_options: { include_usage: true },
      });
      let pieces = 0;
      let text = '';
      stream.on('content', (delta) => {
        pieces += 1;
        text += delta;
      });
      const whole = await stream.finalChatCompletion();
      assert.ok(pieces > 1, `${pieces} pieces`);
      assert.match(text, /Good evening/);
      assert.equal(whole.choices[0].message.content, text);
      assert.ok((await stream.totalUsage()).total_tokens > 0);
    });

    for (const streams of [false, true]) {
      test(`tools over two turns${streams ? ', streamed' : ''}`, async () => {
        const tools = [{ type: 'function', function: weather }];
        const messages = user('What is the weather? sim:parallel');
        const ask = async () => {
          if (!streams) return client.chat.completions.create({ model, messages, tools });
          return client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
        };
        const first = (await ask()).choices[0];
        assert.equal(first.finish_reason, 'tool_calls');
        const calls = first.message.tool_calls;
        assert.deepEqual(
          calls.map((call) => JSON.parse(call.function.arguments)),
          [
            { city: 'Paris', days: 1 },
            { city: 'Rome', days: 2 },
          ],
        );
        messages.push(first.message);
        for (const call of calls) {
          messages.push({ role: 'tool', tool_call_id: call.id, content: '{"sky":"blue"}' });
        }
        const second = (await ask()).choices[0];
        assert.equal(second.finish_reason, 'stop');
        assert.match(second.message.content, /weather said .*blue.*weather said .*blue/);
      });
    }

    test('a helper runs the tools', async () => {
      const runner = client.chat.completions.runTools({
        model,
        messages: user('What is the weather?'),
        stream: true,
        tools: [
          {
            type: 'function',
            function: { ...weather, parse: JSON.parse, function: ({ city }) => `${city}: sunny` },
          },
        ],
      });
      assert.match(await runner.finalContent(), /Paris: sunny/);
    });
  });

  describe(`responses, ${model}`, { skip }, () => {
    test('text', async () => {
      const answer = await client.responses.create({
        model,
        instructions: 'Be brief.',
        input: 'Good morning',
      });
      assert.equal(answer.status, 'completed');
      assert.match(answer.output_text, /Good morning/);
      assert.ok(answer.usage.total_tokens > 0);
    });

    test('stream', async () => {
      const stream = client.responses.stream({ model, input: 'Good evening' });
      const types = [];
      let text = '';
      for await (const event of stream) {
        types.push(event.type);
        if (event.type === 'response.output_text.delta') text += event.delta;
      }
      assert.equal(types[0], 'response.created');
      assert.equal(types.at(-1), 'response.completed');
      assert.match(text, /Good evening/);
      assert.equal((await stream.finalResponse()).output_text, text);
    });

    for (const streams of [false, true]) {
      test(`tools over two turns${streams ? ', streamed' : ''}`, async () => {
        const tools = [{ type: 'function', strict: true, ...weather }];
        const input = user('What is the weather?');
        const ask = async () => {
          if (!streams) return client.responses.create({ model, input, tools, store: false });
          return client.responses.stream({ model, input, tools, store: false }).finalResponse();
        };
        const first = await ask();
        const call = first.output.find((item) => item.type === 'function_call');
        assert.equal(call.name, 'weather');
        assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris', days: 1 });
        const output = first.output.map(({ parsed_arguments: _, ...item }) => item);
        input.push(...output, { type: 'function_call_output', call_id: call.call_id, output: 'blue sky' });
        assert.match((await ask()).output_text, /weather said .*blue sky/);
      });
    }
  });
}

for (const model of [GEMINI, CLAUDE]) {
  describe(`more, ${model}`, { skip }, () => {
    const image = `data:image/png;base64,${PNG}`;

    test('vision', async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: user([
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: image } },
        ]),
      });
      assert.match(answer.choices[0].message.content, /What is this/);
      assert.ok(await server.wasSent(PNG.slice(0, 40)), 'the image arrived');
    });

    test('vision by responses', async () => {
      const content = [
        { type: 'input_text', text: 'What is this?' },
        { type: 'input_image', image_url: image, detail: 'auto' },
      ];
      const answer = await client.responses.create({ model, input: user(content) });
      assert.match(answer.output_text, /What is this/);
      assert.ok(await server.wasSent(PNG.slice(0, 40)), 'the image arrived');
    });

    test('thinking', async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: user('Think hard'),
        reasoning_effort: 'high',
      });
      assert.match(answer.choices[0].message.reasoning_content, /Think hard/);
    });

    test('thinking by responses', async () => {
      const answer = await client.responses.create({
        model,
        input: 'Think hard',
        reasoning: { effort: 'high', summary: 'auto' },
      });
      const reasoning = answer.output.find((item) => item.type === 'reasoning');
      assert.match(reasoning.summary[0].text, /Think hard/);
    });

    // Claude is told to in words, which the simulated one does not follow.
    test('structured output', async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: user('Answer'),
        response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
      });
      if (model === CLAUDE) assert.ok(await server.wasSent('follows this JSON Schema'));
      else assert.equal(typeof JSON.parse(answer.choices[0].message.content).answer, 'string');
    });

    test('structured output by responses', async () => {
      const answer = await client.responses.create({
        model,
        input: 'Answer',
        text: { format: { type: 'json_schema', name: 'answer', strict: true, schema } },
      });
      if (model === CLAUDE) assert.ok(await server.wasSent('follows this JSON Schema'));
      else assert.equal(typeof JSON.parse(answer.output_text).answer, 'string');
    });
  });
}

describe('the rest', { skip }, () => {
  test('models', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok([GEMINI, CLAUDE, GPT].every((id) => ids.includes(id)));
    assert.equal((await client.models.retrieve(GEMINI)).id, GEMINI);
  });

  test('an image', async () => {
    const { data } = await client.images.generate({
      model: 'gemini-3.1-flash-image',
      prompt: 'A red dot',
      response_format: 'b64_json',
    });
    assert.equal(data[0].b64_json, PNG);
  });

  test('old completions', async () => {
    const answer = await client.completions.create({ model: GEMINI, prompt: 'Once upon a time' });
    assert.match(answer.choices[0].text, /Once upon a time/);
  });

  const calls = {
    'chat completions': (model, using = client) =>
      using.chat.completions.create({ model, messages: user('Hello') }),
    'a chat stream': (model, using = client) =>
      using.chat.completions.stream({ model, messages: user('Hello') }).finalChatCompletion(),
    responses: (model, using = client) => using.responses.create({ model, input: 'Hello' }),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`${name}: a wrong key is 401`, async () => {
      const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'hr-wrong', maxRetries: 0 });
      await assert.rejects(call(GEMINI, stranger), (error) => {
        assert.ok(error instanceof OpenAI.AuthenticationError, error);
        assert.equal(error.code, 'invalid_api_key');
        return true;
      });
    });

    test(`${name}: an unknown model is 404`, async () => {
      await assert.rejects(call('no-such-model'), (error) => {
        assert.ok(error instanceof OpenAI.NotFoundError, error);
        assert.equal(error.code, 'model_not_found');
        assert.match(error.message, /no-such-model/);
        return true;
      });
    });

    test(`${name}: nothing left is 429 with the time to wait`, async () => {
      await server.pauseModel();
      await assert.rejects(call(PAUSED), (error) => {
        assert.ok(error instanceof OpenAI.RateLimitError, error);
        const seconds = Number(error.headers.get('retry-after'));
        assert.ok(seconds > 0 && seconds <= 60, `${seconds}`);
        return true;
      });
    });
  }

  test('a nonsense request is 400', async () => {
    await assert.rejects(client.chat.completions.create({ model: GEMINI, messages: 'Hello' }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, error);
      assert.equal(error.type, 'invalid_request_error');
      return true;
    });
  });

  test('a stream can be left', async () => {
    const stream = await client.chat.completions.create({
      model: GEMINI,
      messages: user('sim:long=2000000'),
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    const answer = await client.chat.completions.create({ model: GEMINI, messages: user('Still there?') });
    assert.match(answer.choices[0].message.content, /Still there/);
  });
});

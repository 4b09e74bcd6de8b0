// Google's library for Node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CLAUDE, GEMINI, GPT, PAUSED, PNG, proxy } from './harness.mjs';
import { libraries } from './packages.mjs';

const skip = (await libraries()).missing ?? false;
const { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } = skip
  ? { Type: {} }
  : await import('@google/genai');

let server;
let client;
const using = (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: server.url } });
before(async () => {
  if (skip) return;
  server = await proxy();
  client = using(server.key);
});
after(() => server?.stop());

const weather = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  parameters: {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING }, days: { type: Type.INTEGER } },
    required: ['city', 'days'],
  },
};

for (const model of [GEMINI, CLAUDE, GPT]) {
  describe(`contents, ${model}`, { skip }, () => {
    test('text', async () => {
      const answer = await client.models.generateContent({ model, contents: 'Good morning' });
      assert.match(answer.text, /Good morning/);
      assert.equal(answer.candidates[0].finishReason, 'STOP');
      assert.ok(answer.usageMetadata.totalTokenCount > 0);
    });

    test('stream', async () => {
      const stream = await client.models.generateContentStream({
        model,
        contents: 'Good evening',
        config: { systemInstruction: 'Be brief.', temperature: 0.5 },
      });
      let pieces = 0;
      let text = '';
      let last;
      for await (const chunk of stream) {
        pieces += 1;
        text += chunk.text ?? '';
        last = chunk;
      }
      assert.ok(pieces > 1, `${pieces} pieces`);
      assert.match(text, /Good evening/);
      assert.equal(last.candidates[0].finishReason, 'STOP');
    });

    for (const streams of [false, true]) {
      test(`tools over two turns in a chat${streams ? ', streamed' : ''}`, async () => {
        const config = { tools: [{ functionDeclarations: [weather] }] };
        const chat = client.chats.create({ model, config });
        const say = async (message) => {
          if (!streams) {
            const answer = await chat.sendMessage({ message });
            return { text: answer.text, calls: answer.functionCalls };
          }
          const calls = [];
          let text = '';
          for await (const chunk of await chat.sendMessageStream({ message })) {
            calls.push(...(chunk.functionCalls ?? []));
            if (chunk.functionCalls === undefined) text += chunk.text ?? '';
          }
          return { text, calls };
        };
        const { calls } = await say('What is the weather? sim:parallel');
        assert.deepEqual(
          calls.map(({ name, args }) => ({ name, args })),
          [
            { name: 'weather', args: { city: 'Paris', days: 1 } },
            { name: 'weather', args: { city: 'Rome', days: 2 } },
          ],
        );
        const results = calls.map(({ id, name }) => ({
          functionResponse: { id, name, response: { sky: 'blue' } },
        }));
        assert.match((await say(results)).text, /weather said .*blue.*weather said .*blue/);
      });
    }

    test('a tool with a JSON schema', async () => {
      const parametersJsonSchema = {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      };
      const answer = await client.models.generateContent({
        model,
        contents: 'What is the weather?',
        config: {
          tools: [
            { functionDeclarations: [{ name: 'weather', description: 'Tells it.', parametersJsonSchema }] },
          ],
          toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
        },
      });
      assert.deepEqual(answer.functionCalls[0].args, { city: 'Paris' });
    });

    test('count tokens', async () => {
      const count = async (contents) => (await client.models.countTokens({ model, contents })).totalTokens;
      const [short, long] = [await count('Hello'), await count('Hello '.repeat(400))];
      assert.ok(short > 0 && long > short + 100, `${short}, ${long}`);
    });
  });
}

for (const model of [GEMINI, CLAUDE]) {
  describe(`more, ${model}`, { skip }, () => {
    test('vision', async () => {
      const answer = await client.models.generateContent({
        model,
        contents: [{ inlineData: { mimeType: 'image/png', data: PNG } }, { text: 'What is this?' }],
      });
      assert.match(answer.text, /What is this/);
      assert.ok(await server.wasSent(PNG.slice(0, 40)), 'the image arrived');
    });

    test('thinking', async () => {
      const answer = await client.models.generateContent({
        model,
        contents: 'Think hard',
        config: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } },
      });
      const thought = answer.candidates[0].content.parts.find((part) => part.thought);
      assert.match(thought.text, /Think hard/);
    });

    // Claude is told to in words, which the simulated one does not follow.
    test('structured output', async () => {
      const responseSchema = {
        type: Type.OBJECT,
        properties: { answer: { type: Type.STRING } },
        required: ['answer'],
      };
      const answer = await client.models.generateContent({
        model,
        contents: 'Answer',
        config: { responseMimeType: 'application/json', responseSchema },
      });
      if (model === CLAUDE) assert.ok(await server.wasSent('follows this JSON Schema'));
      else assert.equal(typeof JSON.parse(answer.text).answer, 'string');
    });

    test('structured output by a JSON schema', async () => {
      const responseJsonSchema = {
        type: 'object',
        properties: { answer: { type: 'string' } },
        required: ['answer'],
        additionalProperties: false,
      };
      const answer = await client.models.generateContent({
        model,
        contents: 'Answer',
        config: { responseMimeType: 'application/json', responseJsonSchema },
      });
      if (model === CLAUDE) assert.ok(await server.wasSent('follows this JSON Schema'));
      else assert.equal(typeof JSON.parse(answer.text).answer, 'string');
    });
  });
}

describe('the rest', { skip }, () => {
  test('models', async () => {
    const names = [];
    for await (const model of await client.models.list()) names.push(model.name);
    assert.ok([GEMINI, CLAUDE, GPT].every((id) => names.includes(`models/${id}`)));
    assert.equal((await client.models.get({ model: GEMINI })).name, `models/${GEMINI}`);
  });

  test('an image', async () => {
    const answer = await client.models.generateContent({
      model: 'gemini-3.1-flash-image',
      contents: 'A red dot',
      config: { responseModalities: ['TEXT', 'IMAGE'] },
    });
    assert.equal(answer.data, PNG);
  });

  test('an answer that was held back says why', async () => {
    const answer = await client.models.generateContent({ model: GEMINI, contents: 'sim:safety' });
    assert.equal(answer.candidates[0].finishReason, 'SAFETY');
  });

  const refused = (status, name) => (error) => {
    assert.ok(error instanceof ApiError, error);
    assert.equal(error.status, status);
    const { error: told } = JSON.parse(error.message);
    assert.equal(told.code, status);
    assert.equal(told.status, name);
    return true;
  };
  const calls = {
    contents: (model, by = client) => by.models.generateContent({ model, contents: 'Hello' }),
    'a stream': (model, by = client) => by.models.generateContentStream({ model, contents: 'Hello' }),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`${name}: a wrong key is refused`, async () => {
      await assert.rejects(call(GEMINI, using('hr-wrong')), refused(401, 'UNAUTHENTICATED'));
    });

    test(`${name}: an unknown model is 404`, async () => {
      await assert.rejects(call('no-such-model'), refused(404, 'NOT_FOUND'));
    });

    test(`${name}: nothing left is 429 with the time to wait`, async () => {
      await server.pauseModel();
      await assert.rejects(call(PAUSED), (error) => {
        refused(429, 'RESOURCE_EXHAUSTED')(error);
        const { details } = JSON.parse(error.message).error;
        const { retryDelay } = details.find((detail) => detail['@type'].endsWith('RetryInfo'));
        const seconds = Number.parseFloat(retryDelay);
        assert.ok(seconds > 0 && seconds <= 60, retryDelay);
        return true;
      });
    });
  }

  test('a nonsense request is 400', async () => {
    const contents = [{ role: 'user', parts: [{ inlineData: 'Hello' }] }];
    await assert.rejects(
      client.models.generateContent({ model: GEMINI, contents }),
      refused(400, 'INVALID_ARGUMENT'),
    );
  });
});

// The official libraries for Python; what they say is in `python_client.py`.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { proxy } from './harness.mjs';
import { here, python } from './packages.mjs';

const exec = promisify(execFile);
const found = await python();
const skip = found.missing ?? false;

let server;
before(async () => {
  if (skip) return;
  server = await proxy();
  await server.pauseModel();
});
after(() => server?.stop());

const checks = ['text', 'stream', 'tools', 'vision', 'thinking', 'structured', 'errors'];
const counting = [...checks, 'count'];
for (const [library, names] of Object.entries({ openai: checks, anthropic: counting, google: counting })) {
  describe(`Python, ${library}`, { skip }, () => {
    for (const name of names) {
      test(name, async () => {
        const args = [join(here, 'python_client.py'), server.url, server.key, `${library}.${name}`];
        const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, HOME: server.home };
        await exec(found.python, ['-B', ...args], { env, timeout: 60_000 });
      });
    }
  });
}

// The command-line programs, set up by `headroom connect`: each is asked to use a tool of its own and to tell what came
// of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CLAUDE, GEMINI, proxy } from './harness.mjs';
import { programs } from './packages.mjs';

const found = await programs();
const skip = found.missing ?? false;
const secret = 'The password is xyzzy.';

let server;
let folder;
before(async () => {
  if (skip) return;
  server = await proxy();
  folder = server.folder('project');
  writeFileSync(join(folder, 'README.md'), `${secret}\n`);
  for (const name of ['claude-code', 'codex', 'gemini-cli']) await server.command('connect', name, '--write');
});
after(() => server?.stop());

/** Runs a program in the folder to its end, and gives what it printed. */
function run(file, args, more = {}) {
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, HOME: server.home, ...more };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    }
    // The wrapper of a program leaves it running when it is killed alone.
    const late = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 90_000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(late);
      if (code === 0) resolve(said.stdout);
      else reject(new Error(`ended with ${code ?? signal}\n${said.stdout}\n${said.stderr}`));
    });
  });
}

/** What the service was asked for: model and status of every answer. */
async function asked() {
  const calls = await server.lever('GET', 'calls');
  await server.lever('DELETE', 'calls');
  return calls.filter(({ path }) => path.includes('enerateContent'));
}

/** Every request was taken, all of them for one model. */
function taken(calls, model) {
  assert.ok(calls.length >= 2, `${calls.length} requests`);
  for (const call of calls) assert.deepEqual([call.model, call.status], [model, 200], call.refusal);
}

for (const model of [CLAUDE, GEMINI]) {
  describe(`Claude Code, ${model}`, { skip }, () => {
    const options = ['--model', model, '--tools', 'Read', '--allowedTools', 'Read'];
    const quiet = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', ANTHROPIC_DEFAULT_HAIKU_MODEL: model };

    test('reads a file', async () => {
      await asked();
      const args = ['-p', 'Read the file. sim:required', ...options, '--output-format', 'json'];
      const told = JSON.parse(await run(found.claude, args, quiet));
      assert.equal(told.is_error, false, told.result);
      assert.match(told.result, /Read said .*The password is xyzzy/);
      taken(await asked(), model);
    });

    test('goes on with a conversation', async () => {
      const args = ['-p', 'And again? sim:required', '--continue', ...options, '--output-format', 'json'];
      const told = JSON.parse(await run(found.claude, args, quiet));
      assert.equal(told.is_error, false, told.result);
      taken(await asked(), model);
    });
  });
}

for (const model of [CLAUDE, GEMINI]) {
  describe(`Codex, ${model}`, { skip }, () => {
    const options = ['--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox'];
    const events = (text) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));

    test('lists files', async () => {
      await asked();
      const said = events(
        await run(found.codex, ['exec', ...options, '-m', model, 'List the files. sim:required']),
      );
      const items = said.filter(({ type }) => type === 'item.completed').map(({ item }) => item);
      const command = items.find((item) => item.type === 'command_execution');
      assert.equal(command?.exit_code, 0, JSON.stringify(items));
      assert.match(command.aggregated_output, /README\.md/);
      assert.match(items.find((item) => item.type === 'agent_message').text, /README\.md/);
      taken(await asked(), model);
    });

    test('goes on with a conversation', async () => {
      const args = ['exec', 'resume', '--last', ...options, '-m', model, 'And again? sim:required'];
      const said = events(await run(found.codex, args));
      assert.equal(said.at(-1).type, 'turn.completed');
      taken(await asked(), model);
    });
  });

  describe(`Gemini CLI, ${model}`, { skip }, () => {
    test('reads a file', async () => {
      await asked();
      const args = [
        '-m',
        model,
        '--approval-mode',
        'yolo',
        '-o',
        'json',
        '-p',
        'Read the file. sim:required',
      ];
      const told = JSON.parse(await run(found.gemini, args, { GEMINI_CLI_TRUST_WORKSPACE: 'true' }));
      assert.match(told.response, /said/);
      assert.equal(told.stats.tools.totalFail, 0, JSON.stringify(told));
      taken(await asked(), model);
    });
  });
}

test('Claude Code says that its key is wrong', { skip }, async () => {
  await server.command('connect', 'claude-code', '--undo');
  const wrong = {
    ANTHROPIC_BASE_URL: server.url,
    ANTHROPIC_AUTH_TOKEN: 'hr-wrong',
    CLAUDE_CODE_MAX_RETRIES: '0',
  };
  await assert.rejects(run(found.claude, ['-p', 'Hello', '--model', CLAUDE], wrong), /401/);
});

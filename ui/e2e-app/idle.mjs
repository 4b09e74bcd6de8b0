// What waiting costs: `HEADROOM_BIN=… HEADROOM_DESKTOP_BIN=… node ui/e2e-app/idle.mjs [MINUTES]`, release builds.
//
// Processor time and wake-ups of the headless engine and of the app in the tray, ten credentials that are read as the
// settings say, over ten minutes. Not a test: it depends on build and machine.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { login, simulatedAt } from '../../src-tauri/clients/harness.mjs';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { done, family, pss } from './processes.mjs';
import { until } from './wait.mjs';
import { APP } from './webdriver.mjs';

const minutes = Number(process.argv[2] ?? 10);
const headroom = process.env.HEADROOM_BIN ?? 'target/release/headroom';
const names = Array.from({ length: 10 }, (_, index) => `p${index}`);

/** The address of a simulated service with ten logins. */
async function service(ends, folder) {
  const scenario = join(folder, 'ten.json');
  const accounts = names.map((name) => ({ name, email: `${name}@example.com` }));
  writeFileSync(scenario, JSON.stringify({ accounts }));
  const child = spawn(headroom, ['simulate', '--scenario', scenario], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  ends.push(() => child.kill());
  for await (const line of createInterface(child.stdout)) {
    const address = /http:\/\/[\d.:]+/.exec(line)?.[0];
    if (address) return address;
  }
  throw new Error('The simulated service does not say where it listens.');
}

async function measure(what, ends, begin) {
  const { env, start, home } = await desktop({ after: (end) => ends.push(end) });
  Object.assign(env, simulatedAt(await service(ends, home)));
  begin(start, env);
  const host = await engine(env);
  const files = names.map((name) => ({
    name: `${name}.json`,
    data: Buffer.from(login(name)).toString('base64'),
  }));
  await host.command('import', { files });
  await until('ten readings', async () => {
    const { credentials } = await host.command('quota', { freshness: 'peek' });
    return credentials.length === 10 && credentials.every(({ last_quota_refresh: read }) => read);
  });
  await pause(20_000);
  const processes = () => family(host.pid);
  const sum = () =>
    processes()
      .map(({ pid }) => done(pid))
      .reduce((a, b) => ({ seconds: a.seconds + b.seconds, sleeps: a.sleeps + b.sleeps }));
  const before = sum();
  await pause(minutes * 60_000);
  const after = sum();
  const share = ((after.seconds - before.seconds) / (minutes * 60)) * 100;
  const wakes = (after.sleeps - before.sleeps) / (minutes * 60);
  const memory = processes().reduce((total, { pid }) => total + pss(pid), 0);
  console.log(
    `${what}: ${share.toFixed(3)} % of a core, ${wakes.toFixed(2)} wake-ups a second, ${memory.toFixed(1)} MB PSS`,
  );
}

const ends = [];
try {
  await Promise.all([
    measure('headless engine', ends, (start, env) => start(headroom, ['serve'], env)),
    measure('app in the tray', ends, (start, env) => start(APP, ['--hidden'], env)),
  ]);
} finally {
  for (const end of ends.reverse()) await end();
}

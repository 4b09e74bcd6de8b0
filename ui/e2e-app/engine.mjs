// The engine behind the window, over its control API, and the simulator's levers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './wait.mjs';

/** The engine that owns the data directory of `env`, as soon as it answers. */
export async function engine(env) {
  const file = join(env.HEADROOM_DATA_DIR, 'control.json');
  const control = await until('control.json', () => JSON.parse(readFileSync(file, 'utf8')), 30);
  const command = async (name, args = {}) => {
    const answer = await fetch(`http://${control.address}/api/v1/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${name}: ${body.message}`);
    return body;
  };
  const lever = async (method, name, body) => {
    const answer = await fetch(`http://${control.simulator}/_simulator/${name}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${name}: ${json.error}`);
    return json;
  };
  return {
    pid: control.pid,
    address: control.address,
    command,
    lever,
    /** Every credential, read once, as when a page is opened. */
    read: () => command('quota', { freshness: 'cached' }),
    credential: async (name) => {
      const { credentials } = await command('quota', { freshness: 'peek' });
      return credentials.find((one) => one.name === name);
    },
  };
}

/** Whole percent as the window and the tray show it: never 0 while something is left, never 100 once something is gone. */
export function percent(share) {
  if (share >= 0.9999) return '100%';
  return share > 0 ? `${Math.min(99, Math.max(1, Math.round(share * 100)))}%` : '0%';
}

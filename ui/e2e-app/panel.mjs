// What the panel shows of the tray, on the screen: pictures of the icon and of its menu.
//
// `HEADROOM_PICTURES=docs/images` keeps them.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { until } from './wait.mjs';

const exec = promisify(execFile);

/** Where the one icon of the panel is, see `desktop.mjs`. */
const ICON = { x: 0, y: 0, width: 32, height: 32 };

/** The windows that are shown and high enough to be a menu, by their ids. */
async function high(env) {
  const found = await exec('xdotool', ['search', '--onlyvisible', '--name', '.*'], { env }).catch(() => null);
  const windows = new Map();
  for (const id of found === null ? [] : found.stdout.trim().split('\n').filter(Boolean)) {
    const told = await exec('xdotool', ['getwindowgeometry', '--shell', id], { env }).catch(() => null);
    const number = (name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(told?.stdout ?? '')?.[1] ?? 0);
    const [right, bottom] = [number('X') + number('WIDTH'), number('Y') + number('HEIGHT')];
    if (number('HEIGHT') > 100) windows.set(id, { right, bottom });
  }
  return windows;
}

/** Presses the right button on the icon, and waits for the menu; how far it reaches to the right and down. */
export async function openMenu(env) {
  const before = await high(env);
  await exec('xdotool', ['mousemove', '14', '16', 'click', '3'], { env });
  return until('the menu on the screen', async () => {
    const [menu] = [...(await high(env))].filter(([id]) => !before.has(id));
    return menu?.[1];
  });
}

/** Takes the menu away again. */
export async function closeMenu(env) {
  await exec('xdotool', ['key', 'Escape', 'mousemove', '700', '500'], { env });
}

/** The pictures of one panel, taken as it goes and put together at the end. */
export class Pictures {
  #env;
  #panel;
  #folder = mkdtempSync(join(tmpdir(), 'headroom-pictures-'));
  #icons = [];

  constructor(env, panel) {
    this.#env = env;
    this.#panel = panel;
  }

  /** The icon as it is drawn, once the panel has drawn it. */
  async icon(name) {
    const file = join(this.#folder, `${name}.png`);
    const { x, y, width, height } = ICON;
    const crop = ['-crop', `${width}x${height}+${x}+${y}`, '+repage', '+set', 'date:create', '+set', 'date:modify'];
    const known = new Set(this.looks().values());
    await until(`the panel to draw ${name}`, async () => {
      await exec('import', ['-silent', '-window', 'root', ...crop, file], { env: this.#env });
      return !known.has(digest(file));
    });
    this.#icons.push({ name, file });
  }

  /** The menu that stands open, below its icon, as far as it reaches. */
  async menu({ right, bottom }) {
    const crop = ['-crop', `${right + 1}x${bottom + 1}+0+0`, '+repage'];
    await exec('import', ['-silent', '-window', 'root', ...crop, join(this.#folder, 'menu.png')], {
      env: this.#env,
    });
  }

  /** What each icon looked like, by its name. */
  looks() {
    return new Map(this.#icons.map(({ name, file }) => [name, digest(file)]));
  }

  /** Puts them where the documents show them, if that is wanted, and tidies up. */
  async keep() {
    const folder = process.env.HEADROOM_PICTURES;
    if (folder !== undefined) {
      const to = (name) => resolve(folder, `tray-${name}-${this.#panel}.png`);
      // Twice their size, pixel by pixel: on the panel they are small, and every edge is to be seen.
      const twice = ['-filter', 'point', '-resize', '200%'];
      await exec('convert', [...this.#icons.map(({ file }) => file), '+append', ...twice, to('levels')]);
      await exec('convert', [join(this.#folder, 'menu.png'), to('menu')]);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The pixels alone: a file carries the hour of its making. */
function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

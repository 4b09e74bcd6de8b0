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

/** The windows that are shown, in the order of their making: of a menu that opens, the last. */
async function shown(env) {
  const found = await exec('xdotool', ['search', '--onlyvisible', '--name', '.*'], { env }).catch(() => null);
  return found === null ? [] : found.stdout.trim().split('\n').filter(Boolean);
}

let before = [];

/** Presses the right button on the icon, and waits for the menu. */
export async function openMenu(env) {
  before = await shown(env);
  await exec('xdotool', ['mousemove', '14', '16', 'click', '3'], { env });
  await until('the menu on the screen', async () => (await shown(env)).length > before.length);
}

/** Takes the menu away again. */
export async function closeMenu(env) {
  await exec('xdotool', ['key', 'Escape'], { env });
  await until('the menu to go', async () => (await shown(env)).length <= before.length);
  await exec('xdotool', ['mousemove', '700', '500'], { env });
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

  /** The menu that stands open, below its icon. */
  async menu() {
    const [menu] = (await shown(this.#env)).slice(-1);
    const { stdout } = await exec('xdotool', ['getwindowgeometry', '--shell', menu], { env: this.#env });
    const at = Object.fromEntries(stdout.split('\n').map((line) => line.split('=')));
    const [right, bottom] = [Number(at.X) + Number(at.WIDTH), Number(at.Y) + Number(at.HEIGHT)];
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

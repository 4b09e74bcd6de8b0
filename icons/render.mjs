// Renders the icons: `node icons/render.mjs` (needs `rsvg-convert`, Debian package librsvg2-bin).
//
// Sources are `headroom.svg` and the drawing in `tray.mjs`; the PNG, ICO and ICNS files beside them are its output and
// committed, so that no build needs the renderer.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { glass, LEVELS, PANELS } from './tray.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function png(svg, size) {
  return execFileSync('rsvg-convert', ['--width', String(size), '--height', String(size)], { input: svg });
}

/** Windows' container: one PNG a size (Vista and later). */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, data }, index) => {
    const at = 6 + 16 * index;
    header.writeUInt8(size === 256 ? 0 : size, at);
    header.writeUInt8(size === 256 ? 0 : size, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(data.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += data.length;
  });
  return Buffer.concat([header, ...images.map(({ data }) => data)]);
}

/** Apple's container: a type of four letters names each PNG's size. */
function icns(images) {
  const blocks = images.map(({ type, data }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'ascii');
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  });
  const body = Buffer.concat(blocks);
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'ascii');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

const app = readFileSync(join(here, 'headroom.svg'));
const files = { '32x32.png': 32, '128x128.png': 128, '128x128@2x.png': 256, 'icon.png': 512 };
for (const [name, size] of Object.entries(files)) writeFileSync(join(here, name), png(app, size));
writeFileSync(
  join(here, 'icon.ico'),
  ico([32, 16, 24, 48, 64, 256].map((size) => ({ size, data: png(app, size) }))),
);
writeFileSync(
  join(here, 'icon.icns'),
  icns(
    [
      ['icp4', 16],
      ['icp5', 32],
      ['ic07', 128],
      ['ic08', 256],
      ['ic09', 512],
      ['ic11', 32],
      ['ic12', 64],
      ['ic13', 256],
      ['ic14', 512],
    ].map(([type, size]) => ({ type, data: png(app, size) })),
  ),
);

rmSync(join(here, 'tray'), { recursive: true, force: true });
for (const panel of Object.keys(PANELS)) {
  mkdirSync(join(here, 'tray', panel), { recursive: true });
  for (const level of Object.keys(LEVELS)) {
    for (const attention of [false, true]) {
      for (const size of panel === 'template' ? [36] : [16, 22, 24, 32, 44]) {
        const name = `${level}${attention ? '-attention' : ''}-${size}.png`;
        writeFileSync(join(here, 'tray', panel, name), png(glass(level, panel, attention, size), size));
      }
    }
  }
}

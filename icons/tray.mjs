// The drawing of the tray glass, as SVG on the pixel grid of one size.
//
// Level = how full the glass is; hatched = unknown, two bars in a hollow glass = paused, a dot = somebody is needed.
// Meaning is in the shape: without colour it still reads.

/** The names that `engine::view::tray::Level` uses, and the share that is filled. */
export const LEVELS = { full: 1, high: 0.75, half: 0.5, low: 0.25, empty: 0, unknown: null, paused: null };

/** The panel behind the icon. `template` is for macOS, which takes the alpha alone. */
export const PANELS = {
  light: { ink: '#2b2f36', low: '#b96a00', alarm: '#cf3a2e' },
  dark: { ink: '#f1f0ec', low: '#f4b23e', alarm: '#ff7a6b' },
  template: { ink: '#000000', low: '#000000', alarm: '#000000' },
};

/** Whole pixels for each size, so that every edge is sharp: outer box, line and gap. */
const GRID = {
  16: { x: 2, y: 1, width: 12, height: 14, line: 1, gap: 1, radius: 2.5, dot: 3 },
  22: { x: 3, y: 1, width: 16, height: 20, line: 2, gap: 1, radius: 4, dot: 4 },
  24: { x: 3, y: 2, width: 18, height: 20, line: 2, gap: 1, radius: 4, dot: 4.5 },
  32: { x: 4, y: 2, width: 24, height: 28, line: 2, gap: 2, radius: 5, dot: 6 },
  36: { x: 5, y: 3, width: 26, height: 30, line: 3, gap: 2, radius: 6, dot: 6.5 },
  44: { x: 6, y: 2, width: 32, height: 40, line: 4, gap: 2, radius: 8, dot: 8 },
};

/** One icon. `size` is one of the grid above. */
export function glass(level, panel, attention, size) {
  const { ink, low, alarm } = PANELS[panel];
  const g = GRID[size];
  const inset = g.line + g.gap;
  const inner = {
    x: g.x + inset,
    y: g.y + inset,
    width: g.width - 2 * inset,
    height: g.height - 2 * inset,
    radius: Math.max(0.5, g.radius - inset),
  };
  const box = (r) => `x="${r.x}" y="${r.y}" width="${r.width}" height="${r.height}" rx="${r.radius}"`;
  const outline =
    `<rect x="${g.x + g.line / 2}" y="${g.y + g.line / 2}" width="${g.width - g.line}" height="${g.height - g.line}"` +
    ` rx="${g.radius - g.line / 2}" fill="none" stroke="${ink}" stroke-width="${g.line}"` +
    `${level === 'paused' ? ' stroke-opacity="0.75"' : ''}/>`;
  const dot = { x: g.x + g.width - g.dot * 0.55, y: g.y + g.dot * 0.75 };
  const ring = Math.max(1, size / 16);
  const mask = attention
    ? `<mask id="dot"><rect width="${size}" height="${size}" fill="#fff"/>` +
      `<circle cx="${dot.x}" cy="${dot.y}" r="${g.dot + ring}" fill="#000"/></mask>`
    : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">`,
    `<defs><clipPath id="inside"><rect ${box(inner)}/></clipPath>${mask}</defs>`,
    `<g${attention ? ' mask="url(#dot)"' : ''}>`,
    inside(level, { inner, ink, low, alarm, size }),
    outline,
    '</g>',
    attention ? `<circle cx="${dot.x}" cy="${dot.y}" r="${g.dot}" fill="${alarm}"/>` : '',
    '</svg>',
  ].join('\n');
}

function inside(level, { inner, ink, low, alarm, size }) {
  const { x, y, width, height } = inner;
  const share = LEVELS[level];
  if (share !== null && share > 0) {
    const filled = Math.round(height * share);
    const colour = level === 'low' ? low : ink;
    return `<g clip-path="url(#inside)"><rect x="${x}" y="${y + height - filled}" width="${width}" height="${filled}" fill="${colour}"/></g>`;
  }
  if (level === 'empty') {
    const sliver = Math.max(1, Math.round(size / 16));
    return `<g clip-path="url(#inside)"><rect x="${x}" y="${y + height - sliver}" width="${width}" height="${sliver}" fill="${alarm}"/></g>`;
  }
  if (level === 'unknown') {
    const step = Math.max(4, size / 5);
    const lines = [];
    for (let at = x - height; at < x + width; at += step) {
      lines.push(`M${at} ${y + height}L${at + height} ${y}`);
    }
    return `<g clip-path="url(#inside)"><path d="${lines.join('')}" stroke="${ink}" stroke-opacity="0.8" stroke-width="${Math.max(1.2, size / 14)}"/></g>`;
  }
  const bar = Math.max(2, Math.round(size / 10));
  const between = bar;
  const left = x + (width - 2 * bar - between) / 2;
  const tall = Math.round(height * 0.5);
  const top = y + Math.round((height - tall) / 2);
  return [left, left + bar + between]
    .map(
      (at) =>
        `<rect x="${at}" y="${top}" width="${bar}" height="${tall}" fill="${ink}" fill-opacity="0.75"/>`,
    )
    .join('');
}

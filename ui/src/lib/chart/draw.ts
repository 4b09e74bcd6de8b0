/**
 * Draws a picture with uPlot.
 *
 * Loaded on demand: it brings the chart library with it. Colours come from the page's tokens.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Picture } from './series';

/** The colours a chart needs, as the page has them now. */
export interface Palette {
  ink: string;
  soft: string;
  line: string;
  short: string;
  long: string;
  own: string;
  elsewhere: string;
  warm: string;
  failed: string;
  font: string;
}

const tokens: Record<Exclude<keyof Palette, 'font'>, string> = {
  ink: '--ink',
  soft: '--ink-soft',
  line: '--line',
  short: '--enough',
  long: '--idle',
  own: '--accent',
  elsewhere: '--unknown',
  warm: '--low',
  failed: '--ink-soft',
};

/** Resolves the tokens at an element: a custom property itself keeps its text, only a colour is computed. */
export function paletteAt(element: HTMLElement): Palette {
  const probe = element.appendChild(document.createElement('i'));
  try {
    const style = getComputedStyle(probe);
    const colour = (token: string) => {
      probe.style.color = `var(${token})`;
      return style.color;
    };
    const colours = Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, colour(token)]));
    return { ...(colours as Omit<Palette, 'font'>), font: `11px ${style.fontFamily}` };
  } finally {
    probe.remove();
  }
}

/** The values under the pointer, in the order of the picture's lines. */
export interface Under {
  at: number;
  left: (number | null)[];
}

export interface Drawing {
  picture: Picture;
  palette: Palette;
  width: number;
  height: number;
  /** The span that is seen, in seconds. */
  seen: [number, number];
  axis: (instant: number, apart: number) => string;
  percent: (whole: number) => string;
  /** A part was drawn over with the pointer. */
  zoomed: (from: number, to: number) => void;
  pointed: (under: Under | null) => void;
}

/** Bars take this part of the height; the lines have all of it. */
const barPart = 0.3;

/** A small flame on the axis, its foot at (x, y). */
function flame(size: number): Path2D {
  const path = new Path2D();
  path.moveTo(0, 0);
  path.bezierCurveTo(-size * 0.55, 0, -size * 0.6, -size * 0.55, -size * 0.2, -size * 0.75);
  path.bezierCurveTo(-size * 0.15, -size * 0.5, 0, -size * 0.55, 0, -size * 1.15);
  path.bezierCurveTo(size * 0.35, -size * 0.85, size * 0.6, -size * 0.55, size * 0.5, -size * 0.3);
  path.bezierCurveTo(size * 0.42, -size * 0.08, size * 0.25, 0, 0, 0);
  return path;
}

function aligned(picture: Picture): uPlot.AlignedData {
  const { use, lines } = picture;
  const total = use.own.map((own, index) => own + (use.elsewhere[index] ?? 0));
  const perHour = (points: number[]) => points.map((one) => (one === 0 ? null : one / use.step));
  const tables: uPlot.AlignedData[] = [
    // The total stands behind own use, so that what shows of it is the use elsewhere.
    [use.at, perHour(total), perHour(use.own)],
    ...lines.map(({ at, left }): uPlot.AlignedData => [at, left]),
  ];
  // A gap of a line covers the instants that only others have; without this it would end at the next of them.
  const modes = tables.map((table, place) =>
    table.map((_, index): uPlot.JoinNullMode => (index === 0 ? 0 : place === 0 ? 1 : 2)),
  );
  return uPlot.join(tables, modes);
}

function marks({ picture, palette }: Drawing): uPlot.Plugin {
  return {
    hooks: {
      draw: (u) => {
        const { ctx, bbox } = u;
        const ratio = devicePixelRatio;
        const shape = flame(10 * ratio);
        const half = 6 * ratio;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        for (const { at, outcome } of picture.warmups) {
          // One at the very edge is drawn whole.
          const x = Math.min(u.valToPos(at, 'x', true), bbox.left + bbox.width - half);
          ctx.save();
          ctx.translate(x, bbox.top + bbox.height - ratio);
          ctx.lineWidth = 1.4 * ratio;
          ctx.strokeStyle = ctx.fillStyle = outcome === 'started' ? palette.warm : palette.failed;
          // One that started a clock is filled; another is an outline.
          if (outcome === 'started') ctx.fill(shape);
          else ctx.stroke(shape);
          ctx.restore();
        }
        ctx.restore();
      },
    },
  };
}

/** Draws into `target`. */
export function draw(target: HTMLElement, drawing: Drawing): uPlot {
  const { picture, palette, seen, axis, percent } = drawing;
  const short = picture.lines.length > 1 ? picture.lines[0]?.window : (picture.lines[0]?.window ?? null);
  const bars = uPlot.paths.bars?.({ size: [0.7, 14], radius: 0.15 });
  const bar = (colour: string): uPlot.Series => ({
    scale: 'points',
    fill: colour,
    stroke: colour,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const options: uPlot.Options = {
    width: drawing.width,
    height: drawing.height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7, width: 1.5 },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { min: seen[0], max: seen[1], time: true },
      y: { range: [0, 100] },
      points: { range: (_, __, most) => [0, Math.max(most, 10) / barPart] },
    },
    axes: [
      {
        stroke: palette.soft,
        font: palette.font,
        grid: { stroke: palette.line, width: 1 },
        ticks: { show: false },
        gap: 6,
        size: 26,
        space: 64,
        values: (_, splits, __, ___, apart) => splits.map((at) => axis(at * 1000, apart * 1000)),
      },
      {
        stroke: palette.soft,
        font: palette.font,
        grid: { stroke: palette.line, width: 1 },
        ticks: { show: false },
        gap: 6,
        size: 44,
        splits: () => [0, 25, 50, 75, 100],
        values: (_, splits) => splits.map((value) => percent(value)),
      },
    ],
    series: [
      {},
      bar(palette.elsewhere),
      bar(palette.own),
      ...picture.lines.map((line): uPlot.Series => ({
        scale: 'y',
        stroke: line.window === short ? palette.short : palette.long,
        width: line.window === short ? 1.8 : 1.5,
        ...(line.window === short ? { fill: translucent(palette.short) } : { dash: [5, 4] }),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          drawing.zoomed(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (u) => {
          const { idx, left } = u.cursor;
          if (idx === null || idx === undefined || (left ?? -1) < 0) return drawing.pointed(null);
          drawing.pointed({
            at: u.data[0][idx] ?? 0,
            left: picture.lines.map((_, index) => lastKnown(u.data[3 + index], idx)),
          });
        },
      ],
    },
    plugins: [marks(drawing)],
  };
  return new uPlot(options, aligned(picture), target);
}

/** The value at or before `index`: the windows are not read at the same instants. A gap is a gap. */
function lastKnown(values: ArrayLike<number | null | undefined> | undefined, index: number): number | null {
  for (let at = index; at >= 0; at -= 1) {
    const value = values?.[at];
    if (value !== undefined) return value;
  }
  return null;
}

function translucent(colour: string): string {
  return `color-mix(in oklab, ${colour} 16%, transparent)`;
}

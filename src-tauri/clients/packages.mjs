// The official clients, each as its lock file says. Fetched on the first run and after a change of version.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, Failure, npm, run, targetDirectory } from '../../.ci/command.mjs';

export const here = fileURLToPath(new URL('.', import.meta.url));

/** Does something again whenever a file differs from the one it was last done for. */
async function onceFor(file, marker, work) {
  const wanted = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  await work();
  writeFileSync(marker, wanted);
}

/** Does what brings packages to this machine; answers why they cannot be had, which is said aloud, or null. */
async function missing(what, work) {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(`clients: left out: ${what}: ${error.message}`);
    return error.message;
  }
}

/** Installs what `package-lock.json` in a folder names. No script of a package runs. */
async function installed(folder) {
  const marker = join(folder, 'node_modules', '.headroom-lock');
  // A registry that does not answer is asked twice, a minute each.
  const bounds = ['--fetch-retries=1', '--fetch-timeout=60000'];
  await onceFor(join(folder, 'package-lock.json'), marker, () =>
    run(
      npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...bounds),
      'The clients are fetched from the npm registry; is it reachable?',
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    ),
  );
}

/** Whether the libraries for Node, to be imported after this, are missing, and why. */
export const libraries = async () => ({
  missing: await missing('the libraries for Node', () => installed(here)),
});

/** The file of each command-line program, or why there is none. */
export async function programs() {
  const folder = join(here, 'programs');
  const at = (...path) => join(folder, 'node_modules', ...path);
  return {
    missing: await missing('the command-line programs', () => installed(folder)),
    // It starts the program that its package for this machine brings; otherwise a script of the package would link it.
    claude: at('@anthropic-ai', 'claude-code', 'cli-wrapper.cjs'),
    codex: at('@openai', 'codex', 'bin', 'codex.js'),
    gemini: at('@google', 'gemini-cli', 'bundle', 'gemini.js'),
  };
}

/** The Python with the libraries for it, or why there is none. */
export async function python() {
  const folder = join(targetDirectory(), 'clients-python');
  const requirements = join(here, 'requirements.txt');
  const inside = join(
    folder,
    ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  );
  const install = async () => {
    const outside = ['python3', 'python'].find((name) => ask(name, '-c', 'import venv, ensurepip') !== null);
    if (outside === undefined) throw new Failure('There is no Python with `venv` and `pip`.');
    const advice = 'The clients are fetched from PyPI; is it reachable?';
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
    const pip = [inside, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run([outside, '-m', 'venv', '--clear', folder], advice, quiet);
    await run([...pip, '--timeout', '60', '--retries', '1', '--requirement', requirements], advice, quiet);
  };
  const why = await missing('the libraries for Python', async () => {
    mkdirSync(folder, { recursive: true });
    await onceFor(requirements, join(folder, '.headroom-lock'), install);
  });
  return { missing: why, python: inside };
}

// `npm run bench`: what a hop through the proxy costs, whole program, beside no hop and HAProxy in the same run.
//
// Words choose parts of it (`hop`, `events`, `failover`, `leaving`, `residue`): `npm run bench -- failover leaving`.
// HAPROXY may name another haproxy than the one on the path (Debian: `apt-get install haproxy`).
import { join } from 'node:path';
import { ask, run, stop, targetDirectory } from './command.mjs';

async function main() {
  await run(
    ['cargo', 'build', '--locked', '--release', '--package', 'cli'],
    'The program has to build first.',
  );
  const name = process.platform === 'win32' ? 'headroom.exe' : 'headroom';
  const env = { ...process.env, HEADROOM: join(targetDirectory(), 'release', name) };
  const haproxy = process.env.HAPROXY ?? ask('which', 'haproxy');
  if (haproxy) env.HAPROXY = haproxy;
  const bench = ['cargo', 'bench', '--locked', '--package', 'engine', '--bench', 'proxy', '--'];
  await run([...bench, ...process.argv.slice(2)], 'Nothing else should run on this machine meanwhile.', {
    env,
  });
}

await main().catch(stop);

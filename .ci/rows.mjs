// What Headroom has to hold against, row by row: T threats, F faults, G goals. `.ci/reliability.mjs` finds the tests.
//
// `goal` is the figure that is tested. `spec` says where the figure follows the specification instead of the first
// plan. `without` is the reason why a row has no test of its own.

/** @typedef {{ id: string, what: string, goal: string, spec?: string, without?: string }} Row */

/** @type {Row[]} */
export const threats = [
  {
    id: 'T1',
    what: 'A web page posts to the proxy without reading the answer',
    goal: '12 attack pages in Chromium: 0 upstream calls',
  },
  {
    id: 'T2',
    what: 'A web page reads answers through CORS',
    goal: '40 origins: 403 and no `Access-Control-*` header',
    spec: 'a page that the user named in proxy_origins gets its exact origin and nothing else',
  },
  {
    id: 'T3',
    what: 'DNS rebinding: the attacker’s name leads to this machine',
    goal: '80 Host vectors on both listeners and Chromium with a rebound name: all 403, 0 calls',
  },
  {
    id: 'T4',
    what: 'A page on another local port, or an extension',
    goal: '`Sec-Fetch-Site` other than same-origin or none: 403',
  },
  { id: 'T5', what: 'A Gemini-style `?key=` leaks into logs, records or upstream', goal: '0 hits' },
  {
    id: 'T6',
    what: 'A route without authentication',
    goal: 'every route and method without a key: 401, 403 or 405; only `/healthz` answers',
  },
  {
    id: 'T7',
    what: 'The control API reached through the proxy’s port, a page or another user',
    goal: 'every route reviewed; attack pages have 0 effects',
  },
  {
    id: 'T8',
    what: 'Guessing a key',
    goal: '10,000 wrong keys: 0 accepted, throttled after 20 a minute, the owner still enters',
  },
  {
    id: 'T9',
    what: 'Another user of the machine reads files or the port',
    goal: 'as `nobody`: every file refused',
  },
  {
    id: 'T10',
    what: 'Tokens at rest: stolen disk, backup, cloud folder',
    goal: '1,000 planted tokens, raw, base64 and hex: 0 found; a record moved to another owner does not open',
  },
  {
    id: 'T11',
    what: 'The local network or a container reaches the proxy',
    goal: 'loopback only; opening it takes named hosts and the user’s word',
  },
  {
    id: 'T12',
    what: 'The sign-in’s way back: injection, replay',
    goal: 'wrong, missing, replayed, late: 0 token exchanges',
  },
  {
    id: 'T13',
    what: 'An imported file names its own endpoints',
    goal: 'no address of a file is kept or called',
  },
  {
    id: 'T14',
    what: 'Hostile import files: huge, deep, many, bombs, odd names',
    goal: '200 files: ≤ 2 s each, ≤ 64 MiB, rejected files change nothing',
  },
  {
    id: 'T15',
    what: 'A redirect draws the bearer elsewhere',
    goal: '301, 302, 307, 308 to a canary: 0 requests',
  },
  {
    id: 'T16',
    what: 'Environment or settings redirect the app',
    goal: 'hostile addresses refused with the reason; what is accepted, the client reads as we do',
  },
  {
    id: 'T17',
    what: 'Addresses inside a request are fetched',
    goal: 'canary address in every position of the dialects: 0 connections',
  },
  {
    id: 'T18',
    what: 'Request smuggling and header tricks',
    goal: '120 framing vectors on both listeners: refused, connection closed, 0 calls',
  },
  {
    id: 'T19',
    what: 'Slow and silent connections',
    goal: '512 slow connections: a real client served within 100 ms',
  },
  {
    id: 'T20',
    what: 'Huge bodies, deep JSON, packed bodies, many headers',
    goal: '413, 400, 415, 431; nothing reaches the upstream',
  },
  {
    id: 'T21',
    what: 'Markup in names, errors or model output',
    goal: '200 payloads in 12 fields shown, in Chromium: 0 scripts run, 0 outside requests',
  },
  {
    id: 'T22',
    what: 'A page script calls commands it should not',
    goal: 'the window may call the engine’s commands and nothing else; no command returns a secret',
  },
  {
    id: 'T23',
    what: 'A link from the service’s text, arguments of a second start',
    goal: 'only checked https links of the service are kept',
  },
  {
    id: 'T24',
    what: 'Secrets in logs, errors, panics, exports',
    goal: '0 hits at TRACE; 0 hits in process memory after a credential was used and removed',
  },
  {
    id: 'T25',
    what: 'An exported backup lies around',
    goal: 'an export holds no secret at all',
    spec: 'settings export writes no secrets, so there is nothing to encrypt',
  },
  {
    id: 'T26',
    what: 'Another process has the proxy’s port',
    goal: 'told with its process, never another port',
  },
  {
    id: 'T27',
    what: 'A dependency is taken over',
    goal: 'banned crate, git source and unknown licence each fail the build',
  },
  {
    id: 'T28',
    what: 'A malicious or older update',
    goal: 'nothing is fetched',
    without:
      'No updater is built in by default: nothing is downloaded at run time. With the feature `updater`, the plugin itself refuses what the key did not sign and what is not newer; that was not tried against a real release.',
  },
  {
    id: 'T29',
    what: 'The service suspends an account for automated use',
    goal: '0 automatic requests for it in 30 simulated days',
  },
  {
    id: 'T30',
    what: 'One credential’s answer served to another',
    goal: 'every answer names the credential that gave it',
  },
  {
    id: 'T31',
    what: 'A tool schema that explodes',
    goal: '2,000 random schemas: size and depth do not grow, a second pass changes nothing',
  },
  { id: 'T32', what: 'Settings edited by another program', goal: 'an edited file opens no door' },
];

/** @type {Row[]} */
export const faults = [
  { id: 'F1', what: '429 that says when', goal: 'the pair rests exactly that long, other models go on' },
  { id: 'F2', what: '429 that says nothing', goal: '30 s, doubling to 10 min' },
  { id: 'F3', what: 'A second 429 while it rests', goal: 'a deadline only grows' },
  {
    id: 'F4',
    what: 'All credentials rest',
    goal: '1,000 requests: at most one call and one probe a credential, the rest answered here',
  },
  { id: 'F5', what: 'A storm of 429s over a day', goal: '0 calls to who rests, never more than 2 a second' },
  {
    id: 'F6',
    what: '500, 502, 503, 529',
    goal: 'the next credential answers at once, or one error in the client’s dialect',
    spec: 'as many candidates as there are, at most 5 (behaviour §7)',
  },
  { id: 'F7', what: '401 with a good refresh token', goal: '1 refresh, 1 replay, the client sees 200' },
  { id: 'F8', what: '401 again after the refresh', goal: 'the credential rests, the next answers, no loop' },
  {
    id: 'F9',
    what: '403 for quota, terms, validation',
    goal: 'three states; the last two stop all automatic traffic',
  },
  { id: 'F10', what: '404 and 400', goal: 'one call, the credential is not punished' },
  { id: 'F11', what: 'The host is down', goal: '0 credentials blamed; works again by itself' },
  { id: 'F12', what: 'The upstream hangs', goal: 'an error at the limit' },
  { id: 'F13', what: 'One byte a second', goal: 'lives while bytes flow' },
  {
    id: 'F14',
    what: 'The stream is cut',
    goal: 'at every place: told in the dialect, 1 call, no text twice',
  },
  {
    id: 'F15',
    what: 'Malformed JSON, HTML, nothing, another type',
    goal: '0 panics, a valid error of the dialect',
  },
  { id: 'F16', what: 'An error object inside a good stream', goal: 'treated as that error' },
  { id: 'F17', what: 'An answer without end', goal: 'bounded memory' },
  { id: 'F18', what: 'The client reads slowly', goal: 'the upstream is slowed down' },
  { id: 'F19', what: 'Cuts inside characters, lines and fields', goal: 'the same events for any cut' },
  { id: 'F20', what: 'The client leaves in the stream', goal: 'the call ends within 50 ms, 0 retries' },
  { id: 'F21', what: 'The client leaves before the first byte', goal: 'the call ends, 0 further calls' },
  { id: 'F22', what: 'The client leaves while it waits', goal: '0 calls' },
  { id: 'F23', what: '1,000 requests when the token runs out', goal: 'exactly 1 refresh' },
  { id: 'F24', what: 'Who started the refresh leaves', goal: '1 refresh, the others get it' },
  {
    id: 'F25',
    what: 'A refresh and an edit at the same time',
    goal: 'both changes are kept, in every order',
  },
  {
    id: 'F26',
    what: 'The login was revoked',
    goal: '1 call; kept, told, never tried again; others untouched',
  },
  {
    id: 'F27',
    what: 'The sign-in service is down',
    goal: 'nobody is blamed; the old token is used to its end',
  },
  { id: 'F28', what: 'The refresh token is rotated', goal: 'the new one is stored before it is needed' },
  { id: 'F29', what: 'A token runs out while the quota is empty', goal: 'refreshed on schedule' },
  {
    id: 'F30',
    what: 'The service’s clock differs',
    goal: 'resets corrected above 30 s, no call with an expired token',
  },
  {
    id: 'F31',
    what: 'Killed while it writes',
    goal: '1,000 kills a store: 0 acknowledged records lost, 0 unreadable',
  },
  { id: 'F32', what: 'Killed at every write', goal: 'every point clean' },
  {
    id: 'F33',
    what: 'Killed in a round of warmups',
    goal: '1,000 kills: at most one request a pair and cycle',
  },
  {
    id: 'F34',
    what: 'The disk is full',
    goal: 'reading works, the failure is told, 0 rows lost, works again when there is space',
  },
  {
    id: 'F35',
    what: 'The directory or the disk cannot be written',
    goal: 'everything shown, nothing changed, told',
  },
  {
    id: 'F36',
    what: 'Database or settings damaged',
    goal: '1,000 damaged copies: 0 panics, never silently empty',
  },
  { id: 'F37', what: 'One bad record of 1,000', goal: '999 shown and the one named' },
  {
    id: 'F38',
    what: 'A newer form, a migration that fails',
    goal: 'refused untouched; old or new, never between',
  },
  { id: 'F39', what: 'Many starts at once', goal: '50 starts: 1 engine' },
  { id: 'F40', what: 'The lock of a killed process', goal: '100 of 100 starts within 2 s' },
  { id: 'F41', what: 'The port is taken', goal: 'told, no other taken; the rest runs' },
  { id: 'F42', what: 'A panic in a request or a job', goal: 'that one fails, the rest goes on' },
  { id: 'F43', what: 'Told to end with streams open', goal: 'ends within 6 s' },
  { id: 'F44', what: 'Out of file descriptors', goal: 'no spinning, works again' },
  {
    id: 'F45',
    what: 'No keychain, a locked, slow or refusing one',
    goal: 'told; nothing in clear by itself; given up after 10 s',
  },
  { id: 'F46', what: 'The key is lost', goal: 'told, 0 rows deleted, never replaced by itself' },
  { id: 'F47', what: 'A secret too large for a keychain', goal: '2 MB sealed under one short key' },
  {
    id: 'F48',
    what: 'A day and a year of schedule',
    goal: '144 scans and 96 refreshes a day; 52,560 and 35,040 a year',
  },
  { id: 'F49', what: 'Eight hours of sleep', goal: 'one catch-up a job' },
  { id: 'F50', what: 'The clock jumps', goal: '0 early repeats, nothing blocked for long' },
  { id: 'F51', what: 'Summer time and time zones', goal: 'one daily run a local day, 10 years, 20 zones' },
  { id: 'F52', what: 'A run longer than its interval', goal: 'one run of a job at a time' },
  { id: 'F53', what: '1,000 credentials', goal: 'start ≤ 2 s, memory ≤ 150 MB' },
  {
    id: 'F54',
    what: '10,000 and 1 million rows of history',
    goal: 'every query by an index, trimmed to 90 days',
  },
  {
    id: 'F55',
    what: 'A share that is missing or nonsense',
    goal: 'unknown, never 0 or 100 %; no decision from it',
  },
  {
    id: 'F56',
    what: 'Fields unknown, dropped, renamed, retyped',
    goal: 'each path of every fixture: 0 panics, 0 numbers from a default',
  },
  { id: 'F57', what: 'Times in the past, far away, in other forms', goal: '0 panics, unknown otherwise' },
  { id: 'F58', what: 'Settings change under load', goal: '0 failed requests, the last write stands' },
  {
    id: 'F59',
    what: 'A credential removed during its request',
    goal: 'the answer ends cleanly, no later use, it does not come back',
  },
  {
    id: 'F60',
    what: '100,000 requests with 5 % faults',
    goal: 'memory, descriptors and tasks flat, 0 wrong answers',
  },
];

/** @type {Row[]} */
export const goals = [
  { id: 'G1', what: 'Killed while writing', goal: '1,000 kills a store, every write: 0 lost, 0 unreadable' },
  {
    id: 'G2',
    what: 'Killed while warming',
    goal: '1,000 kills: at most one warmup a credential, model and cycle',
  },
  { id: 'G3', what: 'Fuzzing', goal: '12 targets × 1 million runs: 0 panics, 0 hangs' },
  { id: 'G4', what: 'No secret leaves', goal: '0 canaries in logs, answers, files, memory' },
  {
    id: 'G5',
    what: 'Browser attacks',
    goal: '12 pages, 80 Host, 40 Origin, 120 framing vectors: 0 upstream calls',
  },
  { id: 'G6', what: 'Access without a key', goal: '0 routes but `/healthz`' },
  { id: 'G7', what: 'Client gone, upstream closed', goal: '≤ 50 ms, 0 retries' },
  {
    id: 'G8',
    what: 'Failover',
    goal: 'no sleep while a healthy credential exists',
    spec: 'at most 5 credentials a request (behaviour §7)',
  },
  {
    id: 'G9',
    what: 'What a hop costs',
    goal: 'p99 ≤ 2 ms at 500 requests a second, first byte + ≤ 1 ms',
    without:
      'Measured beside no hop and HAProxy by `npm run bench`, with its figures in [BENCHMARKS.md](BENCHMARKS.md).',
  },
  {
    id: 'G10',
    what: 'A year in a minute',
    goal: 'exact counts, one catch-up, no double run over any change of summer time',
  },
  {
    id: 'G11',
    what: 'The storm',
    goal: '0 calls to who rests, ≤ 2 a second, 0 extra calls of 1,000 requests',
  },
  { id: 'G12', what: 'One refresh', goal: '1,000 requests: 1 refresh; 100,000 schedules: 0 lost updates' },
  { id: 'G13', what: 'Scale', goal: '1,000 credentials: start ≤ 2 s, ≤ 150 MB; 100,000 requests: flat' },
  {
    id: 'G14',
    what: 'Drift',
    goal: 'every path dropped, renamed, retyped: 0 panics, 0 decisions from a default',
  },
  {
    id: 'G15',
    what: 'Restart',
    goal: '≤ 2 s, 100 of 100; 50 starts, 1 engine; unreadable never becomes empty',
  },
];

export const rows = [...threats, ...faults, ...goals];

import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { plain, showPage } from '../lib/components/testing';
import {
  BackendError,
  type ClientKeyView,
  type ProgramView,
  type ProxyView,
  type RequestView,
} from '../lib/ipc/backend';
import { FakeBackend, fixtureTime } from '../lib/ipc/fake';

const at = new Date(fixtureTime - 60_000).toISOString();

const off: ProxyView = {
  enabled: false,
  listening: null,
  why_not: null,
  address: 'http://127.0.0.1:8045',
  in_flight: 0,
  consent_text: 'It goes out with your own personal login.',
  consent_at: null,
  keys: 0,
  prompts: 0,
  prompts_hours: null,
};
const laptop: ClientKeyView = {
  id: 'k-1',
  name: 'laptop',
  models: ['claude'],
  daily_cap: 200,
  requests_today: 12,
  created_at: at,
  last_used_at: null,
  revoked: false,
};
const codex: ProgramView = {
  client: 'codex',
  name: 'Codex CLI',
  about: 'its config.toml is written',
  files: ['/home/ada/.codex/config.toml'],
  text: 'model_provider = "headroom"\n',
  notes: ['The proxy is switched off.'],
  connected: false,
  can_undo: false,
  problem: null,
};
const request: RequestView = {
  id: '7',
  at,
  key: 'k-1',
  key_name: 'laptop',
  endpoint: '/v1/messages',
  model_asked: 'claude-haiku-4-5',
  model_used: 'gemini-3-flash',
  credential: 'c-ada',
  name: 'Ada',
  provider: 'antigravity',
  tokens_in: 1234,
  tokens_out: null,
  tokens_cached: null,
  tokens_reasoning: null,
  duration_ms: 1540,
  first_byte_ms: 600,
  status: 502,
  outcome: 'failed',
  retries: 1,
  decision: 'Ada resets soonest.',
  has_prompt: false,
};

interface State {
  proxy: ProxyView;
  keys: ClientKeyView[];
  programs: ProgramView[];
  requests: RequestView[];
}

/** A backend that remembers what is switched, made and written. */
function remembering(more: Partial<State> = {}): { backend: FakeBackend; state: State } {
  const state: State = { proxy: off, keys: [laptop], programs: [codex], requests: [request], ...more };
  const backend: FakeBackend = new FakeBackend({
    proxyStatus: () => state.proxy,
    settingsSet: ({ key, value }: { key: string; value: string }) => {
      const on = value === 'true';
      state.proxy = { ...state.proxy, enabled: on, listening: on ? '127.0.0.1:8045' : null, consent_at: at };
      return { ...backend.settings.find((one) => one.key === key), value, source: 'settings' };
    },
    keysList: () => state.keys,
    keyCreate: ({
      name,
      models,
      daily_cap,
    }: {
      name: string;
      models: string[];
      daily_cap: number | null;
    }) => {
      if (state.keys.some((key) => key.name === name)) {
        return Promise.reject(new BackendError('refused', `there is a client key named "${name}" already`));
      }
      const key = { ...laptop, id: 'k-2', name, models, daily_cap, requests_today: 0 };
      state.keys = [...state.keys, key];
      return { key, secret: 'hr-FAKE_KEY' };
    },
    keyRevoke: ({ key }: { key: string }) => {
      state.keys = state.keys.map((one) => (one.id === key ? { ...one, revoked: true } : one));
      return state.keys[0];
    },
    connectList: () => state.programs,
    connectWrite: () => {
      state.programs = [{ ...codex, connected: true, can_undo: true }];
      return { client: 'codex', name: 'Codex CLI', changed: codex.files, backups: [], key_name: 'codex' };
    },
    connectUndo: () => {
      state.programs = [codex];
      return { client: 'codex', name: 'Codex CLI', restored: codex.files, edited: [], removed: [] };
    },
    aliasPreview: ({ name }: { name: string }) => ({
      name,
      model: 'gemini-3-flash',
      known: true,
      via: 'alias',
      rule: 'claude-haiku-*=gemini-3-flash',
      sentence: `${name} goes to gemini-3-flash by the rule claude-haiku-*=gemini-3-flash.`,
    }),
    requests: () => state.requests,
    requestPrompts: ({ requests }: { requests: string[] }) =>
      requests.map((id) => ({
        request: id,
        asked: 'user:\nWhy?',
        asked_left_out: 12,
        answered: 'So.',
        answered_left_out: 0,
      })),
    promptsDelete: () => {
      state.requests = state.requests.map((one) => ({ ...one, has_prompt: false }));
      state.proxy = { ...state.proxy, prompts: 0 };
      return { deleted: 1 };
    },
    requestStatistics: () => {
      const usage = {
        subject: 'gemini-3-flash',
        name: 'gemini-3-flash',
        requests: 3,
        failures: 1,
        refusals: 0,
        tokens_in: 5_000_000_000,
        tokens_out: 70,
        tokens_cached: 0,
        tokens_reasoning: 0,
        median_first_byte_ms: 640,
      };
      return { since: at, total: usage, models: [usage], credentials: [], keys: [] };
    },
  });
  return { backend, state };
}

test('the proxy is switched on after the consent, and the sentence says where it is', async () => {
  const { backend } = remembering();
  await showPage('#/proxy', backend);
  const heading = await screen.findByRole('heading', { level: 1, name: 'The proxy is off.' });
  const toggle = await screen.findByRole('switch', { name: 'Proxy' });
  await userEvent.click(toggle);
  const dialog = await screen.findByRole('dialog', { name: 'Before the proxy is switched on' });
  expect(dialog).toHaveTextContent('your own personal login');
  expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(backend.argsOf('settingsSet')).toEqual([]);
  await userEvent.click(toggle);
  await userEvent.click(await screen.findByRole('button', { name: 'Agree and switch it on' }));
  await vi.waitFor(() =>
    expect(heading).toHaveTextContent('Programs reach your quota at http://127.0.0.1:8045.'),
  );
  expect(backend.argsOf('settingsSet')).toMatchObject([{ key: 'proxy_enabled', value: 'true' }]);
  expect(screen.getByText(/^No client key yet/)).toBeInTheDocument();
});

test('why it does not listen stands where it is switched', async () => {
  const why_not = 'The proxy cannot listen on 127.0.0.1:8045: another program uses it.';
  const { backend } = remembering({ proxy: { ...off, enabled: true, consent_at: at, why_not } });
  await showPage('#/proxy', backend);
  expect(await screen.findByRole('alert')).toHaveTextContent(why_not);
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('does not listen');
});

test('a key is made, shown once, and revoked after a question', async () => {
  const { backend } = remembering();
  await showPage('#/proxy?keys', backend);
  const keys = await screen.findByRole('region', { name: 'Client keys' });
  expect(await within(keys).findByText('12 of 200 today · never used · claude')).toBeInTheDocument();
  await userEvent.type(within(keys).getByLabelText('Name'), 'laptop');
  await userEvent.click(within(keys).getByRole('button', { name: 'Make a key' }));
  expect(await within(keys).findByRole('alert')).toHaveTextContent('already');
  await userEvent.type(within(keys).getByLabelText('Name'), '-2');
  await userEvent.type(within(keys).getByLabelText('Models'), 'claude, gemini-3');
  await userEvent.type(within(keys).getByLabelText('Requests a day'), '9');
  await userEvent.click(within(keys).getByRole('button', { name: 'Make a key' }));
  expect(await within(keys).findByText('hr-FAKE_KEY')).toBeInTheDocument();
  expect(backend.argsOf('keyCreate').at(-1)).toEqual({
    name: 'laptop-2',
    models: ['claude', 'gemini-3'],
    daily_cap: 9,
  });
  await userEvent.click(within(keys).getByRole('button', { name: 'I have it' }));
  expect(within(keys).queryByText('hr-FAKE_KEY')).toBeNull();
  await userEvent.click(within(keys).getByRole('button', { name: 'Revoke laptop' }));
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Revoke' }));
  expect(await within(keys).findByText('revoked')).toBeInTheDocument();
  expect(backend.argsOf('keyRevoke')).toEqual([{ key: 'k-1' }]);
});

test('a program is written after a question and taken back', async () => {
  const { backend } = remembering();
  // In the demo nothing is written.
  backend.status.demo = backend.quota.demo = false;
  await showPage('#/proxy?programs', backend);
  await userEvent.click(await screen.findByRole('button', { name: 'Set up Codex CLI' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('/home/ada/.codex/config.toml');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Write it' }));
  expect(await screen.findByText('connected')).toBeInTheDocument();
  expect(screen.getByText(/Codex CLI uses Headroom now, with the key codex/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Take back the set-up of Codex CLI' }));
  expect(await screen.findByRole('button', { name: 'Set up Codex CLI' })).toBeEnabled();
});

test('where a name goes is said while it is typed', async () => {
  await showPage('#/proxy', remembering().backend);
  await userEvent.type(await screen.findByLabelText('Where does a name go?'), 'claude-haiku-4-5');
  expect(await screen.findByText(/^claude-haiku-4-5 goes to gemini-3-flash by the rule/)).toBeInTheDocument();
});

test('a request says what it was asked for, what came of it, and why it went there', async () => {
  await showPage('#/proxy?requests', remembering().backend);
  const line = await within(await screen.findByRole('region', { name: 'Requests' })).findByRole('listitem');
  expect(plain(line.textContent)).toContain('gemini-3-flash Ada · laptop · asked for claude-haiku-4-5');
  expect(plain(line.textContent)).toContain('Ada resets soonest.');
  expect(plain(line.textContent)).toContain('failed 502 1,234 in · – out · 1.5 s');
});

test('what was said is shown where it is kept, and deleted after a question', async () => {
  const { backend } = remembering({
    proxy: { ...off, prompts: 1, prompts_hours: 24 },
    requests: [{ ...request, has_prompt: true }],
  });
  await showPage('#/proxy?requests', backend);
  const region = await screen.findByRole('region', { name: 'Requests' });
  expect(await within(region).findByText(/is kept, encrypted, for 24 hours/)).toBeInTheDocument();
  const unfold = await within(region).findByRole('button', { name: 'What was said' });
  expect(backend.argsOf('requestPrompts')).toEqual([]);
  await userEvent.click(unfold);
  expect(await within(region).findByText('So.')).toBeInTheDocument();
  expect(region).toHaveTextContent('12 bytes before this are not kept.');
  expect(backend.argsOf('requestPrompts')).toEqual([{ requests: ['7'] }]);
  await userEvent.click(within(region).getByRole('button', { name: 'Delete what was said' }));
  const dialog = await screen.findByRole('dialog', { name: 'Delete all that was said?' });
  expect(dialog).toHaveTextContent('What is kept of 1 request goes now');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
  await vi.waitFor(() => expect(within(region).queryByRole('button')).toBeNull());
  expect(within(region).queryByText('So.')).toBeNull();
  expect(backend.argsOf('promptsDelete')).toHaveLength(1);
});

test('sums stand in a table each, unknown ones in none', async () => {
  await showPage('#/proxy?use', remembering().backend);
  const row = await screen.findByRole('row', { name: /^gemini-3-flash/ });
  const cells = within(row).getAllByRole('cell');
  expect(cells.map((cell) => plain(cell.textContent))).toEqual(['3', '1', '5B', '0', '70', '0.6 s']);
  expect(screen.getAllByRole('table')).toHaveLength(1);
});

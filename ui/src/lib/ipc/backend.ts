/**
 * What the page needs from the engine, wherever it runs.
 *
 * The commands and their types are the generated ones; the rest is what a window and a browser do differently:
 * hearing of changes, taking files, opening links. How either is done belongs to `tauri.ts` and `http.ts`.
 */
import type { commands } from './bindings';

/** Every command of the engine, by the name the generated bindings give it. */
export type Commands = typeof commands;

type Answer<Name extends keyof Commands> = Awaited<ReturnType<Commands[Name]>>;
type Args<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

// Taken from the commands, not by name: the generator may split a type into one to read and one to write.
export type QuotaDocument = Answer<'quota'>;
export type CredentialView = QuotaDocument['credentials'][number];
export type GroupView = CredentialView['groups'][number];
export type WindowView = GroupView['windows'][number];
export type ModelView = CredentialView['models'][number];
export type StatusView = Answer<'status'>;
export type NoticeView = StatusView['notices'][number];
export type CredentialChange = Answer<'credentialEnable'>;
export type ImportReport = Answer<'import'>;
export type ImportEntry = ImportReport['entries'][number];
export type ImportFile = NonNullable<Args<'import'>['files']>[number];
export type Freshness = NonNullable<Args<'quota'>['freshness']>;
export type LoginStarted = Answer<'loginStart'>;
export type LoginProgress = Answer<'loginProgress'>;
export type SettingView = Answer<'settingsList'>[number];
export type SettingsImportReport = Answer<'settingsImport'>;
export type Check = Answer<'doctor'>[number];
export type WarmupArgs = Args<'warmup'>;
export type WarmupRound = Answer<'warmup'>;
export type WarmupLine = WarmupRound['lines'][number];
export type WarmupPair = Pick<WarmupLine, 'credential' | 'model'>;
export type SchedulerView = Answer<'scheduler'>;
export type JobView = SchedulerView['jobs'][number];
export type DecisionsArgs = Args<'decisions'>;
export type DecisionView = Answer<'decisions'>[number];
export type CooldownView = Answer<'cooldowns'>[number];
export type HistoryDocument = Answer<'history'>;
export type WarmupView = HistoryDocument['warmups'][number];
export type SampleView = HistoryDocument['samples'][number];
export type DropView = HistoryDocument['drops'][number];
export type WhatIfPolicy = Answer<'whatif'>['policies'][number];
export type WhatIfPart = NonNullable<Args<'whatif'>['only']>;
export type ProxyView = Answer<'proxyStatus'>;
export type ClientKeyView = Answer<'keysList'>[number];
export type KeyCreated = Answer<'keyCreate'>;
export type RequestView = Answer<'requests'>[number];
export type PromptView = Answer<'requestPrompts'>[number];
export type RequestStatistics = Answer<'requestStatistics'>;
export type UsageView = RequestStatistics['total'];
export type AliasView = Answer<'aliasPreview'>;
export type ProgramView = Answer<'connectList'>[number];

/** Why a command failed; `signed_out` is the page's own: its token is not, or no longer, valid. */
export type FailureCode =
  | 'bad_input'
  | 'not_found'
  | 'refused'
  | 'needs_user'
  | 'needs_consent'
  | 'no_key'
  | 'unreachable'
  | 'failed'
  | 'signed_out';

const failureCodes: ReadonlySet<string> = new Set<FailureCode>([
  'bad_input',
  'not_found',
  'refused',
  'needs_user',
  'needs_consent',
  'no_key',
  'unreachable',
  'failed',
  'signed_out',
]);

/**
 * What nobody could say in the reader's language, because no engine answered: whoever noticed it, a browser or the
 * shell of the window, knows no languages.
 */
function unanswered(code: FailureCode): string | null {
  if (!document.documentElement.lang.startsWith('zh')) return null;
  if (code === 'unreachable') return '后台引擎没有响应。';
  return code === 'signed_out' ? '本页已退出登录。' : null;
}

/** A failed command: a code where the page does something different for it, and words for the user. */
export class BackendError extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
  ) {
    super(unanswered(code) ?? message);
    this.name = 'BackendError';
  }

  /** Reads whatever a transport threw; anything of an unknown form is `failed` with its text. */
  static from(thrown: unknown): BackendError {
    if (thrown instanceof BackendError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
      const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'failed';
      return new BackendError(
        failureCodes.has(code) ? (code as FailureCode) : 'failed',
        String(thrown.message),
      );
    }
    return new BackendError('failed', String(thrown));
  }
}

/** Whether changes arrive: `signed_out` means only a new link helps. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'signed_out';

/** Where credential files come from: paths of this machine, or contents that come along. */
export type ImportSource =
  { kind: 'paths'; paths: string[] } | { kind: 'files'; files: ImportFile[]; tooLarge: string[] };

/** Files over the window: hovering, gone again, or let go. */
export type DropEvent = { kind: 'over' } | { kind: 'left' } | { kind: 'dropped'; source: ImportSource };

/** Ends a subscription. */
export type Stop = () => void;

export interface Backend {
  /** In the app's own window, or a page in a browser. */
  readonly place: 'window' | 'browser';
  readonly commands: Commands;
  /** Something a reader can see changed; the page asks again. Also told after a gap in the connection. */
  onChanged(tell: () => void): Stop;
  /** The state now, and every change of it. */
  onConnection(tell: (state: ConnectionState) => void): Stop;
  /** Files dragged over the page. */
  onDrop(tell: (event: DropEvent) => void): Stop;
  /** Asks the user for credential files; null when they choose none. */
  chooseFiles(): Promise<ImportSource | null>;
  /** Opens a page of the service in the user's browser. */
  openExternal(url: string): Promise<void>;
  /** Gives a text away as a file. Answers where it went, or null where the user gave it up. */
  saveText(name: string, text: string): Promise<string | null>;
}

/**
 * Whether the page may open this address: https, or the simulated service of the demo on this machine.
 *
 * The addresses come from answers of the service, so anything else (`file:`, `javascript:`, a local port that
 * belongs to another program) stays closed.
 */
export function isOpenable(url: string, demo: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return true;
  return demo && protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

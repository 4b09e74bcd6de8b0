/**
 * A backend over `fixtures/*.json` with a scripted clock, for tests.
 *
 * Answers what the fixtures say, or what a test puts in their place, and remembers what it was asked.
 */
import type {
  Backend,
  Check,
  Commands,
  ConnectionState,
  CooldownView,
  DecisionView,
  DropEvent,
  HistoryDocument,
  ImportReport,
  ImportSource,
  QuotaDocument,
  SchedulerView,
  SettingView,
  StatusView,
  Stop,
  WarmupArgs,
  WarmupRound,
} from './backend';
import cooldowns from './fixtures/cooldowns.json';
import decisions from './fixtures/decisions.json';
import doctor from './fixtures/doctor.json';
import history from './fixtures/history.json';
import importPreview from './fixtures/import_preview.json';
import quota from './fixtures/quota.json';
import rehearsal from './fixtures/rehearsal.json';
import scheduler from './fixtures/scheduler.json';
import settings from './fixtures/settings.json';
import status from './fixtures/status.json';

/** The instant at which the fixtures were taken. */
export const fixtureTime = Date.parse(quota.at);

export interface Asked {
  command: keyof Commands;
  args: unknown;
}

type Answers = { [Name in keyof Commands]?: (args: never) => unknown };

export class FakeBackend implements Backend {
  place: 'window' | 'browser' = 'browser';
  saveText: Backend['saveText'] = (name) => Promise.resolve(name);
  readonly asked: Asked[] = [];
  readonly opened: string[] = [];
  /** What the file dialog gives. */
  chosen: ImportSource | null = null;
  /** The documents it answers; a test changes its own copy. */
  readonly quota: QuotaDocument = structuredClone(quota);
  readonly status = structuredClone(status) as StatusView;
  readonly settings: SettingView[] = structuredClone(settings);
  readonly scheduler: SchedulerView = structuredClone(scheduler);
  readonly rehearsal: WarmupRound = structuredClone(rehearsal);
  readonly history: HistoryDocument = structuredClone(history);
  cooldowns: CooldownView[] = structuredClone(cooldowns);
  decisions: DecisionView[] = structuredClone(decisions);
  readonly commands: Commands;

  #now = fixtureTime;
  #changed = new Set<() => void>();
  #connection = new Set<(state: ConnectionState) => void>();
  #drops = new Set<(event: DropEvent) => void>();

  constructor(answers: Answers = {}) {
    const own: Answers = {
      status: () => ({ ...this.status }),
      quota: () => this.quota,
      settingsList: () => this.settings,
      doctor: () => structuredClone(doctor) as Check[],
      import: ({ dry_run }: { dry_run?: boolean }) =>
        ({ ...structuredClone(importPreview), dry_run }) as ImportReport,
      loginCancel: () => null,
      scheduler: () => ({ ...this.scheduler }),
      cooldowns: () => this.cooldowns,
      cooldownClear: ({ id }: { id: string }) => {
        this.cooldowns = this.cooldowns.filter((rest) => rest.id !== id);
        return null;
      },
      decisions: () => this.decisions,
      history: () => this.history,
      warmup: ({ automatic }: WarmupArgs) =>
        automatic ? this.rehearsal : Promise.reject(new Error('the test foresees no warmup')),
      warmupCancel: () => null,
    };
    this.commands = new Proxy({} as Commands, {
      get: (_, name) => (args?: unknown) => {
        const command = name as keyof Commands;
        this.asked.push({ command, args });
        const answer = answers[command] ?? own[command];
        if (!answer) return Promise.reject(new Error(`the test foresees no ${command}`));
        return new Promise((done) => done(answer(args as never)));
      },
    });
  }

  readonly now = (): number => this.#now;

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  onChanged(tell: () => void): Stop {
    this.#changed.add(tell);
    return () => this.#changed.delete(tell);
  }

  onConnection(tell: (state: ConnectionState) => void): Stop {
    this.#connection.add(tell);
    tell('live');
    return () => this.#connection.delete(tell);
  }

  onDrop(tell: (event: DropEvent) => void): Stop {
    this.#drops.add(tell);
    return () => this.#drops.delete(tell);
  }

  chooseFiles(): Promise<ImportSource | null> {
    return Promise.resolve(this.chosen);
  }

  openExternal(url: string): Promise<void> {
    this.opened.push(url);
    return Promise.resolve();
  }

  /** The engine says that something changed. */
  change(): void {
    for (const tell of this.#changed) tell();
  }

  connect(state: ConnectionState): void {
    for (const tell of this.#connection) tell(state);
  }

  drop(event: DropEvent): void {
    for (const tell of this.#drops) tell(event);
  }

  /** The arguments of every call of one command, in order. */
  argsOf(command: keyof Commands): unknown[] {
    return this.asked.filter((asked) => asked.command === command).map(({ args }) => args);
  }
}

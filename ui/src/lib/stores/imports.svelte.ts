/** One import from the files to the report: look first, then apply. */
import { BackendError, type Backend, type ImportReport, type ImportSource } from '../ipc/backend';

export type ImportStage =
  | { kind: 'idle' }
  | { kind: 'looking' }
  | { kind: 'preview'; source: ImportSource; report: ImportReport }
  | { kind: 'applying'; report: ImportReport }
  | { kind: 'done'; report: ImportReport }
  | { kind: 'failed'; message: string };

/** How many entries an import would store. */
export function storable(report: ImportReport): number {
  return report.entries.filter(({ outcome }) => outcome === 'added' || outcome === 'updated').length;
}

export class Imports {
  stage = $state.raw<ImportStage>({ kind: 'idle' });
  /** Files are held over the window. */
  hovering = $state(false);

  constructor(
    private readonly backend: Backend,
    private readonly afterwards: () => Promise<void>,
  ) {}

  /** Asks for files; nothing changes when none are chosen. */
  async choose(): Promise<void> {
    try {
      const source = await this.backend.chooseFiles();
      if (source) await this.look(source);
    } catch (thrown) {
      this.stage = { kind: 'failed', message: BackendError.from(thrown).message };
    }
  }

  /** Says what an import of these would do. */
  async look(source: ImportSource): Promise<void> {
    this.stage = { kind: 'looking' };
    try {
      this.stage = { kind: 'preview', source, report: await this.#run(source, true) };
    } catch (thrown) {
      this.stage = { kind: 'failed', message: BackendError.from(thrown).message };
    }
  }

  /** Does what the preview said. */
  async apply(): Promise<void> {
    if (this.stage.kind !== 'preview') return;
    const { source, report } = this.stage;
    this.stage = { kind: 'applying', report };
    try {
      this.stage = { kind: 'done', report: await this.#run(source, false) };
      await this.afterwards();
    } catch (thrown) {
      this.stage = { kind: 'failed', message: BackendError.from(thrown).message };
    }
  }

  reset(): void {
    this.stage = { kind: 'idle' };
  }

  #run(source: ImportSource, dryRun: boolean): Promise<ImportReport> {
    return this.backend.commands.import({
      paths: source.kind === 'paths' ? source.paths : [],
      files: source.kind === 'files' ? source.files : [],
      provider: null,
      dry_run: dryRun,
    });
  }
}

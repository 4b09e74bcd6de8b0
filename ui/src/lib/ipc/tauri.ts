/**
 * The backend of the app's own window: commands and events over Tauri's IPC.
 *
 * The only importer of `@tauri-apps/*` and of the generated bindings' code.
 */
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { open } from '@tauri-apps/plugin-dialog';
import { openUrl } from '@tauri-apps/plugin-opener';
import {
  BackendError,
  type Backend,
  type Commands,
  type ConnectionState,
  type DropEvent,
  type ImportSource,
  type Stop,
} from './backend';
import { commands } from './bindings';

type AnyCommand = (args?: unknown) => Promise<unknown>;

/** Ends a subscription that Tauri confirms later. */
function whenReady(subscribed: Promise<Stop>): Stop {
  return () => void subscribed.then((stop) => stop());
}

export class TauriBackend implements Backend {
  readonly place = 'window';
  readonly commands: Commands;
  #connection = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState = 'live';

  constructor() {
    this.commands = new Proxy(commands, {
      get: (all, name) => async (args?: unknown) => {
        try {
          const answer = await (all[name as keyof Commands] as AnyCommand)(args);
          this.#turn('live');
          return answer;
        } catch (thrown) {
          const error = BackendError.from(thrown);
          // The window of an engine in another process (the lock was held) loses it when that process ends.
          this.#turn(error.code === 'unreachable' ? 'lost' : 'live');
          throw error;
        }
      },
    });
  }

  onChanged(tell: () => void): Stop {
    return whenReady(listen('changed', tell));
  }

  onConnection(tell: (state: ConnectionState) => void): Stop {
    this.#connection.add(tell);
    tell(this.#state);
    return () => this.#connection.delete(tell);
  }

  onDrop(tell: (event: DropEvent) => void): Stop {
    return whenReady(
      getCurrentWebview().onDragDropEvent(({ payload }) => {
        switch (payload.type) {
          case 'enter':
          case 'over':
            return tell({ kind: 'over' });
          case 'leave':
            return tell({ kind: 'left' });
          case 'drop':
            tell({ kind: 'left' });
            if (payload.paths.length > 0) {
              tell({ kind: 'dropped', source: { kind: 'paths', paths: payload.paths } });
            }
        }
      }),
    );
  }

  async chooseFiles(): Promise<ImportSource | null> {
    const paths = await open({ multiple: true });
    return paths === null ? null : { kind: 'paths', paths };
  }

  async openExternal(url: string): Promise<void> {
    try {
      await openUrl(url);
    } catch (thrown) {
      throw BackendError.from(thrown);
    }
  }

  saveText(name: string, text: string): Promise<string | null> {
    return this.commands.saveText({ name, text });
  }

  #turn(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const tell of this.#connection) tell(state);
  }
}

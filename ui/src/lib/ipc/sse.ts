/**
 * Cuts a stream of server-sent events into events.
 *
 * Takes text in any pieces and never reads a socket; what an event means belongs to `http.ts`.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export interface ServerEvent {
  /** The event's name, `message` where the stream gives none. */
  event: string;
  data: string;
}

export class SseCutter {
  #rest = '';
  #event = '';
  #data: string[] = [];

  /** The events that `text` completes. */
  push(text: string): ServerEvent[] {
    this.#rest += text;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (!end) return events;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const done = this.#take(line);
      if (done) events.push(done);
    }
  }

  #take(line: string): ServerEvent | null {
    if (line === '') {
      const done =
        this.#data.length > 0 ? { event: this.#event || 'message', data: this.#data.join('\n') } : null;
      this.#event = '';
      this.#data = [];
      return done;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    return null;
  }
}

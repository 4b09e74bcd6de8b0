/** Which page is shown, kept in the address after `#`. */
export const pageNames = [
  'overview',
  'credential',
  'timeline',
  'history',
  'credentials',
  'scheduler',
  'proxy',
  'settings',
  'about',
] as const;
export type PageName = (typeof pageNames)[number];

/** What an address asks for; anything unknown is the overview. */
export function readHash(hash: string): { page: PageName; query: string | null } {
  const [path = '', query] = hash.replace(/^#\/?/, '').split('?');
  const page = pageNames.find((name) => name === path) ?? 'overview';
  return { page, query: query === undefined ? null : decoded(query) };
}

/** The address of a page. */
export function hrefOf(page: PageName, query?: string): string {
  const path = page === 'overview' ? '#/' : `#/${page}`;
  return query === undefined ? path : `${path}?${encodeURIComponent(query)}`;
}

function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    // Somebody typed it; it names nothing that way, and the page says so.
    return query;
  }
}

export class Router {
  page = $state<PageName>('overview');
  /** What the page should begin with, e.g. `sign-in`, or the credential it is about. */
  query = $state<string | null>(null);

  constructor(private readonly window: Window) {
    this.#read();
  }

  start(): () => void {
    const read = () => this.#read();
    this.window.addEventListener('hashchange', read);
    return () => this.window.removeEventListener('hashchange', read);
  }

  go(page: PageName, query?: string): void {
    this.window.location.hash = hrefOf(page, query);
    this.#read();
  }

  #read(): void {
    const { page, query } = readHash(this.window.location.hash);
    this.page = page;
    this.query = query;
  }
}

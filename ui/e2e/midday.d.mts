/** See midday.mjs. */
export const midday: string;

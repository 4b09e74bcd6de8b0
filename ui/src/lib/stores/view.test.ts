import { expect, test } from 'vitest';
import { readKept, ViewChoice, type Keep } from './view.svelte';

function keep(text: string | null = null): Keep & { text: string | null } {
  return {
    text,
    getItem() {
      return this.text;
    },
    setItem(_, value) {
      this.text = value;
    },
  };
}

test('a choice is there again in the next window', () => {
  const store = keep();
  const view = new ViewChoice(store);
  view.choose({ sort: 'reset', dense: true });
  const next = new ViewChoice(store);
  expect([next.sort, next.dense, next.by]).toEqual(['reset', true, 'credentials']);
});

test.each([null, '', 'no json', '3', '{"sort":"nonsense","dense":"yes"}'])(
  'what is kept as %j does no harm',
  (text) => {
    const kept = readKept(text);
    expect([kept.sort, kept.dense, kept.by]).toEqual(['own', false, 'credentials']);
  },
);

test('a store that refuses is no obstacle', () => {
  const refuse = () => {
    throw new Error('denied');
  };
  const view = new ViewChoice({ getItem: refuse, setItem: refuse });
  view.choose({ dense: true });
  expect(view.dense).toBe(true);
});

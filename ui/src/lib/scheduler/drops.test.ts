import { expect, test } from 'vitest';
import type { DropView } from '../ipc/backend';
import { useOf } from './drops';

function drop(points: number | null, by: string, credential = 'c-ada'): DropView {
  return { credential, group: '3p', window: '5h', from: 'T', to: 'T', points, by };
}

test('drops of one window add up by who used it', () => {
  const [use] = useOf([drop(12.5, 'elsewhere'), drop(4, 'proxy'), drop(0.5, 'warmup'), drop(1, 'proxy')]);
  expect(use).toMatchObject({ total: 18, by: { warmup: 0.5, proxy: 5, elsewhere: 12.5 } });
});

test('the largest use stands first', () => {
  expect(useOf([drop(1, 'proxy'), drop(2, 'proxy', 'c-bob')]).map(({ credential }) => credential)).toEqual([
    'c-bob',
    'c-ada',
  ]);
});

test('what nobody known used was used elsewhere, and what was not measured counts nothing', () => {
  expect(useOf([drop(3, 'a_new_word'), drop(null, 'proxy')])[0]?.by).toEqual({
    warmup: 0,
    proxy: 0,
    elsewhere: 3,
  });
});

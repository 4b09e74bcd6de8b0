import { expect, test, vi } from 'vitest';
import { OneAtATime } from './once';

function scripted() {
  const waiting: (() => void)[] = [];
  const question = vi.fn(() => new Promise<void>((done) => waiting.push(done)));
  return { waiting, question, once: new OneAtATime(question) };
}

test('calls while an answer is on its way end in one more question, and all hear of its answer', async () => {
  const { waiting, question, once } = scripted();
  let answered = 0;
  for (let call = 0; call < 4; call += 1) void once.ask().then(() => (answered += 1));
  expect(question).toHaveBeenCalledTimes(1);
  waiting[0]?.();
  await vi.waitFor(() => expect(question).toHaveBeenCalledTimes(2));
  expect(answered).toBe(0);
  waiting[1]?.();
  await vi.waitFor(() => expect(answered).toBe(4));
  expect(question).toHaveBeenCalledTimes(2);
});

test('a later call asks anew', async () => {
  const { waiting, question, once } = scripted();
  const first = once.ask();
  waiting[0]?.();
  await first;
  void once.ask();
  expect(question).toHaveBeenCalledTimes(2);
});

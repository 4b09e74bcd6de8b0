import { expect, test } from 'vitest';
import { SseCutter } from './sse';

const changed = (revision: number) => ({ event: 'changed', data: `{"revision":${revision}}` });

test.each(['\n', '\r\n'])('any split of a stream with %j gives the same events', (end) => {
  const stream = [
    ': hello',
    '',
    'event: changed',
    'data: {"revision":1}',
    '',
    ': still here',
    '',
    'event:changed',
    'data:{"revision":2}',
    '',
    '',
  ].join(end);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const cutter = new SseCutter();
    const events = [...cutter.push(stream.slice(0, cut)), ...cutter.push(stream.slice(cut))];
    expect(events, `cut at ${cut}`).toEqual([changed(1), changed(2)]);
  }
});

test('an event of several lines is one event, and one without a name is a message', () => {
  expect(new SseCutter().push('data: a\ndata: b\n\n')).toEqual([{ event: 'message', data: 'a\nb' }]);
});

test('an event that is not complete is none', () => {
  expect(new SseCutter().push('event: changed\ndata: 1\n')).toEqual([]);
});

import { expect, test } from 'vitest';
import { asSentence } from './sentence';

test.each([
  ['the service cannot be reached', 'The service cannot be reached.'],
  ['The service did not answer in time.', 'The service did not answer in time.'],
  ['无法连接到服务', '无法连接到服务。'],
])('%s', (remark, sentence) => expect(asSentence(remark)).toBe(sentence));

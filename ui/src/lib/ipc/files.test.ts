import { expect, test, vi } from 'vitest';
import type { DropEvent } from './backend';
import { base64, largestImport, readFiles, watchDrops } from './files';

test('bytes of any value and number come through as base64', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);
  expect(Uint8Array.from(atob(base64(bytes)), (letter) => letter.charCodeAt(0))).toEqual(bytes);
  expect(base64(new Uint8Array())).toBe('');
});

test('files come with their names and contents', async () => {
  expect(await readFiles([new File(['{}'], 'ada.json')])).toEqual({
    kind: 'files',
    files: [{ name: 'ada.json', data: btoa('{}') }],
    tooLarge: [],
  });
});

test('what does not fit is named and left out, the rest comes along', async () => {
  const large = new File([new Uint8Array(largestImport)], 'video.mp4');
  const source = await readFiles([new File(['{}'], 'a.json'), large, new File(['[]'], 'b.json')]);
  expect(source).toMatchObject({ files: [{ name: 'a.json' }, { name: 'b.json' }], tooLarge: ['video.mp4'] });
});

function drag(type: string, transfer: object, relatedTarget: Element | null = null): Event {
  const event = new Event(type, { cancelable: true });
  return Object.assign(event, { dataTransfer: transfer, relatedTarget });
}

test('files over the page and let go are told with their contents', async () => {
  const told: DropEvent[] = [];
  const stop = watchDrops(window, (event) => told.push(event));
  const file = new File(['{}'], 'ada.json');
  const transfer = { types: ['Files'], items: [], files: [file] };
  const over = drag('dragover', transfer);
  window.dispatchEvent(over);
  expect(over.defaultPrevented).toBe(true);
  window.dispatchEvent(drag('drop', transfer));
  await vi.waitFor(() => expect(told.map(({ kind }) => kind)).toEqual(['over', 'left', 'dropped']));
  expect(told[2]).toMatchObject({ source: { files: [{ name: 'ada.json' }] } });
  stop();
});

test('dragged text is none of its business', () => {
  const told: DropEvent[] = [];
  const stop = watchDrops(window, (event) => told.push(event));
  const over = drag('dragover', { types: ['text/plain'] });
  window.dispatchEvent(over);
  expect([told, over.defaultPrevented]).toEqual([[], false]);
  stop();
});

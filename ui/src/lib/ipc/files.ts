/**
 * Files in a browser: what was dropped on the page or chosen, as contents.
 *
 * A browser gives no paths, so the bytes travel with the command. Folders are walked; a file too large for a
 * credential is named and left out before its bytes are read.
 */
import type { DropEvent, ImportFile, ImportSource, Stop } from './backend';

/** The control API takes 8 MiB for an import, and base64 makes four bytes of three. */
export const largestImport = 5 * 1024 * 1024;

/** Bytes as base64, in pieces: a call with a million arguments overflows the stack. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}

/** Reads the files, in order, as far as they fit into one import. */
export async function readFiles(files: readonly File[]): Promise<ImportSource> {
  const read: ImportFile[] = [];
  const tooLarge: string[] = [];
  let total = 0;
  for (const file of files) {
    if (total + file.size > largestImport) {
      tooLarge.push(file.name);
      continue;
    }
    total += file.size;
    read.push({ name: file.name, data: base64(new Uint8Array(await file.arrayBuffer())) });
  }
  return { kind: 'files', files: read, tooLarge };
}

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader hands out its entries in batches, and an empty batch is the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (batch.length === 0) return found;
    for (const child of batch) found.push(...(await walk(child)));
  }
}

async function dropped(transfer: DataTransfer): Promise<File[]> {
  // The entries are gone as soon as the event is over, so they are taken before anything is awaited.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  const found: File[] = [];
  for (const entry of entries) found.push(...(await walk(entry)));
  return found;
}

/** Tells of files dragged over `page`. */
export function watchDrops(page: Window, tell: (event: DropEvent) => void): Stop {
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const over = (event: DragEvent) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    tell({ kind: 'over' });
  };
  const left = (event: DragEvent) => {
    // Only leaving the page itself has no element it goes to.
    if (event.relatedTarget === null) tell({ kind: 'left' });
  };
  const letGo = (event: DragEvent) => {
    if (!holdsFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    tell({ kind: 'left' });
    void dropped(event.dataTransfer)
      .then(readFiles)
      .then((source) => tell({ kind: 'dropped', source }));
  };
  page.addEventListener('dragover', over);
  page.addEventListener('dragleave', left);
  page.addEventListener('drop', letGo);
  return () => {
    page.removeEventListener('dragover', over);
    page.removeEventListener('dragleave', left);
    page.removeEventListener('drop', letGo);
  };
}

/** Opens the browser's file dialog. */
export function chooseFiles(page: Document): Promise<ImportSource | null> {
  return new Promise((done, failed) => {
    const input = page.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.addEventListener('cancel', () => done(null));
    input.addEventListener('change', () => {
      readFiles([...(input.files ?? [])]).then((source) => done(source), failed);
    });
    input.click();
  });
}

/** Saves a text through the browser's download: where it goes is the browser's. */
export function saveText(name: string, text: string): Promise<string | null> {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return Promise.resolve(name);
}

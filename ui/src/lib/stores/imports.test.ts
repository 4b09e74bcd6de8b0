import { expect, test, vi } from 'vitest';
import { BackendError, type ImportSource } from '../ipc/backend';
import { FakeBackend } from '../ipc/fake';
import { Imports, storable } from './imports.svelte';

const source: ImportSource = { kind: 'paths', paths: ['/files/team.zip'] };

test('files are looked into first, and stored only after the user says so', async () => {
  const backend = new FakeBackend();
  const afterwards = vi.fn(() => Promise.resolve());
  const imports = new Imports(backend, afterwards);
  await imports.look(source);
  expect(imports.stage.kind).toBe('preview');
  expect(afterwards).not.toHaveBeenCalled();
  await imports.apply();
  expect(imports.stage).toMatchObject({ kind: 'done', report: { dry_run: false } });
  expect(afterwards).toHaveBeenCalledTimes(1);
  expect(backend.argsOf('import')).toMatchObject([
    { paths: ['/files/team.zip'], files: [], dry_run: true },
    { paths: ['/files/team.zip'], files: [], dry_run: false },
  ]);
});

test('contents from a browser go along as they are', async () => {
  const backend = new FakeBackend();
  const imports = new Imports(backend, () => Promise.resolve());
  await imports.look({ kind: 'files', files: [{ name: 'a.json', data: 'e30=' }], tooLarge: [] });
  expect(backend.argsOf('import')).toMatchObject([{ paths: [], files: [{ name: 'a.json', data: 'e30=' }] }]);
});

test('nothing can be applied that was not looked into', async () => {
  const backend = new FakeBackend();
  const imports = new Imports(backend, () => Promise.resolve());
  await imports.apply();
  expect(backend.asked).toEqual([]);
});

test('a file dialog that is closed changes nothing', async () => {
  const imports = new Imports(new FakeBackend(), () => Promise.resolve());
  await imports.choose();
  expect(imports.stage.kind).toBe('idle');
});

test('a failure says why', async () => {
  const backend = new FakeBackend({
    import: () => Promise.reject(new BackendError('no_key', 'There is no key to encrypt with.')),
  });
  const imports = new Imports(backend, () => Promise.resolve());
  await imports.look(source);
  expect(imports.stage).toEqual({ kind: 'failed', message: 'There is no key to encrypt with.' });
});

test('only what is new or newer would be stored', async () => {
  const backend = new FakeBackend();
  const imports = new Imports(backend, () => Promise.resolve());
  await imports.look(source);
  expect(imports.stage.kind === 'preview' && storable(imports.stage.report)).toBe(3);
});

import { chmod, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';

// Plain JavaScript, which old versions of Node read too: it brings no types.
type Launcher = {
  findBundle(root: string): string | null;
  markOf(path: string): string | null;
  findCacheFolder(root: string): string | null;
};
const bin = join(import.meta.dirname, '../bin');
const { findBundle, markOf, findCacheFolder }: Launcher = {
  ...(await import(join(bin, 'bundle.mjs'))),
  ...(await import(join(bin, 'compile-cache.mjs'))),
};

async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tocsin-launcher-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** Makes a folder with one source and the record of a bundle made of it. */
async function makeBundled() {
  const root = await makeRoot();
  const source = join(root, 'a.ts');
  await writeFile(source, 'one');
  await mkdir(join(root, 'dist'));
  const madeOf = { 'a.ts': markOf(source), 'not-there.json': null };
  await writeFile(join(root, 'dist/bundle.json'), JSON.stringify({ folder: 'f', madeOf }));
  return { root, source };
}

test('the bundle runs for as long as all that it was made of is as it was', async () => {
  const { root } = await makeBundled();
  expect(findBundle(root)).toBe(join(root, 'dist/f/main.mjs'));
});

test.each<[string, (found: { root: string; source: string }) => Promise<void>]>([
  ['is longer', ({ source }) => writeFile(source, 'longer')],
  ['is as long, and from another time', ({ source }) => utimes(source, 1, 1)],
  ['is gone', ({ source }) => rm(source)],
  ['was not there before', ({ root }) => writeFile(join(root, 'not-there.json'), '')],
])('where a file %s, the sources run', async (_, change) => {
  const found = await makeBundled();
  await change(found);
  expect(findBundle(found.root)).toBeNull();
});

test('without a bundle, or with a torn record of one, the sources run', async () => {
  const { root } = await makeBundled();
  await writeFile(join(root, 'dist/bundle.json'), '{"folder": "f", "ma');
  expect(findBundle(root)).toBeNull();
  await rm(join(root, 'dist'), { recursive: true });
  expect(findBundle(root)).toBeNull();
});

test('compiled modules are kept where nobody else can write: beside the packages, else in the home, else nowhere', async () => {
  const [root, home] = [await makeRoot(), await makeRoot()];
  // Other files run in this process too, also where this test fails.
  vi.stubEnv('XDG_CACHE_HOME', home);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const [beside, atHome] = [join(root, 'node_modules/.cache/tocsin'), join(home, 'tocsin')];
  expect(findCacheFolder(root)).toBe(beside);
  expect((await stat(beside)).mode & 0o777).toBe(0o700);
  await chmod(beside, 0o777);
  expect(findCacheFolder(root)).toBe(atHome);
  await rm(atHome, { recursive: true });
  await writeFile(atHome, 'a file');
  expect(findCacheFolder(root)).toBeNull();
});

// Makes one bundle of the program and its packages: some 1,600 files take three times as long to load. bin/tocsin runs
// it for as long as nothing that it was made of has changed. npm runs this after an install; without rolldown, as
// after `npm ci --omit=dev`, there is no bundle, and the sources run.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBundle, markOf, readRecord } from '../bin/bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const startWithinMs = 30_000;
// With the flags that the launcher adds: what is kept of compiled modules holds for these alone.
const launcher =
  process.platform === 'win32'
    ? [process.execPath, join(root, 'bin', 'tocsin.mjs')]
    : [join(root, 'bin', 'tocsin')];

/** Makes an entry of every file that the sources start as a thread or a process. */
const threads = {
  name: 'threads',
  transform: {
    filter: { code: /import\.meta\.url/ },
    handler(code, id) {
      if (!id.startsWith(join(root, 'src'))) return null;
      const found = code.replace(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g, (_, path) => {
        const entry = this.emitFile({ type: 'chunk', id: resolve(dirname(id), path) });
        return `new URL(import.meta.ROLLUP_FILE_URL_${entry})`;
      });
      if (found.includes('import.meta.url')) this.error(`${id}: names a file that the bundle would not have`);
      return found;
    },
  },
};

/** One letter beyond ASCII makes Node keep the whole file in memory at twice its size. */
const ascii = {
  name: 'ascii',
  // The last there is: what comes before it prints strings anew.
  generateBundle(_options, chunks) {
    for (const chunk of Object.values(chunks)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replace(/[\u0080-\uffff]/g, escapeLetter);
      this.parse(chunk.code);
    }
  },
};

function escapeLetter(letter) {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Bundles into a folder of its own in dist; answers its name, and the marks of all that it was made of. */
async function bundle(rolldown) {
  const build = await rolldown({
    cwd: root,
    input: { main: 'src/cli/main.ts' },
    platform: 'node',
    // It serves files that lie beside its modules.
    external: [/^@fastify\/swagger/],
    plugins: [threads, ascii],
  });
  const draft = join(dist, `new-${process.pid}`);
  await build.write({
    dir: draft,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
  });
  const madeOf = markAll((await build.watchFiles).map((path) => relative(root, path)));
  await build.close();
  const folder = createHash('sha256').update(JSON.stringify(madeOf)).digest('hex').slice(0, 16);
  rmSync(join(dist, folder), { recursive: true, force: true });
  renameSync(draft, join(dist, folder));
  return { folder, madeOf };
}

/** The lock file stands for all files of packages. */
function markAll(files) {
  const paths = [...files.filter((path) => !path.includes('node_modules')).sort(), 'package-lock.json'];
  return Object.fromEntries(paths.map((path) => [path, markOf(join(root, path))]));
}

/** A process that runs may still load from the bundle before: that one stays. */
function removeOlder(folders) {
  for (const name of readdirSync(dist))
    if (!folders.includes(name)) rmSync(join(dist, name), { recursive: true, force: true });
}

function writeRecord(record) {
  const path = join(dist, 'bundle.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}

/** Starts the bundle once on a database in memory: it proves itself, and leaves its compiled form for the next start. */
async function proveStart() {
  const home = mkdtempSync(join(tmpdir(), 'tocsin-bundle-'));
  const { PATH, HOME } = process.env;
  const settings = { ALERT_BACKEND: 'memory', MONITORING_API_PORT: '0', TOCSIN_DATA_DIR: join(home, 'data') };
  const [program, ...args] = launcher;
  const child = spawn(program, [...args, 'serve'], {
    cwd: home,
    env: { PATH, HOME, ...settings },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), startWithinMs);
  let said = '';
  let isUp = false;
  const hear = (chunk) => {
    said += chunk;
    // A second signal would end it at once, with nothing left behind.
    if (!isUp && said.includes('listening on')) isUp = child.kill('SIGTERM');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  rmSync(home, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the bundle does not start: ${said}`);
}

async function main(rolldown) {
  if (findBundle(root)) return;
  mkdirSync(dist, { recursive: true });
  const before = readRecord(root);
  // A file that changes within the second in which it was read would look unchanged.
  const startedAt = Math.floor(Date.now() / 1000);
  let record = await bundle(rolldown);
  const changedAt = Math.max(...Object.values(record.madeOf).map((mark) => Number(mark?.split(' ')[1] ?? 0)));
  if (changedAt >= startedAt) {
    await sleep(1100);
    record = await bundle(rolldown);
  }
  writeRecord(record);
  removeOlder([record.folder, before?.folder, 'bundle.json']);
  try {
    await proveStart();
  } catch (error) {
    rmSync(join(dist, 'bundle.json'));
    throw error;
  }
}

const found = await import('rolldown').catch(() => null);
if (found) await main(found.rolldown);
else console.log('no rolldown here, so no bundle: Tocsin runs from its sources, which start more slowly');

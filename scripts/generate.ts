// Writes the files that are made from the source; with --check it only names those that are stale, and fails.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from '../src/config/index.ts';
import { insertEnvironmentTable } from './generate/environment.ts';
import { generateErrors } from './generate/errors.ts';
import { insertImportTable } from './generate/import-table.ts';
import { generateManifest } from './generate/manifest.ts';
import { dumpPostgres, dumpSqlite } from './generate/schema-dump.ts';

const root = join(import.meta.dirname, '..');
const architecturePath = 'docs/architecture.md';
const configurePath = 'docs/configure.md';

async function makeFiles(): Promise<{ path: string; content: string }[]> {
  const architecture = readFileSync(join(root, architecturePath), 'utf8');
  const configure = readFileSync(join(root, configurePath), 'utf8');
  return [
    ...generatedFiles(),
    { path: 'src/cli/manifest.json', content: generateManifest() },
    { path: 'docs/errors.md', content: generateErrors() },
    { path: architecturePath, content: insertImportTable(architecture) },
    { path: configurePath, content: insertEnvironmentTable(configure) },
    { path: 'docs/schema-sqlite.sql', content: await dumpSqlite() },
    { path: 'docs/schema-postgres.sql', content: await dumpPostgres() },
  ];
}

const files = await makeFiles();
const stale = files.filter(({ path, content }) => {
  const target = join(root, path);
  return !existsSync(target) || readFileSync(target, 'utf8') !== content;
});

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`stale: ${path} (run npm run generate)`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(`wrote ${path}`);
  }
}

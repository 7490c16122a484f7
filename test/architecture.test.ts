import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorTable } from '../src/core/errors.ts';
import { findViolations, mayImport, type SourceFile } from './layers.ts';

const root = join(import.meta.dirname, '..');

function readSources(): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `src/${path}`, text: readFileSync(join(root, 'src', path), 'utf8') }));
}

test('every file of src/ keeps the rules', () => {
  expect(findViolations(readSources())).toEqual([]);
});

test('times are parameters of statements: a text that changes with the time is prepared for nobody', () => {
  const isPlace = /^src\/store\/|\/queries[\w-]*\.ts$/;
  const statements = readSources().filter(({ path }) => isPlace.test(path) && !path.endsWith('.test.ts'));
  expect(statements.length).toBeGreaterThan(20);
  const held = statements.filter(({ text }) => /sql\.lit\([^;]{0,40}(Ms|Ago|now\(\))/.test(text));
  expect(held.map(({ path }) => path)).toEqual([]);
});

test('what scripts import knows nothing but itself', () => {
  const paths = [
    'index.js',
    'index.d.ts',
    ...readdirSync(join(root, 'sdk/lib')).map((name) => `lib/${name}`),
  ];
  const imports = paths.flatMap((path) =>
    [...readFileSync(join(root, 'sdk', path), 'utf8').matchAll(/(?:from|import\(?) '([^']+)'/g)].map(
      ([, to]) => to,
    ),
  );
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((to) => !/^(\.\/lib|\.|\.\.)\/[\w-]+(\.d)?\.(js|ts)$/.test(to ?? ''))).toEqual([]);
});

test('every folder of src/ has its row in the table', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.map(({ name }) => name).toSorted()).toEqual(
    Object.keys(mayImport)
      .filter((name) => name !== 'app')
      .toSorted(),
  );
});

test('a search that finds nothing fails', () => {
  expect(() => findViolations([])).toThrow('no file');
});

const anImport = `import { x } from '../core/x.ts';\n`;

test.each<[string, string, string, RegExp]>([
  [
    'the core knows a feature',
    'src/core/a.ts',
    `import { x } from '../alerts/index.ts';`,
    /core may not know alerts/,
  ],
  [
    'the store knows the configuration',
    'src/store/a.ts',
    `import type { Config } from '../config/index.ts';`,
    /store may not know config/,
  ],
  [
    'features know each other',
    'src/alerts/a.ts',
    `import { x } from '../incidents/index.ts';`,
    /alerts may not know incidents/,
  ],
  [
    'a feature knows a flow',
    'src/alerts/a.ts',
    `export { x } from '../flows/report.ts';`,
    /alerts may not know flows/,
  ],
  [
    'a flow reaches inside a feature',
    'src/flows/a.ts',
    `import { x } from '../alerts/fold.ts';`,
    /only its index/,
  ],
  [
    'a door knows the store',
    'src/http/a.ts',
    `import { x } from '../store/index.ts';`,
    /http may not know store/,
  ],
  [
    'a deeper door knows the store',
    'src/http/routes/a.ts',
    `const x = await import('../../store/index.ts');`,
    /http may not know store/,
  ],
  [
    'the command line knows a feature',
    'src/cli/a.ts',
    `import { x } from '../alerts/index.ts';`,
    /cli may not know alerts/,
  ],
  [
    'a flow knows a door',
    'src/flows/a.ts',
    `import type {\n  A,\n} from '../http/door.ts';`,
    /flows may not know http/,
  ],
  ['a verb writes SQL', 'src/alerts/ack.ts', `import { sql } from 'kysely';`, /only store/],
  ['a flow opens a database', 'src/flows/a.ts', `import { DatabaseSync } from 'node:sqlite';`, /only store/],
  ['a default export', 'src/core/a.ts', `export default 1;`, /default export/],
  ['the environment is read', 'src/http/a.ts', `const port = process.env.PORT;`, /process\.env/],
  ['a long file', 'src/core/a.ts', '\n'.repeat(251), /split it/],
  ['a long test', 'src/core/a.test.ts', '\n'.repeat(401), /split it/],
])('it is seen that %s', (_name, path, text, problem) => {
  const found = findViolations([
    { path: 'src/core/ok.ts', text: `import 'node:fs';\n` },
    { path, text },
  ]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(problem);
});

test.each([
  ['src/alerts/queries-list.ts', `import { sql } from 'kysely';`],
  ['src/alerts/queries/list.ts', `import { sql } from 'kysely';`],
  ['src/flows/a.ts', `import { x } from '../alerts/index.ts';`],
  ['src/cli/run.ts', `const { x } = await import('../app.ts');`],
  ['src/app.ts', `import { x } from './http/server.ts';`],
  ['src/alerts/a.test.ts', `import { x } from '../incidents/index.ts';`],
])('%s may have %s', (path, text) => {
  expect(
    findViolations([
      { path: 'src/core/ok.ts', text: anImport },
      { path, text },
    ]),
  ).toEqual([]);
});

test('the documents list every error code, and each is used', () => {
  const documented = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)`/gm)];
  expect(documented.map(([, code]) => code)).toEqual(Object.keys(errorTable));
  const used = readSources()
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .flatMap(({ text }) => [...text.matchAll(/new AppError\(\s*'([^']+)'/g)].map(([, code]) => code ?? ''));
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(errorTable).toSorted());
});

/*
 * Who may import whom: the rules that `test/architecture.test.ts` checks and that `docs/architecture.md` shows.
 */

const base = ['core'];
const ground = ['core', 'config', 'store', 'telemetry'];
const features = [
  'access',
  'alerts',
  'checks',
  'deployments',
  'health',
  'incidents',
  'jobs',
  'notify',
  'runs',
  'webhooks',
];

/** By folder of `src/`: the other folders whose files it may import. `app` stands for the files beside the folders. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: base,
  store: base,
  telemetry: base,
  redis: base,
  ...Object.fromEntries(features.map((feature) => [feature, ground])),
  flows: [...ground, 'redis', ...features],
  http: ['core', 'config', 'telemetry', ...features, 'flows'],
  app: [...ground, 'redis', ...features, 'flows', 'http'],
  cli: ['core', 'config', 'app'],
};

/** A source file: its path from the root, and its text. */
export type SourceFile = { path: string; text: string };

/** A broken rule, for people. */
export type Violation = string;

const longestFile = 400;
const askedAbout = 250;
const databaseLibraries = /^(kysely|pg|node:sqlite)(\/|$)/;
const processEntries = ['src/main.ts', 'src/cli/main.ts'];

/** Answers every rule that the files break. Throws where there are no files, or where none imports anything. */
export function findViolations(files: readonly SourceFile[]): Violation[] {
  const imports = files.flatMap((file) => readImports(file).map((target) => ({ file, target })));
  if (imports.length === 0)
    throw new Error('no file of src/ imports anything: the rules would hold for nothing');
  return [
    ...imports.flatMap(({ file, target }) => checkImport(file.path, target)),
    ...files.flatMap(checkText),
  ];
}

/** Answers the modules that the file names in imports, exports and dynamic imports. */
function readImports({ text }: SourceFile): string[] {
  const statement =
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(statement)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '');
}

function checkImport(path: string, target: string): Violation[] {
  const problems: Violation[] = [];
  const isQueries = /\/(queries[^/]*\.ts|queries\/.+\.ts)$/.test(path);
  if (databaseLibraries.test(target) && !path.startsWith('src/store/') && !isQueries && !isTest(path))
    problems.push(`${path} imports ${target}: only store/ and queries files do`);
  if (!target.startsWith('.') || isTest(path)) return problems;
  const from = folderOf(path);
  const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
  const to = folderOf(resolved);
  if (!resolved.startsWith('src/') || from === to) return problems;
  if (!mayImport[from]?.includes(to))
    problems.push(`${path} imports ${resolved}: ${from} may not know ${to}`);
  if (features.includes(to) && resolved !== `src/${to}/index.ts`)
    problems.push(`${path} imports ${resolved}: outside of ${to} only its index.ts may be imported`);
  return problems;
}

function checkText({ path, text }: SourceFile): Violation[] {
  const problems: Violation[] = [];
  const lines = text.split('\n').length - 1;
  const limit = isTest(path) ? longestFile : askedAbout;
  if (lines > limit) problems.push(`${path} has ${lines} lines: split it (at most ${limit})`);
  if (/^export default/m.test(text)) problems.push(`${path} has a default export`);
  const mayReadEnv = path.startsWith('src/config/') || processEntries.includes(path) || isTest(path);
  if (/\bprocess\.env\b/.test(text) && !mayReadEnv)
    problems.push(`${path} reads process.env: src/config does`);
  return problems;
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function folderOf(path: string): string {
  const [, folder = '', rest] = path.split('/');
  return rest === undefined ? 'app' : folder;
}

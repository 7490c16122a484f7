import { redactText } from '../../config/index.ts';

const lockFiles: ReadonlySet<string> = new Set([
  'package-lock.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'Gemfile.lock',
  'go.sum',
  'Cargo.lock',
  'composer.lock',
]);

const installed: ReadonlySet<string> = new Set(['node_modules', '.venv', 'venv', 'vendor', '__pycache__']);

/** Answers whether the file, in whatever folder, says which dependencies are to be installed. */
export function isLockFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return lockFiles.has(name) || /^requirements.*\.txt$/.test(name);
}

/** Answers whether the path lies in a folder that installing fills, and that can be made again. */
export function isInstalled(path: string): boolean {
  return path.split('/').some((part) => installed.has(part));
}

/** Answers whether the name is that of a tree: a whole commit id, of SHA-1 or SHA-256. */
export function isRevision(name: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name);
}

const shownLines = 3;
const shownLength = 500;

/** Answers the words of a program that say why it failed, short and without secrets: its first error and what follows, or else its last words. */
export function lastWords(output: string): string {
  const lines = output.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const error = lines.findIndex((line) => /^(fatal|error): /.test(line));
  const first = error === -1 ? Math.max(0, lines.length - shownLines) : error;
  return inBrief(lines.slice(first, first + shownLines).join('; '));
}

/** Answers the text on one line, short and without secrets. */
export function inBrief(text: string): string {
  // The whole user information of an address goes: some hosts take a token as the name of the user.
  const plain = text.replace(/\s+/g, ' ').replace(/:\/\/[^\s'"/]*@/g, '://[redacted]@');
  return redactText(plain).slice(0, shownLength);
}

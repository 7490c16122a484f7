// Puts node_modules/.bin/node back, which npm 10 drops: with it `npm run` and `npx` use the pinned Node.
// npm runs it after an install, with whatever Node the system has.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const binary = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
const link = join(modules, '.bin', 'node');

// On Windows npm writes a shim of its own, and on other platforms there is no pinned Node to link to.
if (process.platform !== 'win32' && existsSync(binary) && !existsSync(link)) {
  mkdirSync(join(modules, '.bin'), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join('..', `node-${process.platform}-${process.arch}`, 'bin', 'node'), link);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTestFolder } from '../../test/folders.ts';
import { checkDotenv } from './dotenv.ts';
import { loadConfig } from './load.ts';

it.each([
  ['a line that sets nothing', 'ALERT_DATABASE_URL postgres://x\n', [1]],
  ['such a line behind a value of several lines', 'A="x\ny"\nexport B=1\nC: 1\n', [4]],
  [
    'none where all lines set, comment or are empty',
    "# c\n\nA='x\ny z\n'\n  D = 4 # c\nE=\nexport F\nG\n",
    [],
  ],
  ['none below a quote that nobody closes', 'A="x\nB=1\n', []],
])('.env is refused for %s', (_, text, lines) => {
  const problems = checkDotenv('.env', text);
  expect(problems).toMatchObject(lines.map((line) => ({ line, found: 'a line without "="' })));
  expect(JSON.stringify(problems)).not.toContain('postgres://x');
});

it('a .env that is wrong starts nothing', async () => {
  const cwd = await makeTestFolder();
  await writeFile(join(cwd, '.env'), 'ALERT_DATABASE_URL postgres://x\n');
  await expect(loadConfig({ env: {}, cwd })).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { problems: [{ file: '.env', line: 1 }] },
  });
});

import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, run, serve } from './command-line.ts';

test('a backup is made beside a server and restored without it; the check of the database says how it is', {
  timeout: 60_000,
}, async () => {
  const folder = await makeFolder('server: { listen: "127.0.0.1:0" }\n');
  const { child } = await serve(folder);
  const made = await run(folder, ['backup', 'copy.db']);
  expect(made).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining(join(folder, 'copy.db')),
  });
  const [again, refused] = await Promise.all([
    run(folder, ['backup', 'copy.db']),
    run(folder, ['restore', 'copy.db']),
  ]);
  expect(again).toMatchObject({ code: 5, stderr: expect.stringContaining('--force') });
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('stop Tocsin') });
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(await run(folder, ['restore', 'copy.db'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^restored copy\.db\nwhat was there before is .*tocsin\.db\.before-/),
  });
  const [well, broken] = await Promise.all([
    run(folder, ['db', 'check']),
    run(folder, ['db', 'check'], { TOCSIN_DATA_DIR: 'nowhere' }),
  ]);
  expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok {4}the file is whole: .*\nok /) });
  expect(broken).toMatchObject({ code: 4, stderr: expect.stringContaining('no database at') });
});

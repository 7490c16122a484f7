import { expect, test } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { superviseOnce } from './supervise-pass.ts';

test('a pass is urgent where an alert asks for an incident or is part of one, and else not', async () => {
  const worker = await startWorker(await openInMemory());
  const passOver = async (...reports: Parameters<typeof worker.report>) => {
    await worker.report(...reports);
    return (await superviseOnce(worker.ctx, 'worker', false)).urgent;
  };
  expect(await passOver({ service: 'api', severity: 'P2' }, { service: 'web', severity: 'P3' })).toBe(false);
  expect(await passOver({ service: 'cache', severity: 'P2' }, { service: 'db', severity: 'P1' })).toBe(true);
  expect(await passOver({ service: 'db', severity: 'P0' })).toBe(true);
  expect(await passOver()).toBe(false);
});

import { expect, test } from 'vitest';
import { probedComponent } from '../../test/probed.ts';
import { loadTestConfig } from '../../test/supervised.ts';
import type { MaintenanceConfig } from '../config/types.ts';
import { createMaintenanceTest } from './find-maintenance.ts';

const nowMs = Date.parse('2026-03-01T12:30:00Z');

/** A plan that counts how often somebody asks whether it is on. */
function plan(name: string, component: string, hours: number) {
  let asked = 0;
  const schedule = {
    get kind() {
      asked++;
      return 'once' as const;
    },
    startsAt: nowMs - hours * 3_600_000,
    endsAt: nowMs + hours * 3_600_000,
  };
  const config: MaintenanceConfig = { name, match: { component: [component] }, schedule, comment: null };
  return { config, asked: () => asked };
}

test('of plans only those are asked whether they are on that match, each once, and the longest counts', async () => {
  const [short, long, other] = [plan('short', 'api', 1), plan('long', 'api', 2), plan('other', 'web', 3)];
  const maintenance = [short, long, other].map(({ config }) => config);
  const maintenanceOf = createMaintenanceTest({ ...(await loadTestConfig()), maintenance }, nowMs);
  for (const id of ['api', 'api', 'db']) maintenanceOf(probedComponent(id));
  expect(maintenanceOf(probedComponent('api'))).toMatchObject({ name: 'long', fromMs: nowMs - 7_200_000 });
  expect(maintenanceOf(probedComponent('db'))).toBeNull();
  expect([short, long, other].map(({ asked }) => asked())).toEqual([1, 1, 0]);
});

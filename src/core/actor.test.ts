import { expect, it } from 'vitest';
import { isEntitled, requireEntitlement, systemActor } from './actor.ts';

it.each([
  [['*'], 'tools.alerts.ack', true],
  [['tools.alerts.*'], 'tools.alerts.ack', true],
  [['tools.alerts.*'], 'tools.alertsx', false],
  [['tools.alerts.ack'], 'tools.alerts.ack', true],
  [['tools.alerts.ack'], 'tools.alerts.ack_any', false],
  [['tools.alerts.ack_any'], 'tools.alerts.ack', false],
  [['tools.runs.read', 'tools.alerts.read'], 'tools.alerts.read', true],
  [[], 'tools.alerts.read', false],
])('with %j, is %s allowed: %s', (entitlements, entitlement, allowed) => {
  expect(isEntitled({ name: 'a', role: 'r', entitlements }, entitlement)).toBe(allowed);
});

it('refuses by naming the role and what it lacks', () => {
  const actor = { name: 'bob', role: 'viewer', entitlements: [] };
  expect(() => requireEntitlement(actor, 'tools.alerts.ack')).toThrow(
    expect.objectContaining({
      code: 'FORBIDDEN',
      message: 'role "viewer" lacks the entitlement tools.alerts.ack',
      details: { role: 'viewer', missing_entitlement: 'tools.alerts.ack' },
    }),
  );
});

it("lets Tocsin's own loops do everything, under their name", () => {
  const actor = systemActor('supervisor');
  expect(actor.name).toBe('tocsin:supervisor');
  expect(() => requireEntitlement(actor, 'anything.at.all')).not.toThrow();
});

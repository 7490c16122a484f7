import type { Actor } from '../core/actor.ts';
import type { RoleName } from '../core/role-names.ts';

const read = [
  'tools.alerts.read',
  'tools.oncall.read',
  'tools.jobs.read',
  'tools.metrics.read',
  'tools.gates.read',
  'tools.state.read',
] as const;

const report = ['tools.alerts.ingest', 'tools.health.report', 'tools.metrics.record'] as const;
const work = ['tools.alerts.claim', 'tools.alerts.ack', 'tools.oncall.incident_write'] as const;

/** The shipped roles; `*` at the end of an entitlement stands for everything below it. */
const roles = {
  agent_monitor: [...read, ...report],
  agent_oncall: [...read, ...report, ...work],
  agent_cto: [...read, ...report, ...work],
  supervisor: [...read, ...work, 'tools.notify.write'],
  agent_interface: read,
  viewer: read,
  operator: [
    ...read,
    ...report,
    ...work,
    'tools.alerts.ack_any',
    'tools.alerts.silence',
    'tools.runs.write',
    'tools.deployments.write',
    'tools.notify.write',
    'tools.audit.read',
    'tools.jobs.run',
    'tools.state.write',
    'tools.gates.bypass',
    'tools.config.*',
  ],
  admin: ['tools.*'],
  default: read,
} as const satisfies Record<RoleName, readonly string[]>;

/** The role of tokens that tasks are given: nobody can ask for one. */
export const taskRole = 'task';

const ownRoles: Readonly<Record<string, readonly string[]>> = {
  [taskRole]: ['tools.alerts.ingest', 'tools.metrics.record', 'tools.state.read', 'tools.state.write'],
};

/** Answers an actor of the role; a role that is not known any more has the entitlements of `default`. */
export function createActor(name: string, role: string): Actor {
  const entitlements = Object.hasOwn(roles, role) ? roles[role as RoleName] : ownRoles[role];
  return { name, role, entitlements: entitlements ?? roles.default };
}

/** The shipped roles, which a configuration may name. */
export const roleNames = [
  'agent_monitor',
  'agent_oncall',
  'agent_cto',
  'supervisor',
  'agent_interface',
  'viewer',
  'operator',
  'admin',
  'default',
] as const;

export type RoleName = (typeof roleNames)[number];

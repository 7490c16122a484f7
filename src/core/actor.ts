import { AppError } from './errors.ts';

/** Who does something: `name` stands in events and audits, `role` decides through its entitlements. */
export type Actor = {
  readonly name: string;
  readonly role: string;
  /** Entitlement names; `*` at the end of one stands for everything below it. */
  readonly entitlements: readonly string[];
};

/** The actor of Tocsin's own loops. */
export function systemActor(name: string): Actor {
  return { name: `tocsin:${name}`, role: 'system', entitlements: ['*'] };
}

/** Answers whether the actor may do what the entitlement names. */
export function isEntitled(actor: Actor, entitlement: string): boolean {
  return actor.entitlements.some((held) =>
    held.endsWith('*') ? entitlement.startsWith(held.slice(0, -1)) : held === entitlement,
  );
}

/** Throws FORBIDDEN, naming the missing entitlement. */
export function requireEntitlement(actor: Actor, entitlement: string): void {
  if (isEntitled(actor, entitlement)) return;
  throw new AppError('FORBIDDEN', `role "${actor.role}" lacks the entitlement ${entitlement}`, {
    details: { role: actor.role, missing_entitlement: entitlement },
  });
}

import type { DeploymentRow } from '../store/index.ts';

type Content = Pick<DeploymentRow, 'service' | 'env' | 'version' | 'at' | 'deployed_by' | 'link' | 'notes'>;

/** What a caller says of a deployment; what it leaves out is not compared. */
export type Said = { [Name in keyof Content]?: Content[Name] | undefined };

export type RepeatDecision = { same: true } | { same: false; reason: 'other_content'; fields: string[] };

const shownNames: Readonly<Record<string, string>> = { deployed_by: 'by' };

/** Decides whether a deployment under an id that is taken is the same again. */
export function decideRepeat(known: DeploymentRow, said: Said): RepeatDecision {
  const fields = Object.entries(said)
    .filter(([name, value]) => value !== undefined && known[name as keyof Said] !== value)
    .map(([name]) => shownNames[name] ?? name);
  return fields.length === 0 ? { same: true } : { same: false, reason: 'other_content', fields };
}

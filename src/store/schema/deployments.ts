export type DeploymentKind = 'deployment' | 'config_reload';

/** A change that somebody or something made to a service. */
export type DeploymentRow = {
  deployment_id: string;
  /** The id that the caller knows it by; null: none was given. */
  given_id: string | null;
  kind: DeploymentKind;
  service: string;
  env: string;
  version: string;
  at: number;
  deployed_by: string;
  link: string | null;
  notes: string | null;
  created_at: number;
};

/** Files and environment become one frozen, validated Config here; nothing else reads YAML or variables. */

export type { Env } from './environment.ts';
export { environmentNames } from './environment-names.ts';
export { hashConfig } from './hash-config.ts';
export { configSchemas, generatedFiles } from './json-schema.ts';
export { type CheckoutPlace, type LoadOptions, loadConfig } from './load.ts';
export { formatProblems, type Problem } from './problem.ts';
export { readProcessEnvironment } from './process-environment.ts';
export { isSecretName, redactText, redactTexts, redactWebhookUrl } from './redact.ts';
export type { ReloadResult } from './reload.ts';
export { collectSecrets } from './secrets.ts';
export { listShellVariables } from './shell-variables.ts';
export { describeConfig, showConfig } from './show.ts';
export type * from './types.ts';
export { watchConfig } from './watch.ts';

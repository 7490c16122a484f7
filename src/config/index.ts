/** Files and environment become one frozen, validated Config here; nothing else reads YAML or variables. */
export { builtInPolicy } from './built-in-policy.ts';
export type { Env } from './environment.ts';
export { type EnvironmentName, environmentNames } from './environment-names.ts';
export { configSchemas, generatedFiles } from './json-schema.ts';
export { type ConfigFlags, type LoadOptions, loadConfig } from './load.ts';
export { findProblems, formatProblems, type Problem } from './problem.ts';
export { isSecretName, redactText, redactUrl } from './redact.ts';
export { redactConfig } from './redact-config.ts';
export type { Reloaded, ReloadRefused, ReloadResult, WatchStatus } from './reload.ts';
export { describeConfig, showConfig } from './show.ts';
export type * from './types.ts';
export { type ConfigWatch, type ConfigWatchOptions, watchConfig } from './watch.ts';

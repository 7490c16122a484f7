import { dirname, join, resolve } from 'node:path';
import { assemble } from './assemble.ts';
import { builtInEscalation, builtInEscalationRules, builtInPolicy, builtInRules } from './built-in-policy.ts';
import { chooseStore } from './choose-store.ts';
import {
  crossCheckEscalation,
  crossCheckIntelligence,
  crossCheckPolicy,
  crossCheckTocsin,
} from './cross-check.ts';
import { type Env, type EnvironmentSettings, readEnvironment } from './environment.ts';
import { freezeDeep } from './freeze.ts';
import { builtInIntelligence } from './intelligence.ts';
import { loadJobs, loadOptionalJobs } from './jobs/load.ts';
import { resolveLlm } from './llm.ts';
import { readPresetAccess } from './presets.ts';
import { configError } from './problem.ts';
import { check, type Reading, readYamlFile, startReading } from './reading.ts';
import { readRunbooks } from './runbooks.ts';
import { escalationSchema, toEscalationPolicy } from './schema/escalation.ts';
import { intelligenceSchema } from './schema/intelligence.ts';
import { policySchema, toPolicy } from './schema/policy.ts';
import { listenExpected, parseListen } from './schema/server.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import type { Config, EscalationPolicy, IntelligencePolicy, RoutingPolicy, StoreConfig } from './types.ts';
import { checkMappings } from './webhook-mappings.ts';
import type { YamlFile } from './yaml-file.ts';

/** What a command line may say; each beats file and environment. */
export type ConfigFlags = { dsn?: string; dataDir?: string; listen?: string };

export type LoadOptions = {
  /** From `--config`; such a file must exist. */
  configPath?: string | undefined;
  /** From `--jobs`; such a file must exist. */
  jobsPath?: string | undefined;
  /** For commands that run no profile: what is wrong in jobs.yaml is then no reason to refuse, and there are no profiles. */
  areJobsOptional?: boolean;
  /** Beats REPO_DIR. */
  repoDir?: string | undefined;
  env?: Env;
  cwd?: string;
  flags?: ConfigFlags;
  /** Whether the log is read by a person on a terminal. */
  isTerminal?: boolean;
};

/** Where jobs are read instead of where they are: in a tree that is not in place yet. */
export type CheckoutPlace = { repoDir: string; jobsPath: string };

/** Reads files and environment into one frozen Config. Throws VALIDATION_ERROR with every problem of every file in `details.problems`. */
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  const { env = process.env, cwd = process.cwd(), flags = {} } = options;
  const reading = await startReading(env, cwd);
  const { settings, problems } = readEnvironment(reading.environment);
  const { path, askedBy } = choosePath(reading, options.configPath);
  const folder = dirname(path);
  const tocsin = await readYamlFile(reading, path, askedBy);
  const file = check(reading, tocsin, tocsinSchema);
  if (tocsin.readable) reading.problems.push(...crossCheckTocsin(tocsin), ...(await checkMappings(tocsin)));
  const checks = file?.components.flatMap((component) => component.checks) ?? [];
  const access = await readPresetAccess(reading, settings.presets, checks);
  const policies = await loadPolicies(reading, folder, tocsin, settings);
  const around = { folder, tocsin: tocsin.readable ? tocsin : null, routes: file?.routes ?? null };
  const jobs = await (options.areJobsOptional ? loadOptionalJobs : loadJobs)(reading, {
    ...around,
    flag: options.jobsPath,
    repoDir: options.repoDir ?? settings.repoDir,
  });
  reading.problems.push(...problems);
  const dataDir = resolve(cwd, flags.dataDir ?? settings.dataDir ?? 'data');
  const store = selectStore(reading, settings, flags, dataDir);
  const listen = readListenFlag(reading, flags.listen);
  const isBroken = file === null || policies === null || jobs === null;
  if (isBroken || reading.problems.length > 0) throw configError(reading.problems);
  const { files, watchedFiles } = reading;
  const isTerminal = options.isTerminal ?? process.stdout.isTTY === true;
  const places = { cwd, dataDir, folder, files, watchedFiles, isTerminal };
  return freezeDeep(assemble({ file, settings, access, ...policies, jobs, store, listen, ...places }));
}

function choosePath(reading: Reading, flag: string | undefined): { path: string; askedBy: string | null } {
  const variable = reading.environment.values.TOCSIN_CONFIG?.trim();
  // The command line hands on the variable as if it were the flag.
  if (flag !== undefined && flag !== variable)
    return { path: resolve(reading.cwd, flag), askedBy: '--config' };
  if (variable) return { path: resolve(reading.cwd, variable), askedBy: 'TOCSIN_CONFIG' };
  return { path: resolve(reading.cwd, 'tocsin.yaml'), askedBy: null };
}

async function loadPolicies(
  reading: Reading,
  folder: string,
  tocsin: YamlFile,
  settings: EnvironmentSettings,
) {
  const policy = await loadPolicy(reading, join(folder, 'config', 'alert_routing_policy.yml'), tocsin);
  const intelligence = await loadIntelligence(reading, folder, tocsin);
  const runbooks = await loadRunbooks(reading, join(folder, 'runbooks'), tocsin);
  const escalation = await loadEscalation(reading, join(folder, 'config', 'incident_escalation_policy.yml'));
  const llmMode = policy?.defaults.llmMode ?? 'off';
  const { llm, problems } = resolveLlm(llmMode, settings.llm, reading.environment.origin);
  reading.problems.push(...problems);
  if (policy === null || intelligence === null || escalation === null) return null;
  return { policy, intelligence, runbooks, escalation, llm };
}

function selectStore(
  reading: Reading,
  settings: EnvironmentSettings,
  flags: ConfigFlags,
  dataDir: string,
): StoreConfig {
  const fromFlag = { name: '--dsn', value: flags.dsn ?? '', origin: { file: 'command line', line: null } };
  const { store, problems } =
    flags.dsn === undefined
      ? chooseStore(settings.backend, settings.dsn, dataDir)
      : chooseStore('postgres', fromFlag, dataDir);
  reading.problems.push(...problems);
  return store;
}

async function loadPolicy(reading: Reading, path: string, tocsin: YamlFile): Promise<RoutingPolicy | null> {
  const file = await readYamlFile(reading, path, null);
  const data = check(reading, file, policySchema);
  if (file.readable) reading.problems.push(...crossCheckPolicy(file, tocsin.readable ? tocsin : null));
  if (data === null) return null;
  return reading.files.includes(path) ? toPolicy(data, builtInRules()) : builtInPolicy();
}

async function loadIntelligence(
  reading: Reading,
  folder: string,
  tocsin: YamlFile,
): Promise<IntelligencePolicy | null> {
  const path = join(folder, 'config', 'incident_intelligence_policy.yml');
  const file = await readYamlFile(reading, path, null);
  const data = check(reading, file, intelligenceSchema);
  if (file.readable && tocsin.readable) reading.problems.push(...crossCheckIntelligence(file, tocsin));
  return reading.files.includes(path) ? data : builtInIntelligence();
}

async function loadRunbooks(reading: Reading, folder: string, tocsin: YamlFile) {
  const { cwd, environment } = reading;
  const read = await readRunbooks(folder, { cwd, values: environment.values, tocsin });
  reading.problems.push(...read.problems);
  reading.watchedFiles.push(...read.watchedFiles);
  return read.runbooks;
}

async function loadEscalation(reading: Reading, path: string): Promise<EscalationPolicy | null> {
  const file = await readYamlFile(reading, path, null);
  const data = check(reading, file, escalationSchema);
  if (file.readable) reading.problems.push(...crossCheckEscalation(file));
  if (data === null) return null;
  return reading.files.includes(path)
    ? toEscalationPolicy(data, builtInEscalationRules())
    : builtInEscalation();
}

function readListenFlag(reading: Reading, flag: string | undefined): { host: string; port: number } | null {
  if (flag === undefined) return null;
  const address = parseListen(flag);
  if (address !== null) return address;
  const found = JSON.stringify(flag);
  const place = { file: 'command line', line: null, key: '--listen' };
  reading.problems.push({ ...place, found, expected: listenExpected, message: '' });
  return null;
}

import { configSchemas, describeConfig, loadConfig, showConfig } from '../config/index.ts';

/** Runs `tocsin config check|show|schema`. Throws VALIDATION_ERROR with every problem of every file. */
export async function runConfigCommand(
  word: 'check' | 'show' | 'schema',
  options: { config?: string; jobs?: string; json?: true },
): Promise<void> {
  if (word === 'schema') return print(JSON.stringify(configSchemas(), null, 2));
  const config = await loadConfig({ configPath: options.config, jobsPath: options.jobs });
  if (word === 'show') return print(showConfig(config, options.json ? 'json' : 'yaml').trimEnd());
  print(options.json ? JSON.stringify({ ok: true, files: config.files }) : describeConfig(config));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

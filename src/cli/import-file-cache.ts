import { render } from './render.ts';
import { runLocally } from './run-local.ts';

export type ImportOptions = {
  config?: string;
  file?: string[];
  jobsYaml?: string;
  overwrite?: true;
  json?: true;
};

/** Runs `tocsin import-file-cache`: moves text files into the configured database, and prints what became of them. */
export async function runImportFileCache(options: ImportOptions): Promise<void> {
  const { config, jobsYaml: jobs, file: files = [], overwrite = false, json } = options;
  const places = {
    needsJobs: true,
    ...(config !== undefined && { config }),
    ...(jobs !== undefined && { jobs }),
  };
  const result = await runLocally('state.import', { files, overwrite }, places);
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : render(result, null)}\n`);
}

import { join } from 'node:path';
import type { EnvironmentSettings, NamedDsn } from './environment.ts';
import type { Problem } from './problem.ts';
import { redactUrl } from './redact.ts';
import type { StoreConfig } from './types.ts';

const dsnExpected = 'an address such as postgres://user@host:5432/name';

/** Answers the store that is asked for. `auto` with a DSN is PostgreSQL and never falls back; without one it is SQLite in the data folder. */
export function chooseStore(
  backend: EnvironmentSettings['backend'],
  dsn: NamedDsn | null,
  dataDir: string,
): { store: StoreConfig; problems: Problem[] } {
  const sqlite = { backend: 'sqlite', path: join(dataDir, 'tocsin.db') } as const;
  if (backend === 'memory') return { store: { backend: 'memory' }, problems: [] };
  if (backend === 'sqlite' || (backend === 'auto' && dsn === null)) return { store: sqlite, problems: [] };
  if (dsn === null) return { store: sqlite, problems: [missingDsn()] };
  const problem = dsnProblem(dsn);
  return { store: { backend: 'postgres', dsn: dsn.value }, problems: problem ? [problem] : [] };
}

function missingDsn(): Problem {
  return {
    file: 'environment',
    line: null,
    key: 'ALERT_BACKEND',
    found: '"postgres" without an address',
    expected: 'ALERT_DATABASE_URL or DATABASE_URL beside it',
    message: 'set ALERT_DATABASE_URL=postgres://user@host:5432/name',
  };
}

function dsnProblem({ name, value, origin }: NamedDsn): Problem | null {
  if (/^postgres(ql)?:\/\//i.test(value) && URL.canParse(value)) return null;
  return {
    ...origin,
    key: name,
    // Where it is no URL at all nobody knows which part is the password.
    found: URL.canParse(value) ? JSON.stringify(redactUrl(value)) : 'a text that is no URL (not shown)',
    expected: dsnExpected,
    message: 'PostgreSQL is the one server store; for SQLite leave it unset, or set ALERT_BACKEND=sqlite',
  };
}

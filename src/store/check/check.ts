import { describeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { migrate, requireCurrent } from '../migrate.ts';
import { findFaults } from '../sqlite/file.ts';
import { type Store, type StoreOptions, withStore } from '../store.ts';
import { requireFile } from '../transfer/backup.ts';
import { describeFence, readFence } from '../transfer/fence.ts';
import { countBroken, listSchemaNames, type Rule, rules } from './queries.ts';

/** What was looked at, and how it is. */
export type Finding = { status: 'ok' | 'warn' | 'fail'; name: string; detail: string; fix: string | null };

const restoreFix = 'restore the last good backup with tocsin restore';

/** Looks whether the database is whole, of this version, and keeps what must hold; changes nothing. Throws NOT_FOUND, UNAVAILABLE. */
export async function checkDatabase(options: StoreOptions, nowMs: number, log: Log): Promise<Finding[]> {
  const file = options.backend === 'sqlite' ? checkFile(options.path) : [];
  if (file.some(({ status }) => status === 'fail')) return file;
  return withStore(options, log, async (store) => {
    const version = await checkVersion(store);
    if (version.status === 'fail') return [...file, version];
    const findings = [...file, version, await checkSchema(store, log), ...(await checkFence(store))];
    for (const rule of rules) findings.push(await checkRule(store, rule, nowMs));
    return findings;
  });
}

function ok(name: string, detail: string): Finding {
  return { status: 'ok', name, detail, fix: null };
}

function fail(name: string, detail: string, fix: string): Finding {
  return { status: 'fail', name, detail, fix };
}

function checkFile(path: string): Finding[] {
  requireFile(path);
  const name = 'the file is whole';
  try {
    const faults = findFaults(path);
    return [faults.length === 0 ? ok(name, path) : fail(name, faults.join('; '), restoreFix)];
  } catch (error) {
    return [fail(name, `${path}: ${describeError(error)}`, restoreFix)];
  }
}

async function checkVersion(store: Store): Promise<Finding> {
  const name = 'the schema is of this version';
  try {
    await requireCurrent(store.db);
    return ok(name, 'all migrations are applied');
  } catch (error) {
    return fail(name, describeError(error), 'use the program and the database of one version');
  }
}

/** Says nothing of the database that is open, as all are. */
async function checkFence(store: Store): Promise<Finding[]> {
  const fence = await readFence(store.db);
  if (fence === null || fence.state === 'open') return [];
  const detail = `it ${describeFence(fence)}`;
  return [
    { status: 'warn', name: 'the database is worked on', detail, fix: 'leave it, or tocsin state resume' },
  ];
}

async function checkSchema(store: Store, log: Log): Promise<Finding> {
  const name = 'tables, indexes and views are there';
  const there = new Set(await listSchemaNames(store.db, store.dialect));
  const missing = (await listExpectedNames(store, log)).filter((expected) => !there.has(expected));
  if (missing.length > 0) return fail(name, `missing: ${missing.join(', ')}`, restoreFix);
  return ok(name, `${there.size} of them`);
}

/** The names are the same on both engines, but for that of an index which PostgreSQL does without. */
async function listExpectedNames(store: Store, log: Log): Promise<string[]> {
  const names = await withStore({ backend: 'memory' }, log, async ({ db, dialect }) => {
    await migrate(db, dialect, 0);
    return listSchemaNames(db, dialect);
  });
  return store.dialect.movesChangedRows ? names.filter((name) => name !== 'alert_leased') : names;
}

async function checkRule(store: Store, rule: Rule, nowMs: number): Promise<Finding> {
  const { name, otherwise, found, fix } = rule;
  const broken = await countBroken(store.db, store.dialect, rule, nowMs);
  if (broken === 0) return ok(name, `no ${found}`);
  return { status: otherwise, name, detail: `${broken} ${found}`, fix };
}

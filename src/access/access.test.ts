import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { runAction } from '../core/action.ts';
import { type Actor, isEntitled } from '../core/actor.ts';
import type { Ctx } from '../store/index.ts';
import {
  createActor,
  createAuthenticator,
  createSignInCode,
  createToken,
  createTokenAction,
  endSession,
  ensureAdminToken,
  listTokensAction,
  type RoleName,
  redeemSignInCode,
  revokeTokenAction,
  signInWithToken,
} from './index.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-access-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'data');
}

/** Answers who the secret is, for one that has no memory of earlier answers. */
function identify(ctx: Ctx, secret: string, kind: 'api' | 'session' = 'api'): Promise<Actor | null> {
  return Promise.resolve(createAuthenticator().findActor(ctx, secret, kind));
}

test.each(['', ' ', 'a\0b', '\ud800', 'x'.repeat(101)])('no token is named %j', (name) => {
  expect(createTokenAction.input.safeParse({ role: 'viewer', name }).success).toBe(false);
});

describeEachStore('access', (open) => {
  let h: StoreHarness;
  beforeEach(async () => {
    h = await open();
  });

  test('a token identifies its role and name, and only its hash is stored', async () => {
    const { token } = await createToken(h.ctx, { role: 'viewer', name: 'grafana' });
    expect(token).toMatch(/^toc_[A-Za-z0-9_-]{43}$/);
    expect(await identify(h.ctx, token)).toEqual(createActor('grafana', 'viewer'));
    const rows = await h.ctx.db.selectFrom('token').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test.each(['', 'toc_', 'Bearer', 'x'.repeat(5000), 'toc_ü'])(
    'an unknown token %# is nobody',
    async (secret) => {
      expect(await identify(h.ctx, secret)).toBeNull();
    },
  );

  test('a revoked token is refused within three seconds elsewhere, at once where it was revoked', async () => {
    const { token, row } = await createToken(h.ctx, { role: 'viewer', name: 'x' });
    const [here, elsewhere] = [createAuthenticator(), createAuthenticator()];
    for (const one of [here, elsewhere]) expect(await one.findActor(h.ctx, token, 'api')).not.toBeNull();
    await runAction(revokeTokenAction, h.ctx, { token_id: row.token_id });
    here.forget();
    expect(await here.findActor(h.ctx, token, 'api')).toBeNull();
    await h.clock.advance(3000);
    expect(await elsewhere.findActor(h.ctx, token, 'api')).toBeNull();
  });

  test('a revoked token is refused although the clock went back', async () => {
    const { token, row } = await createToken(h.ctx, { role: 'viewer', name: 'x' });
    const elsewhere = createAuthenticator();
    expect(await elsewhere.findActor(h.ctx, token, 'api')).not.toBeNull();
    await runAction(revokeTokenAction, h.ctx, { token_id: row.token_id });
    h.clock.goBack(3_600_000);
    expect(await elsewhere.findActor(h.ctx, token, 'api')).toBeNull();
  });

  test('revoking a token ends the sessions that it began, and no others', async () => {
    const first = await createToken(h.ctx, { role: 'viewer', name: 'first' });
    const second = await createToken(h.ctx, { role: 'viewer', name: 'second' });
    const ended = (await signInWithToken(h.ctx, first.token)) ?? '';
    const kept = (await signInWithToken(h.ctx, second.token)) ?? '';
    await runAction(revokeTokenAction, h.ctx, { token_id: first.row.token_id });
    expect(await identify(h.ctx, ended, 'session')).toBeNull();
    expect(await identify(h.ctx, kept, 'session')).toEqual(createActor('second', 'viewer'));
    await expect(runAction(revokeTokenAction, h.ctx, { token_id: 'nope' })).rejects.toThrow('no token nope');
  });

  test('a token is no session, and a session no token', async () => {
    const { token } = await createToken(h.ctx, { role: 'viewer', name: 'x' });
    const session = (await signInWithToken(h.ctx, token)) ?? '';
    expect(await identify(h.ctx, token, 'session')).toBeNull();
    expect(await identify(h.ctx, session, 'api')).toBeNull();
    expect(await signInWithToken(h.ctx, session)).toBeNull();
  });

  test('a sign-in code begins one session, also when two use it at once', async () => {
    const code = await createSignInCode(h.ctx, 'admin');
    const sessions = await Promise.all([redeemSignInCode(h.ctx, code), redeemSignInCode(h.ctx, code)]);
    expect(sessions.filter((session) => session !== null)).toHaveLength(1);
    expect(await redeemSignInCode(h.ctx, code)).toBeNull();
  });

  test('a sign-in code is good for an hour, a session for seven days or until it is ended', async () => {
    const late = await createSignInCode(h.ctx, 'admin');
    await h.clock.advance(3_600_000);
    expect(await redeemSignInCode(h.ctx, late)).toBeNull();
    const sessions = [];
    for (let i = 0; i < 2; i++)
      sessions.push((await redeemSignInCode(h.ctx, await createSignInCode(h.ctx, 'admin'))) ?? '');
    const [ended = '', kept = ''] = sessions;
    await endSession(h.ctx, ended);
    expect(await identify(h.ctx, ended, 'session')).toBeNull();
    await h.clock.advance(7 * 86_400_000 - 1);
    expect(await identify(h.ctx, kept, 'session')).toMatchObject({ role: 'admin' });
    await h.clock.advance(1);
    expect(await identify(h.ctx, kept, 'session')).toBeNull();
  });

  test('the list shows API tokens, newest first, in pages, and never a hash', async () => {
    for (const name of ['a', 'b', 'c']) await createToken(h.ctx, { role: 'viewer', name });
    await createSignInCode(h.ctx, 'admin');
    const first = (await runAction(listTokensAction, h.ctx, { limit: '2' })) as Listed;
    expect(first.data.map(({ name }) => name)).toEqual(['c', 'b']);
    const second = (await runAction(listTokensAction, h.ctx, {
      cursor: first.next_cursor,
      limit: 2,
    })) as Listed;
    expect(second).toMatchObject({ data: [{ name: 'a' }], next_cursor: null });
    expect(JSON.stringify([first, second])).not.toMatch(/hash|toc_/);
  });

  test('the first start makes one admin token, private to its owner, which later starts keep', async () => {
    const dataDir = await temporaryFolder();
    const paths = await Promise.all(Array.from({ length: 20 }, () => ensureAdminToken(h.ctx, dataDir)));
    const [path = ''] = paths;
    const token = (await readFile(path, 'utf8')).trim();
    expect(await identify(h.ctx, token)).toEqual(createActor('admin', 'admin'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await ensureAdminToken(h.ctx, dataDir);
    expect((await readFile(path, 'utf8')).trim()).toBe(token);
    expect(await h.ctx.db.selectFrom('token').selectAll().execute()).toHaveLength(1);
  });

  test('a file that is missing, empty, or whose token was revoked gets a new token', async () => {
    const dataDir = await temporaryFolder();
    const path = await ensureAdminToken(h.ctx, dataDir);
    const read = async () => {
      await ensureAdminToken(h.ctx, dataDir);
      const token = (await readFile(path, 'utf8')).trim();
      expect(await identify(h.ctx, token)).toMatchObject({ role: 'admin' });
      return token;
    };
    const tokens = [await read()];
    await rm(path);
    tokens.push(await read());
    await writeFile(path, '');
    tokens.push(await read());
    await h.ctx.db.updateTable('token').set({ revoked_at: 1 }).execute();
    tokens.push(await read());
    expect(new Set(tokens).size).toBe(4);
  });

  test('a token in the file counts in a new database too', async () => {
    const dataDir = await temporaryFolder();
    const path = await ensureAdminToken(h.ctx, dataDir);
    await h.ctx.db.deleteFrom('token').execute();
    await ensureAdminToken(h.ctx, dataDir);
    expect(await identify(h.ctx, (await readFile(path, 'utf8')).trim())).toMatchObject({ role: 'admin' });
  });
});

type Listed = { data: { name: string }[]; next_cursor: string | null };

test.each<[RoleName, string, boolean]>([
  ['agent_monitor', 'tools.alerts.ingest', true],
  ['agent_monitor', 'tools.alerts.read', true],
  ['agent_monitor', 'tools.alerts.claim', false],
  ['agent_monitor', 'tools.alerts.ack', false],
  ['agent_monitor', 'tools.oncall.incident_write', false],
  ['agent_oncall', 'tools.alerts.claim', true],
  ['agent_oncall', 'tools.oncall.incident_write', true],
  ['agent_oncall', 'tools.alerts.ack_any', false],
  ['agent_cto', 'tools.alerts.ack', true],
  ['viewer', 'tools.metrics.read', true],
  ['viewer', 'tools.alerts.ingest', false],
  ['default', 'tools.oncall.read', true],
  ['default', 'tools.alerts.ingest', false],
  ['operator', 'tools.config.write', true],
  ['operator', 'tools.tokens.write', false],
  ['admin', 'tools.tokens.write', true],
])('%s and %s: %s', (role, entitlement, allowed) => {
  expect(isEntitled(createActor('x', role), entitlement)).toBe(allowed);
});

test('a role that is not known any more may do what the default role may', () => {
  expect(createActor('x', 'gone').entitlements).toEqual(createActor('x', 'default').entitlements);
});

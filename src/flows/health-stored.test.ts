import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { Kysely } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachStore, quietLog } from '../../test/stores.ts';
import { component, httpCheck, runNext, startSwitch, startWatcher } from '../../test/watched.ts';
import { createPostgresEngine, everydayLimits } from '../store/postgres/engine.ts';
import type { FlowCtx } from './context.ts';
import { listComponents } from './health-actions.ts';
import { answerComponentHealth, answerServicesHealth } from './health-answers.ts';

const nobody = { fresh: false, viewer: null };

/** Answers the context as it is while its database is at this port of the machine. */
function elsewhere(ctx: FlowCtx, port: number): FlowCtx {
  const dialect = createPostgresEngine(`postgres://nobody@127.0.0.1:${port}/x`, quietLog, everydayLimits);
  const db = new Kysely<never>({ dialect });
  onTestFinished(() => db.destroy());
  return { ...ctx, db: db as unknown as FlowCtx['db'] };
}

/** Starts a server that takes connections and says nothing; `end` lets nobody wait for it. */
async function startSilentServer(): Promise<{ port: number; end(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    port,
    end() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describeEachStore('while the database is away', (open) => {
  const setUp = async () => {
    const harness = await open();
    const api = await startSwitch();
    const components = [
      component('api', [httpCheck(api.url, { failuresToDown: 1 })]),
      component('web', [httpCheck(api.url)]),
    ];
    const watcher = await startWatcher(harness, components);
    const ctx = watcher.ctx();
    const next = () => runNext(harness.clock, watcher.probing);
    return { clock: harness.clock, api, ctx, next };
  };

  it('components answer what was last read of them, with its age, and nothing of what was never read', async () => {
    const { ctx, next } = await setUp();
    await next();
    const before = await answerComponentHealth(ctx, 'api', nobody);
    expect(before).toMatchObject({ status: 200, body: { status: 'ok', checked_at: expect.any(String) } });
    const away = elsewhere(ctx, 1);
    expect(await answerComponentHealth(away, 'api', nobody)).toEqual(before);
    expect(await answerComponentHealth(away, 'web', nobody)).toMatchObject({
      status: 200,
      body: { status: 'unknown', reason: 'no_data' },
    });
    expect(await answerServicesHealth(away, nobody)).toMatchObject({ status: 200 });
  });

  it('what was down stays so', async () => {
    const { ctx, next, api } = await setUp();
    api.turn(503);
    await next();
    const before = await answerComponentHealth(ctx, 'api', nobody);
    expect(before).toMatchObject({ status: 503, body: { status: 'down', error: 'status_mismatch' } });
    expect(await answerComponentHealth(elsewhere(ctx, 1), 'api', nobody)).toEqual(before);
  });

  it('one that says nothing is waited for two seconds, and no longer', async () => {
    const { ctx, next, clock } = await setUp();
    await next();
    const before = await answerServicesHealth(ctx, nobody);
    const silent = await startSilentServer();
    const asked = answerServicesHealth(elsewhere(ctx, silent.port), nobody);
    await clock.advance(2000);
    expect(await asked).toEqual(before);
    silent.end();
  });

  it('who asks as somebody hears that it is away', async () => {
    const { ctx, next } = await setUp();
    await next();
    await answerServicesHealth(ctx, nobody);
    await expect(listComponents.run(elsewhere(ctx, 1), {})).rejects.toThrow(/ECONNREFUSED/);
  });
});

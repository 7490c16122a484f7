import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { Answer, runAction } from '../core/action.ts';
import type { Ctx } from '../store/index.ts';
import { listDeployments } from './list.ts';
import { selectDeploymentsBetween, selectLastDeployment } from './queries.ts';
import { recordDeployment, recordReload } from './record.ts';
import type { DeploymentView } from './view.ts';

type Recorded = { status: number; body: DeploymentView };

async function record({ ctx }: StoreHarness, input: object): Promise<Recorded> {
  const wanted = { service: 'api', version: '1.0.0', ...input };
  const result = await runAction<Ctx>(recordDeployment as never, ctx, wanted);
  const isRepeat = result instanceof Answer;
  return {
    status: isRepeat ? result.status : 201,
    body: (isRepeat ? result.body : result) as DeploymentView,
  };
}

const list = ({ ctx }: StoreHarness, input: object = {}) =>
  runAction<Ctx>(listDeployments as never, ctx, input) as Promise<{
    data: DeploymentView[];
    next_cursor: string | null;
  }>;

describeEachStore('deployments', (open) => {
  it('under one id are one, however often they come and however many at once', async () => {
    const harness = await open();
    const all = await Promise.all([1, 2, 3].map(() => record(harness, { id: 'ci-7' })));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    await harness.clock.advance(60_000);
    expect(await record(harness, { id: 'ci-7' })).toMatchObject({ status: 200, body: { id: 'ci-7' } });
    expect((await list(harness)).data).toHaveLength(1);
  });

  it('of another content under a taken id are refused, and the first one stays', async () => {
    const harness = await open();
    await record(harness, { id: 'ci-7' });
    await expect(record(harness, { id: 'ci-7', version: '2.0.0' })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'other_content', fields: ['version'] },
    });
    expect((await list(harness)).data).toMatchObject([{ version: '1.0.0' }]);
  });

  it('without an id are as many as were sent, in the name of who sent them', async () => {
    const harness = await open();
    await record(harness, {});
    await record(harness, {});
    const { data } = await list(harness);
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({ env: 'prod', by: 'tocsin:test', at: '2026-03-01T12:00:00.000Z' });
  });

  it('are listed by when they went live, page by page, and by service, env, kind and time', async () => {
    const harness = await open();
    await record(harness, { version: 'b', at: '2026-03-01T11:00:00Z' });
    await record(harness, { version: 'a', at: '2026-03-01T10:00:00Z', env: 'staging' });
    await record(harness, { version: 'c', at: '2026-03-01T11:00:00Z', service: 'db' });
    await recordReload(harness.ctx, { version: 'x', by: 'tocsin:config', notes: 'changed: routes' });
    const versions = async (input: object) => (await list(harness, input)).data.map(({ version }) => version);
    expect(await versions({})).toEqual(['x', 'c', 'b', 'a']);
    expect(await versions({ service: 'api' })).toEqual(['b', 'a']);
    expect(await versions({ env: 'staging' })).toEqual(['a']);
    expect(await versions({ kind: 'config_reload' })).toEqual(['x']);
    expect(await versions({ from: '2026-03-01T11:00:00Z', to: '2026-03-01T12:00:00Z' })).toEqual(['c', 'b']);
    const first = await list(harness, { limit: 2 });
    const second = await list(harness, { limit: 2, cursor: first.next_cursor });
    expect(second.data.map(({ version }) => version)).toEqual(['b', 'a']);
    expect(second.next_cursor).toBeNull();
  });

  it('refuse a cursor of another list, a time ahead and a link that is none', async () => {
    const harness = await open();
    const cursor = Buffer.from('c1:dep_1').toString('base64url');
    await expect(list(harness, { cursor })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    await expect(record(harness, { at: '2026-03-01T12:05:01Z' })).rejects.toThrow('at: is in the future');
    await expect(record(harness, { link: 'javascript:alert(1)' })).rejects.toThrow('link: must be a URL');
  });

  it('answer what was changed in a span, and the last of a service up to a time', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    await record(harness, { version: 'old', at: '2026-02-01T00:00:00Z' });
    await record(harness, { version: 'new' });
    const untilMs = clock.now();
    const span = { env: 'prod', fromMs: untilMs - 1000, toMs: untilMs, limit: 10 };
    expect((await selectDeploymentsBetween(ctx, span)).map((row) => row.version)).toEqual(['new']);
    expect(await selectDeploymentsBetween(ctx, { ...span, env: 'staging' })).toEqual([]);
    const of = { service: 'api', env: 'prod' };
    expect(await selectLastDeployment(ctx, { ...of, untilMs })).toMatchObject({ version: 'new' });
    expect(await selectLastDeployment(ctx, { ...of, untilMs: untilMs - 1 })).toMatchObject({
      version: 'old',
    });
    expect(await selectLastDeployment(ctx, { ...of, env: 'staging', untilMs })).toBeNull();
  });
});

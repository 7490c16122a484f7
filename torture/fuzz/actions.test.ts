import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { actions } from '../../src/actions.ts';
import type { Action, HttpBinding } from '../../src/core/action.ts';
import { systemActor } from '../../src/core/actor.ts';
import type { FlowCtx } from '../../src/flows/context.ts';
import { type DoorHarness, openDoor } from '../../test/door.ts';
import { migratedSchema } from '../../test/services/migrated.ts';
import { quietLog } from '../../test/stores.ts';
import { auditWork } from '../audit/work.ts';
import { openOwnProbe } from '../model/snapshot.ts';
import { createRandom, type Random } from '../random.ts';
import { toCall } from './call.ts';
import { invent, type Known, type Schema, spoil } from './invent.ts';
import { createKnown } from './known.ts';

/*
 * All but ids is drawn from the seed; FUZZ_SEED=7 FUZZ_CASES=100000 npx vitest run torture/fuzz tries others, and more.
 */

const cases = Number(process.env.FUZZ_CASES ?? 2000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

type Bound = Action<FlowCtx> & { http: HttpBinding };
const bound = actions.filter((action): action is Bound => action.http !== undefined);
const schemaOf = new Map(
  bound.map((action) => [
    action,
    z.toJSONSchema(action.input, { io: 'input', unrepresentable: 'any' }) as Schema,
  ]),
);

const engines = {
  'SQLite in memory': async () => ({ backend: 'memory' as const }),
  PostgreSQL: async () => ({ backend: 'postgres' as const, dsn: await migratedSchema(quietLog) }),
};

describe.each(Object.entries(engines))('every action, on %s', (engine, options) => {
  it(`answers whatever is sent, and never with a fault of its own (seed ${seed})`, {
    timeout: 24 * 3600_000,
  }, async () => {
    const harness = await openDoor({
      actions,
      store: await options(),
      env: { RATE_LIMIT_MAX: '1000000' },
    });
    const random = createRandom(seed, engine);
    const known = createKnown();
    const met = new Set<number>();
    let bearer = await harness.bearer('admin');
    for (let i = 0; i < cases / 2; i++) {
      const action = random.pick(bound);
      const answered = await ask(harness, bearer, action, { random, known });
      met.add(answered);
      // A token may be revoked by its own hand.
      if (answered === 401) bearer = await harness.bearer('admin');
      if (i % 50 === 0) await harness.clock.advance(random.between(1, 600_000));
    }
    expect([...met], 'calls that succeed and calls that are refused').toEqual(
      expect.arrayContaining([200, 201, 400, 404]),
    );
    await checkRows(harness);
  });
});

async function ask(
  { server, lines }: DoorHarness,
  headers: { authorization: string },
  action: Bound,
  { random, known }: { random: Random; known: Known & { learn(answer: unknown): void } },
): Promise<number> {
  const good = invent(schemaOf.get(action) ?? {}, random, known);
  const call = toCall(action.http, random.isLucky(0.4) ? spoil(good, random) : good, random);
  const answered = await server.inject({ ...call, headers: { ...call.headers, ...headers } });
  const story = `${seed}: ${call.method} ${call.url} ${String(call.payload).slice(0, 2000)} → ${answered.body.slice(0, 500)}`;
  const faults = lines.splice(0).filter(({ level }) => level === 'error');
  expect(answered.statusCode, `${story} ${JSON.stringify(faults)}`).toBeLessThan(500);
  expect(faults, story).toEqual([]);
  if (answered.statusCode > 201) return answered.statusCode;
  const body: unknown = answered.json();
  const shaped = action.output.safeParse(body);
  expect(shaped.error?.issues ?? [], story).toEqual([]);
  known.learn(body);
  return answered.statusCode;
}

/** Whatever came in, all that is stored can be shown, and every history is whole. */
async function checkRows(harness: DoorHarness): Promise<void> {
  const ctx = harness.context(systemActor('audit'));
  for (const { name, violations } of await auditWork(openOwnProbe(ctx))) expect(violations, name).toEqual([]);
  const live = await ctx.db.selectFrom('alert').select('dedupe_key').where('ended_at', 'is', null).execute();
  expect(new Set(live.map(({ dedupe_key }) => dedupe_key)).size).toBe(live.length);
}

import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { reportInput } from '../../src/alerts/types.ts';
import type { WebhookConfig, WebhookProof } from '../../src/config/index.ts';
import { systemActor } from '../../src/core/actor.ts';
import { signWebhook } from '../../src/notify/channels/sign-webhook.ts';
import { type DoorHarness, openDoor } from '../../test/door.ts';
import { auditWork } from '../audit/work.ts';
import { openOwnProbe } from '../model/snapshot.ts';
import { createRandom, type Random } from '../random.ts';
import { brokenBodies, hostile } from './hostile.ts';
import { invent, type Schema, spoil } from './invent.ts';

/*
 * As that of the actions, for what other systems send; one in ten of FUZZ_CASES, as each goes through another process.
 */

const cases = Number(process.env.FUZZ_CASES ?? 2000);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const secret = 'a-secret-of-the-sender';
const report = z.toJSONSchema(reportInput, { io: 'input', unrepresentable: 'any' }) as Schema;

const webhook = (proof: WebhookProof, mapping: string): WebhookConfig => ({
  proof,
  mapping,
  defaults: { service: 'billing', labels: { team: 'a' } },
  severities: { sev1: 'P0' },
});
const webhooks = {
  hub: webhook({ kind: 'hmac', secret, header: 'x-hub-signature-256' }, '$'),
  standard: webhook(
    { kind: 'standard', secret, toleranceMs: 300_000 },
    '$.{ "title": title, "severity": severity }',
  ),
  token: webhook(
    { kind: 'token', secret, header: 'x-webhook-token' },
    'alerts.{ "title": $uppercase(title) }',
  ),
  path: webhook({ kind: 'path', secret }, '{ "title": $string($), "labels": $ }'),
};

it(`whatever other systems send, the answer is never a fault of our own (seed ${seed})`, {
  timeout: 24 * 3600_000,
}, async () => {
  const door = await openDoor({ config: { webhooks }, env: { RATE_LIMIT_MAX: '1000000' } });
  const random = createRandom(seed, 'webhooks');
  const met = new Set<number>();
  for (let i = 0; i < cases / 10; i++) {
    met.add(await send(door, random, `msg_${random.between(1, 30)}`));
    if (i % 50 === 0) await door.clock.advance(random.between(1, 600_000));
  }
  expect([...met], 'what is taken and what is refused').toEqual(expect.arrayContaining([200, 400, 401]));
  const ctx = door.context(systemActor('audit'));
  for (const { name, violations } of await auditWork(openOwnProbe(ctx))) expect(violations, name).toEqual([]);
});

async function send({ server, clock, lines }: DoorHarness, random: Random, id: string): Promise<number> {
  const body = inventBody(random);
  const name = random.isLucky(0.03)
    ? String(JSON.stringify(random.pick(hostile))).slice(0, 200)
    : random.pick(Object.keys(webhooks));
  const good: Record<string, string> = {
    'content-type': random.pick(['application/json', 'application/x-ndjson', 'text/plain', '']),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-webhook-token': secret,
    ...(random.isLucky(0.3) ? { 'idempotency-key': id } : {}),
    ...signWebhook(id, clock.now(), body, secret),
  };
  const headers = random.isLucky(0.2) ? spoilHeader(good, random) : good;
  const tail = name === 'path' ? `/${random.isLucky(0.9) ? secret : 'wrong'}` : '';
  const url = `/v1/webhooks/${encodeURIComponent(name.toWellFormed())}${tail}`;
  const answered = await server.inject({ method: 'POST', url, headers, payload: body });
  const story = `${seed}: ${url} ${JSON.stringify(headers)} ${body.slice(0, 2000)} → ${answered.body.slice(0, 500)}`;
  const faults = lines.splice(0).filter(({ level }) => level === 'error');
  expect(answered.statusCode, `${story} ${JSON.stringify(faults)}`).toBeLessThan(500);
  expect(faults, story).toEqual([]);
  return answered.statusCode;
}

function inventBody(random: Random): string {
  if (random.isLucky(0.05)) return random.pick(brokenBodies);
  const nothing = { pick: () => null };
  const one = () => {
    const good = invent(report, random, nothing);
    return random.isLucky(0.5) ? spoil(good, random) : good;
  };
  const many = Array.from({ length: random.between(0, 3) }, one);
  const body = random.pick([one(), many, { alerts: many }]);
  return random.isLucky(0.1)
    ? many.map((item) => JSON.stringify(item)).join('\n')
    : (JSON.stringify(body) ?? '');
}

function spoilHeader(headers: Record<string, string>, random: Random): Record<string, string> {
  const name = random.pick(Object.keys(headers));
  const value = String(JSON.stringify(random.pick(hostile))).replace(/[^\x20-\x7e]/g, '?');
  return { ...headers, [name]: value };
}

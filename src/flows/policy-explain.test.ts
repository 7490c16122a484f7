import { describe, expect, it } from 'vitest';
import { type DoorHarness, openDoor } from '../../test/door.ts';
import { route } from '../../test/notify.ts';
import { actions } from '../actions.ts';
import { systemActor } from '../core/actor.ts';
import { createInhibitorNotes } from './note-inhibitors.ts';

const always = { startsAt: null, endsAt: null, comment: null };
const config = {
  channels: { a: { type: 'log' }, b: { type: 'log' } } as const,
  routes: [
    route(['a'], { name: 'urgent', match: { severity: ['P0'] } }),
    route(['b'], { name: 'team', match: { labelsRegex: { team: 'core|infra' } }, continue: true }),
    route(['a'], { name: 'floor', severityFloor: 'P0', continue: true }),
    route(['b'], { name: 'twice', continue: true }),
    route(['a'], { name: 'rest' }),
    route(['a'], { name: 'never' }),
  ],
  silences: [{ name: 'noisy', match: { service: ['batch'] }, ...always }],
};

async function open() {
  return askAt(await openDoor({ actions, config }));
}

async function askAt(door: DoorHarness) {
  const headers = await door.bearer('operator');
  return async (url: string, payload: object) => {
    const answer = await door.server.inject({ method: 'POST', url, headers, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
}

const alert = { service: 'api', title: 'slow', severity: 'P1', env: 'staging', labels: { team: 'core' } };

describe('the policy, explained', () => {
  it('says of every rule and route what it makes of an alert, and why', async () => {
    const ask = await open();
    const { status, body } = await ask('/v1/policy/explain', { alert });
    expect(status).toBe(200);
    expect(body).toMatchObject({ rule: 'staging-high', incident: true, silence: null });
    expect(body.rules.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict])).toEqual(
      [
        ['prod-urgent', 'mismatch'],
        ['security', 'mismatch'],
        ['resources', 'mismatch'],
        ['staging-high', 'matches'],
        ['rest', 'not_reached'],
      ],
    );
    expect(body.rules[0].mismatches).toEqual([{ key: 'env', wanted: 'prod', found: 'staging' }]);
    const lines = body.answer.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^P1 custom of api in staging, reported by /),
      'The rule staging-high makes it an incident, told to b, a.',
    ]);
    expect(lines.slice(lines.indexOf('routes:'))).toEqual([
      'routes:',
      '  urgent: severity is P1, not P0',
      '  team: sends to b',
      '  floor: takes it, and its floor is above the severity',
      '  twice: takes it, and has no channel that is not told already',
      '  rest: sends to a',
      '  never: not asked any more',
    ]);
  });

  it('answers the same of an alert that is there, and names the silence that holds one', async () => {
    const ask = await open();
    const { body: made } = await ask('/v1/alerts', { ...alert, service: 'batch' });
    const [known, posted] = await Promise.all([
      ask('/v1/policy/explain', { alert: made.alert_ref }),
      ask('/v1/policy/explain', { alert: { ...alert, service: 'batch' } }),
    ]);
    expect(known).toEqual(posted);
    expect(known.body.silence).toEqual({ id: 'silence:noisy', matchers: { service: ['batch'] } });
    expect(known.body.answer).toContain('Nobody is told, as silence:noisy holds it; without it');
  });

  it('names the alert that would keep one to itself, and by which inhibition', async () => {
    const [when, mute] = [{ kind: ['oom'] }, { env: ['staging'] }];
    const inhibitions = [{ name: 'host-down', when, mute, equal: ['labels.host' as const] }];
    const door = await openDoor({ actions, config: { ...config, inhibitions } });
    const ask = await askAt(door);
    const muted = { ...alert, labels: { team: 'core', host: 'n1' } };
    expect((await ask('/v1/policy/explain', { alert: muted })).body.answer).toContain(
      'inhibition: none holds it now',
    );
    const { body: made } = await ask('/v1/alerts', { ...muted, kind: 'oom', title: 'out of memory' });
    await createInhibitorNotes()(door.context(systemActor('test')));
    const { body } = await ask('/v1/policy/explain', { alert: muted });
    expect(body.inhibition).toEqual({ name: 'host-down', alert_ref: made.alert_ref });
    expect(body.answer).toContain(
      `Nobody is told, as by the inhibition host-down the alert ${made.alert_ref} holds it; without it`,
    );
    expect((await ask('/v1/policy/explain', { alert: made.alert_ref })).body.inhibition).toBeNull();
  });

  it('refuses an alert that would be refused, and one that is not there', async () => {
    const ask = await open();
    expect(await ask('/v1/policy/explain', { alert: { title: 'x' } })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/^alert\.service: /) } },
    });
    expect((await ask('/v1/policy/explain', { alert: 'alrt_x' })).status).toBe(404);
  });
});

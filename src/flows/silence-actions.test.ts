import { describe, expect, it } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { actions } from '../actions.ts';
import type { MaintenanceConfig, SilenceConfig } from '../config/types.ts';

const silences: SilenceConfig[] = [
  {
    name: 'noisy',
    match: { labelsRegex: { zone: 'eu-.*' } },
    startsAt: null,
    endsAt: null,
    comment: 'known',
  },
];
const maintenance: MaintenanceConfig[] = [
  {
    name: 'weekly',
    match: { component: ['api'] },
    schedule: { kind: 'cron', cron: '0 3 * * SUN', timezone: 'Europe/Riga', durationMs: 3_600_000 },
    comment: null,
  },
];

async function open() {
  const door = await openDoor({ actions, config: { silences, maintenance } });
  const headers = await door.bearer('operator');
  return {
    ...door,
    async ask(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
      const answer = await door.server.inject({ method, url, headers, ...(payload ? { payload } : {}) });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}

const matchers = { service: ['api'], labels_not: { team: 'core' } };

describe('silences over HTTP', () => {
  it('are made, shown, and ended before their time', async () => {
    const { ask, clock } = await open();
    const made = await ask('POST', '/v1/silences', { matchers, duration: '2h', comment: 'deploy' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^sil_/),
        kind: 'silence',
        origin: 'api',
        state: 'active',
        matchers,
        starts_at: '2026-03-01T12:00:00.000Z',
        ends_at: '2026-03-01T14:00:00.000Z',
        comment: 'deploy',
        created_by: expect.any(String),
      },
    });
    expect(await ask('GET', `/v1/silences/${made.body.id}`)).toEqual({ status: 200, body: made.body });
    await clock.advance(60_000);
    const ended = { state: 'expired', ends_at: '2026-03-01T12:01:00.000Z', expired_by: made.body.created_by };
    expect(await ask('DELETE', `/v1/silences/${made.body.id}`)).toMatchObject({ status: 200, body: ended });
    await clock.advance(60_000);
    expect(await ask('DELETE', `/v1/silences/${made.body.id}`)).toMatchObject({ status: 200, body: ended });
  });

  it('are listed page by page with those of the file, each once, by what they are', async () => {
    const { ask } = await open();
    const ids = [];
    for (const starts_at of ['2026-03-01T12:00:00Z', '2026-03-02T12:00:00Z'])
      ids.unshift((await ask('POST', '/v1/silences', { matchers, starts_at, duration: '1h' })).body.id);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await ask('GET', `/v1/silences?limit=1${cursor}`);
      expect(body.data).toHaveLength(1);
      seen.push(body.data[0].id);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(['silence:noisy', ...ids, 'maintenance:weekly']);
    const idsOf = async (state: string) =>
      (await ask('GET', `/v1/silences?state=${state}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await idsOf('active')).toEqual(['silence:noisy', ids[1]]);
    expect(await idsOf('pending')).toEqual([ids[0], 'maintenance:weekly']);
    expect(await idsOf('expired')).toEqual([]);
  });

  it('of the file show when they come next, and are ended there', async () => {
    const { ask } = await open();
    expect(await ask('GET', '/v1/silences/maintenance:weekly')).toMatchObject({
      body: {
        kind: 'maintenance',
        origin: 'file',
        starts_at: '2026-03-08T01:00:00.000Z',
        ends_at: '2026-03-08T02:00:00.000Z',
        cron: '0 3 * * SUN',
        timezone: 'Europe/Riga',
        duration: '1h',
      },
    });
    for (const [id, key] of [
      ['maintenance:weekly', 'maintenance:'],
      ['silence:noisy', 'silences:'],
    ])
      expect(await ask('DELETE', `/v1/silences/${id}`)).toMatchObject({
        status: 409,
        body: { error: { message: `${id} stands in tocsin.yaml: take it out under "${key}" there` } },
      });
  });

  it.each([
    [{ duration: '1h' }, 'matchers'],
    [{ matchers: {}, duration: '1h' }, 'matchers'],
    [{ matchers: { labels: {} }, duration: '1h' }, 'matchers'],
    [{ matchers: { service: [] }, duration: '1h' }, 'matchers.service'],
    [{ matchers: { labels_regex: { zone: '(' } }, duration: '1h' }, 'matchers.labels_regex.zone'],
    [{ matchers: { team: 'x' }, duration: '1h' }, 'matchers.team'],
    [{ matchers }, 'ends_at'],
    [{ matchers, duration: '1h', ends_at: '2026-03-01T13:00:00Z' }, 'ends_at'],
    [{ matchers, duration: 'soon' }, 'duration'],
    [{ matchers, duration: '0' }, 'duration'],
    [{ matchers, duration: '100000000d' }, 'duration'],
    [{ matchers, ends_at: '2026-03-01T11:59:00Z' }, 'ends_at'],
    [{ matchers, ends_at: '2026-03-01T12:00:00Z' }, 'ends_at'],
    [{ matchers, starts_at: '2026-03-01T14:00:00Z', ends_at: '2026-03-01T13:00:00Z' }, 'ends_at'],
    [{ matchers, starts_at: '2026-03-01T10:00:00Z', duration: '1h' }, 'duration'],
  ])('%j is refused by %s', async (input, field) => {
    const { ask } = await open();
    const { status, body } = await ask('POST', '/v1/silences', input);
    expect(status).toBe(400);
    expect(body.error.details.errors[0].field).toBe(field);
  });

  it('answer 404 for one that is not there, and 403 to who may only look', async () => {
    const { ask, server, bearer } = await open();
    expect((await ask('GET', '/v1/silences/sil_x')).status).toBe(404);
    expect((await ask('DELETE', '/v1/silences/sil_x')).status).toBe(404);
    const headers = await bearer('viewer');
    const payload = { matchers, duration: '1h' };
    const answer = await server.inject({ method: 'POST', url: '/v1/silences', headers, payload });
    expect(answer.statusCode).toBe(403);
  });
});

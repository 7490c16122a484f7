import { describe, expect, it } from 'vitest';
import { type Engine, openHouse } from './house.ts';

type Incidents = { data: { number: string; status: string }[] };
type Alerts = { data: { occurrences: number; state: string }[] };
type Story = { status: string; timeline: { type: string; message: string }[] };

describe.each<Engine>(['sqlite', 'postgres'])('an outage on %s', (engine) => {
  it('is one alert, one incident, one message and one resolution', { timeout: 60_000 }, async () => {
    const house = await openHouse(engine);
    const { shop, until, ask, heard } = house;
    await until('the shop is known to be well', async () => (await ask('/v1/health/shop')).status === 200);

    shop.turn(503);
    await until('the shop is down', async () => (await ask('/v1/health/shop')).status === 503);
    await until('somebody hears of it', () => heard().length > 0);
    await until('the alert repeats', async () => {
      const { body } = await ask<Alerts>('/v1/alerts?component=shop');
      return (body.data[0]?.occurrences ?? 0) > 3;
    });
    expect((await ask<Incidents>('/v1/incidents/open')).body.data).toMatchObject([
      { number: 'INC-1', status: 'open' },
    ]);
    expect((await ask<{ status: string }>('/v1/health/services')).body.status).toBe('down');

    shop.turn(200);
    await until('the incident resolves by itself', async () => {
      return (await ask<Story>('/v1/incidents/INC-1')).body.status === 'resolved';
    });
    await until('its end is told', () => heard().length > 1);

    expect(heard()).toEqual([
      'incident.opened P1 The shop is down',
      expect.stringMatching(/^incident.resolved Resolved: The shop is down/),
    ]);
    expect((await ask<Alerts>('/v1/alerts?component=shop')).body.data).toMatchObject([{ state: 'resolved' }]);
    const { timeline } = (await ask<Story>('/v1/incidents/INC-1')).body;
    expect(new Set(timeline.map((event) => event.type))).toEqual(
      new Set(['status_change', 'alert', 'triage']),
    );
  });

  it('is reopened, not opened again, where it comes back at once', { timeout: 60_000 }, async () => {
    const { ask, until, heard } = await openHouse(engine);
    const report = { service: 'checkout', title: 'queue is stuck', severity: 'P1' };
    const isResolved = async () => (await ask<Story>('/v1/incidents/INC-1')).body.status === 'resolved';
    await ask('/v1/alerts', report);
    await until('somebody hears of it', () => heard().length === 1);
    await ask('/v1/alerts', { ...report, status: 'resolved' });
    await until('it resolves', isResolved);
    await until('its end is told', () => heard().length === 2);
    await ask('/v1/alerts', report);
    await until('it is told that it came back', () => heard().length === 3);
    expect((await ask<Incidents>('/v1/incidents?limit=5')).body.data).toMatchObject([
      { number: 'INC-1', status: 'open' },
    ]);
    expect(heard()[2]).toMatch(/^incident.updated Reopened/);
  });
});

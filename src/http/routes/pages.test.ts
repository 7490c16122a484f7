import { expect, test } from 'vitest';
import { type DoorHarness, openDoor } from '../../../test/door.ts';
import { loadTestConfig } from '../../../test/supervised.ts';
import { component } from '../../../test/watched.ts';
import type { RoleName } from '../../access/index.ts';
import { actions } from '../../actions.ts';
import { systemActor } from '../../core/actor.ts';
import { writeHealth } from '../../health/index.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const ownPage = { 'sec-fetch-site': 'same-origin' };

async function signIn(door: DoorHarness, role: RoleName): Promise<{ cookie: string }> {
  const token = (await door.bearer(role)).authorization.slice('Bearer '.length);
  const payload = new URLSearchParams({ token }).toString();
  const answered = await door.server.inject({ method: 'POST', url: '/signin', headers: form, payload });
  return { cookie: String(answered.headers['set-cookie']).split(';')[0] ?? '' };
}

/** Reports an alert and opens its incident; answers the incident's id. */
async function openIncident(door: DoorHarness, alert: Record<string, unknown> = {}): Promise<string> {
  const headers = await door.bearer('admin');
  const post = async (url: string, payload: object) =>
    (await door.server.inject({ method: 'POST', url, headers, payload })).json();
  const report = { service: 'shop', severity: 'P1', title: 'Slow <checkout>', ...alert };
  const { alert_ref } = await post('/v1/alerts', report);
  const { incident_id } = await post(`/v1/alerts/${alert_ref}/incident`, {});
  return incident_id;
}

function post(door: DoorHarness, url: string, headers: Record<string, string>, payload = '') {
  return door.server.inject({ method: 'POST', url, headers: { ...form, ...headers }, payload });
}

test('an incident has a page by its number and by its id, and the board leads there', async () => {
  const door = await openDoor({ actions });
  const id = await openIncident(door, { message: 'p95 = 1840 ms' });
  const session = await signIn(door, 'viewer');
  for (const name of ['INC-1', '1', id]) {
    const shown = await door.server.inject({ url: `/incidents/${name}`, headers: session });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['content-security-policy']).toContain("default-src 'none'");
    expect(shown.body).toContain('Slow &lt;checkout&gt;');
    expect(shown.body).toContain('p95 = 1840 ms');
  }
  const board = await door.server.inject({ url: '/', headers: session });
  expect(board.body).toContain('href="/incidents/INC-1"');
  expect(board.body).toContain(`href="/incidents/${id}"`);
});

test('the board shows how each component was for 30 days', async () => {
  const components = [component('api', []), component('new', [])];
  const door = await openDoor({ actions, config: { components } });
  const since = door.clock.now() - 86_400_000;
  const changes = [
    { component: 'api', at: since, from: null, to: 'ok' as const, reason: null },
    { component: 'api', at: since + 43_200_000, from: 'ok' as const, to: 'down' as const, reason: 'timeout' },
  ];
  const nothing = { records: [], states: [], results: [], maintenance: [] };
  await writeHealth(door.context(systemActor('test')), { ...nothing, changes });
  const { body } = await door.server.inject({ url: '/', headers: await signIn(door, 'viewer') });
  expect(body).toContain('50.00 % up in 2 days');
  expect(body.match(/<svg class="strip"/g)).toHaveLength(1);
  expect(body).toContain('<title>2026-03-01: down 12h</title>');
});

test('the page of an alert says what keeps it to itself, and leads to the alert that does', async () => {
  const door = await openDoor({ actions });
  const headers = await door.bearer('admin');
  const payload = { service: 'web', title: 'slow' };
  const { alert_ref: ref } = (
    await door.server.inject({ method: 'POST', url: '/v1/alerts', headers, payload })
  ).json();
  const session = await signIn(door, 'viewer');
  const shownAs = async (silenced_by: string) => {
    await door.context(systemActor('test')).db.updateTable('alert').set({ silenced_by }).execute();
    return (await door.server.inject({ url: `/alerts/${ref}`, headers: session })).body;
  };
  expect(await shownAs('silence:noisy')).toContain('kept to itself by silence:noisy');
  const inhibited = await shownAs('inhibition:db-down/alrt_1');
  expect(inhibited).toContain(
    'kept to itself by the inhibition db-down, while <a href="/alerts/alrt_1">alrt_1</a> is live',
  );
  expect(inhibited).toContain('inhibited');
});

test('an alert without an incident has a page, which the board and its message lead to', async () => {
  const door = await openDoor({ actions });
  const headers = await door.bearer('admin');
  const payload = {
    service: 'shop',
    severity: 'P3',
    title: 'Disk <full>',
    message: 'used = 91 %',
    labels: { node: 'a<b' },
    evidence: { links: [{ title: 'Graph', url: 'https://grafana.example.com/d/1' }] },
  };
  const reported = await door.server.inject({ method: 'POST', url: '/v1/alerts', headers, payload });
  const { alert_ref: ref } = reported.json();
  const session = await signIn(door, 'viewer');
  const shown = await door.server.inject({ url: `/alerts/${ref}`, headers: session });
  expect(shown.statusCode).toBe(200);
  expect(shown.headers['content-security-policy']).toContain("default-src 'none'");
  for (const text of [
    'Disk &lt;full&gt;',
    'used = 91 %',
    'it was reported first',
    'a&lt;b',
    'has still to decide',
  ])
    expect(shown.body).toContain(text);
  expect(shown.body).toContain('href="https://grafana.example.com/d/1"');
  expect(shown.body).not.toContain('<full>');
  const board = await door.server.inject({ url: '/', headers: session });
  expect(board.body).toContain(`href="/alerts/${ref}"`);
});

test('the page of an alert names its incident, whose page leads to it, and lists messages once', async () => {
  const { channels, routes } = await loadTestConfig();
  const door = await openDoor({ actions, config: { channels, routes } });
  await openIncident(door);
  const session = await signIn(door, 'viewer');
  const incident = await door.server.inject({ url: '/incidents/INC-1', headers: session });
  const [path] = /\/alerts\/alrt_\w+/.exec(incident.body) ?? [];
  const shown = await door.server.inject({ url: path ?? '', headers: session });
  expect(shown.body).toContain('href="/incidents/INC-1"');
  expect(shown.body).toContain('incident.opened to ops');
  expect(shown.body).not.toContain('messages:');
});

test.each(['alrt_0', 'INC-1', `${'x'.repeat(300)}`, '%3Cscript%3E'])(
  'the unknown alert %s has a page that leads back',
  async (name) => {
    const door = await openDoor({ actions });
    await openIncident(door);
    const headers = await signIn(door, 'viewer');
    const shown = await door.server.inject({ url: `/alerts/${name}`, headers });
    expect(shown.statusCode).toBe(404);
    expect(shown.body).toContain('<a href="/">');
    expect(shown.body).not.toContain('<script');
  },
);

test.each(['INC-9', 'nope', `${'x'.repeat(300)}`, '%3Cscript%3E'])(
  'the unknown incident %s has a page that leads back',
  async (name) => {
    const door = await openDoor({ actions });
    const headers = await signIn(door, 'viewer');
    const shown = await door.server.inject({ url: `/incidents/${name}`, headers });
    expect(shown.statusCode).toBe(404);
    expect(shown.headers['content-type']).toMatch(/^text\/html/);
    expect(shown.body).toContain('<a href="/">');
    expect(shown.body).not.toContain('<script');
  },
);

test('whoever may acknowledges by the button, and looking changes nothing', async () => {
  const door = await openDoor({ actions });
  await openIncident(door);
  const session = await signIn(door, 'agent_oncall');
  const look = () => door.server.inject({ url: '/incidents/INC-1', headers: session });
  expect((await look()).body).toContain('action="/incidents/INC-1/acknowledge"');
  expect((await look()).body).toContain('Nobody has it');
  const taken = await post(door, '/incidents/INC-1/acknowledge', { ...session, ...ownPage });
  expect(taken).toMatchObject({ statusCode: 303, headers: { location: '/incidents/INC-1' } });
  expect((await look()).body).toContain('a agent_oncall has it');
  const other = await signIn(door, 'operator');
  const late = await post(door, '/incidents/INC-1/acknowledge', { ...other, ...ownPage });
  expect(late.statusCode).toBe(409);
  expect(late.body).toContain('already acknowledged by a agent_oncall');
});

test('a role that may only read is offered no step, and is refused one', async () => {
  const door = await openDoor({ actions });
  await openIncident(door);
  const session = await signIn(door, 'viewer');
  const shown = await door.server.inject({ url: '/incidents/INC-1', headers: session });
  expect(shown.body).not.toContain('/acknowledge');
  expect(shown.body).not.toContain('/resolve');
  for (const step of ['acknowledge', 'resolve']) {
    const refused = await post(door, `/incidents/INC-1/${step}`, { ...session, ...ownPage }, 'force=true');
    expect(refused.statusCode).toBe(403);
    expect(refused.body).toContain('tools.oncall.incident_write');
  }
  expect((await door.server.inject({ url: '/incidents/INC-1', headers: session })).body).toContain(
    'Nobody has it, not acknowledged yet',
  );
});

test('an incident with live alerts is resolved only together with them', async () => {
  const door = await openDoor({ actions });
  await openIncident(door);
  const session = { ...(await signIn(door, 'operator')), ...ownPage };
  expect((await post(door, '/incidents/INC-1/resolve', session)).statusCode).toBe(409);
  const resolved = await post(door, '/incidents/INC-1/resolve', session, 'force=true');
  expect(resolved).toMatchObject({ statusCode: 303, headers: { location: '/incidents/INC-1' } });
  const shown = await door.server.inject({ url: '/incidents/INC-1', headers: session });
  expect(shown.body).toContain('resolved</span>');
  expect(shown.body).not.toContain('<form method="post" action="/incidents');
});

test.each<[string, Record<string, string>]>([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
  ['another origin', { origin: 'https://evil.example' }],
  ['nowhere', {}],
])('a form from %s changes nothing', async (_name, headers) => {
  const door = await openDoor({ actions });
  await openIncident(door);
  const session = await signIn(door, 'operator');
  const refused = await post(door, '/incidents/INC-1/acknowledge', { ...session, ...headers });
  expect(refused.statusCode).toBe(403);
  const shown = await door.server.inject({ url: '/incidents/INC-1', headers: session });
  expect(shown.body).toContain('Nobody has it, not acknowledged yet');
});

test('without a session a step leads to sign in, and then to the page', async () => {
  const door = await openDoor({ actions });
  const away = await post(door, '/incidents/INC-1/acknowledge', ownPage);
  expect(away).toMatchObject({
    statusCode: 303,
    headers: { location: '/signin?next=%2Fincidents%2FINC-1' },
  });
});

test('who followed a link from elsewhere comes again with the cookie, and signs in only without one', async () => {
  const door = await openDoor({ actions });
  await openIncident(door);
  const url = '/incidents/INC-1';
  const elsewhere = { 'sec-fetch-site': 'cross-site' };
  const first = await door.server.inject({ url, headers: elsewhere });
  expect(first.statusCode).toBe(200);
  expect(first.body).toContain('<meta http-equiv="refresh" content="0">');
  expect(first.body).not.toContain('checkout');
  const session = await signIn(door, 'viewer');
  const again = await door.server.inject({ url, headers: { ...session, ...ownPage } });
  expect(again.body).toContain('checkout');
  const unknown = await door.server.inject({ url, headers: ownPage });
  expect(unknown).toMatchObject({
    statusCode: 303,
    headers: { location: '/signin?next=%2Fincidents%2FINC-1' },
  });
  const stale = await door.server.inject({ url, headers: { ...elsewhere, cookie: 'tocsin_session=old' } });
  expect(stale.statusCode).toBe(303);
});

test.each([
  ['/incidents/INC-1', '/incidents/INC-1'],
  ['//evil.example/', '/'],
  ['https://evil.example/', '/'],
  ['/\\evil.example', '/'],
])('after signing in, %s leads to %s', async (next, location) => {
  const door = await openDoor({ actions });
  const page = await door.server.inject({ url: `/signin?next=${encodeURIComponent(next)}` });
  expect(page.body.includes(`name="next" value="${next}"`)).toBe(next === location);
  const token = (await door.bearer('viewer')).authorization.slice('Bearer '.length);
  const failed = await post(door, '/signin', {}, new URLSearchParams({ token: 'x', next }).toString());
  expect(failed.body.includes(`name="next" value="${next}"`)).toBe(next === location);
  const signedIn = await post(door, '/signin', {}, new URLSearchParams({ token, next }).toString());
  expect(signedIn).toMatchObject({ statusCode: 303, headers: { location } });
});

test('the board shows the most severe first, of equals the oldest, with the counts of the database', async () => {
  const door = await openDoor({ actions });
  const titles = ['a new P1', 'an old P2', 'an older P1', 'a P0'];
  for (const [index, severity] of ['P1', 'P2', 'P1', 'P0'].entries()) {
    const startedAt = new Date(door.clock.now() - index * 60_000).toISOString();
    const title = titles[index];
    await openIncident(door, { service: `s${index}`, title, severity, started_at: startedAt });
  }
  const headers = await door.bearer('admin');
  const repeat = { service: 's3', title: 'a P0', severity: 'P0' };
  await door.server.inject({ method: 'POST', url: '/v1/alerts', headers, payload: repeat });
  const session = await signIn(door, 'viewer');
  const board = (await door.server.inject({ url: '/', headers: session })).body;
  const open = board.slice(board.indexOf('Open incidents'), board.indexOf('Live alerts'));
  const order = ['a P0', 'an older P1', 'a new P1', 'an old P2'].map((title) => open.indexOf(title));
  expect(order).toEqual(order.toSorted((x, y) => x - y));
  expect(order[0]).toBeGreaterThan(0);
  expect(open).toContain('1 alert, 2 reports');
});

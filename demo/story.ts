import type { Alert, Client, Incident, IncidentStory, List } from './client.ts';
import type { DemoService, Receiver } from './service.ts';
import type { Stage } from './stage.ts';

export type Cast = { stage: Stage; client: Client; service: DemoService; receiver: Receiver };

/** Tells the whole story once; throws at the first step that does not happen. */
export async function tellStory(cast: Cast): Promise<void> {
  await allIsWell(cast);
  const incident = await itBreaks(cast);
  await itRepeats(cast);
  await itHeals(cast, incident);
  await whatIsRemembered(cast, incident);
}

async function allIsWell({ stage, client }: Cast): Promise<void> {
  stage.say('A small shop runs, and Tocsin asks it every second whether it is well.');
  await stage.expect('GET /v1/health/shop answers 200 ok', async () => {
    const { status, body } = await client.get<{ status: string }>('/v1/health/shop');
    return status === 200 && body.status === 'ok';
  });
}

async function itBreaks({ stage, client, service, receiver }: Cast): Promise<Incident> {
  stage.say('The shop breaks: it answers 503 from now on.');
  service.fail();
  await stage.expect('GET /v1/health/shop answers 503 down', async () => {
    return (await client.get('/v1/health/shop')).status === 503;
  });
  await stage.expect('one alert is live', async () => (await liveAlerts(client)).length === 1);
  const incident = await openIncident(stage, client);
  await stage.expect('one message has told of it', () => receiver.messages.length === 1);
  const [first] = receiver.messages;
  stage.check(
    'it is signed, and says that the incident was opened',
    first?.event === 'incident.opened' && first.signed,
  );
  return incident;
}

async function openIncident(stage: Stage, client: Client): Promise<Incident> {
  let found: Incident | undefined;
  await stage.expect('one incident is open', async () => {
    const { body } = await client.get<List<Incident>>('/v1/incidents/open');
    found = body.data[0];
    return body.data.length === 1;
  });
  if (!found) throw new Error('an open incident has no text');
  stage.show(`${found.number}  ${found.severity}  ${found.title}`);
  return found;
}

async function itRepeats({ stage, client, receiver }: Cast): Promise<void> {
  stage.say('It stays broken. Each failing check repeats the alert; nobody is told again.');
  await stage.expect('the alert was repeated at least 3 times', async () => {
    const [alert] = await liveAlerts(client);
    return (alert?.occurrences ?? 0) >= 4;
  });
  const [alert, ...others] = await liveAlerts(client);
  stage.show(`${alert?.title}: ${alert?.occurrences} occurrences, one row`);
  stage.check(
    'it is still one alert, and one message',
    others.length === 0 && receiver.messages.length === 1,
  );
}

async function itHeals({ stage, client, service, receiver }: Cast, incident: Incident): Promise<void> {
  stage.say('The shop heals.');
  service.heal();
  await stage.expect('GET /v1/health/shop answers 200 again', async () => {
    return (await client.get('/v1/health/shop')).status === 200;
  });
  await stage.expect('the alert has ended by itself', async () => (await liveAlerts(client)).length === 0);
  await stage.expect(`${incident.number} resolves after 3 quiet seconds`, async () => {
    const { body } = await client.get<Incident>(`/v1/incidents/${incident.number}`);
    return body.status === 'resolved';
  });
  await stage.expect('those who heard of the start hear of the end', () => receiver.messages.length === 2);
  stage.check('once, as incident.resolved', receiver.messages[1]?.event === 'incident.resolved');
}

async function whatIsRemembered({ stage, client }: Cast, incident: Incident): Promise<void> {
  stage.say('What is remembered, as `tocsin incidents show` has it:');
  const { body } = await client.get<IncidentStory>(`/v1/incidents/${incident.number}`);
  for (const event of body.timeline.toReversed()) {
    const count = event.occurrences > 1 ? ` (${event.occurrences} times)` : '';
    stage.show(`${event.at.slice(11, 19)}  ${event.type.padEnd(13)} ${event.message.split('\n')[0]}${count}`);
  }
  const types = new Set(body.timeline.map((event) => event.type));
  stage.check(
    'the timeline holds the alert, the triage and the changes of status',
    ['alert', 'triage', 'status_change'].every((type) => types.has(type)),
  );
}

async function liveAlerts(client: Client): Promise<Alert[]> {
  return (await client.get<List<Alert>>('/v1/alerts?state=firing&component=shop')).body.data;
}

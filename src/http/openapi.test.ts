import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { actions } from '../actions.ts';

type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

/** Routes that no action makes. */
const ownRoutes = [
  'webhooks.receive',
  'webhooks.receive_by_path',
  'webhooks.receive_github',
  'runs.logs',
  'self.live',
  'self.ready',
  'self.health',
  'self.metrics',
  'health.services',
  'health.component',
];

test('every action with a route is described, the webhooks, and nothing else', async () => {
  const { server } = await openDoor({ actions });
  const document: Document = (await server.inject({ url: '/openapi.json' })).json();
  expect(document.openapi).toBe('3.1.0');
  const described = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  const routed = actions.filter((action) => action.http).map((action) => action.name);
  expect(described.toSorted()).toEqual([...routed, ...ownRoutes].toSorted());
});

test('path, query and body of an operation are told apart', async () => {
  const { server } = await openDoor({ actions });
  const { paths }: Document = (await server.inject({ url: '/openapi.json' })).json();
  const revoke = paths['/v1/tokens/{token_id}']?.delete;
  expect(revoke?.parameters).toMatchObject([{ name: 'token_id', in: 'path', required: true }]);
  const list = paths['/v1/tokens']?.get;
  expect(list?.parameters?.find(({ name }) => name === 'limit')).toMatchObject({ schema: { default: 50 } });
  expect(list?.parameters?.map(({ name, in: place }) => `${place} ${name}`)).toEqual([
    'query cursor',
    'query limit',
  ]);
  const create = paths['/v1/tokens']?.post;
  expect(JSON.stringify(create?.requestBody)).toContain('"role"');
  expect(Object.keys(create?.responses ?? {})).toEqual(
    expect.arrayContaining(['201', '400', '401', '403', '503']),
  );
});

test('a refusal of any status, and a success of another than the usual one, are described', async () => {
  const { server } = await openDoor({ actions });
  const { paths }: Document = (await server.inject({ url: '/openapi.json' })).json();
  const answers = (path: string, method = 'get') => paths[path]?.[method]?.responses ?? {};
  for (const path of [
    '/v1/alerts/{alert_ref}',
    '/v1/health/{component}',
    '/metrics',
    '/v1/runs/{run_id}/logs',
  ])
    expect(JSON.stringify(answers(path).default), path).toContain('"request_id"');
  expect(answers('/v1/alerts', 'post')).toMatchObject({ 200: {}, 207: {} });
  expect(answers('/v1/webhooks/{name}', 'post')).toMatchObject({ 200: {}, 207: {} });
  expect(answers('/v1/deployments', 'post')).toMatchObject({ 200: {}, 201: {} });
  const unwell = JSON.stringify(answers('/v1/health/{component}')[503]);
  expect(unwell).toContain('"down"');
  expect(unwell).toContain('"request_id"');
});

test('the browsable documents load nothing from elsewhere', async () => {
  const { server } = await openDoor({ actions });
  const answered = await server.inject({ url: '/docs/' });
  expect(answered.statusCode).toBe(200);
  expect(answered.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  const scripts = [...answered.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(scripts.length).toBeGreaterThan(3);
  for (const path of scripts) {
    const url = new URL(path, 'http://x/docs/').pathname;
    expect((await server.inject({ url })).statusCode, url).toBe(200);
  }
});

test('what is not among the browsable documents is not found, and their index moves nobody away', async () => {
  const { server } = await openDoor({ actions });
  const missing = await server.inject({ url: '/docs/static/nope.js' });
  expect({ status: missing.statusCode, code: missing.json().error.code }).toEqual({
    status: 404,
    code: 'NOT_FOUND',
  });
  const { statusCode, headers } = await server.inject({ url: '/docs' });
  expect(statusCode === 200 || headers.location?.startsWith('/docs/')).toBe(true);
  expect((await server.inject({ method: 'POST', url: '/docs' })).statusCode).toBe(405);
});

import { rare } from './rows.ts';

/** Something that a server is asked again and again. */
export type Question = {
  title: string;
  path: string;
  /** Absent: it is a GET. */
  body?: unknown;
  /** What it may take, by its median. */
  goalMs: number;
  mayBeEmpty?: boolean;
  /** Whether it looks at more alerts than the smallest database has, so that growth shows behind that only. */
  looksFar?: boolean;
};

const longAgo = new Date(Date.now() - 60 * 86_400_000).toISOString();

const common = 'env=prod&severity_in=P1,P2,P3&kind_in=latency,security&service=service-5';

const page = (query: string) => `/v1/alerts?${query}`;

/** What people and workers ask all day; each filter is asked for what few alerts have. */
export const questions: readonly Question[] = [
  { title: 'dashboard', path: '/v1/alerts/dashboard', goalMs: 50 },
  { title: 'dashboard of 90 days', path: '/v1/alerts/dashboard?window_minutes=129600', goalMs: 50 },
  { title: 'board page', path: '/', goalMs: 50 },
  { title: 'list', path: '/v1/alerts', goalMs: 50 },
  { title: 'list by status', path: page('status_in=dead'), goalMs: 50 },
  { title: 'list by state', path: page('state=firing'), goalMs: 50 },
  { title: 'list by env', path: page(`env=${rare.env}`), goalMs: 50 },
  { title: 'list by service', path: page(`service=${rare.service}`), goalMs: 50 },
  { title: 'list by source', path: page(`source=${rare.source}`), goalMs: 50 },
  { title: 'list by severity', path: page(`severity_in=${rare.severity}`), goalMs: 50 },
  { title: 'list by kind', path: page(`kind_in=${rare.kind}`), goalMs: 50 },
  { title: 'list by component', path: page(`component=${rare.component}`), goalMs: 50 },
  { title: 'list by what is common', path: page(common), goalMs: 50 },
  { title: 'list of what ended', path: page('state=resolved'), goalMs: 50, looksFar: true },
  {
    title: 'list by text, as far as it looks',
    path: page(`q=${rare.word}`),
    goalMs: 50,
    mayBeEmpty: true,
    looksFar: true,
  },
  { title: 'list by time', path: page(`to=${longAgo}`), goalMs: 50 },
  { title: 'list of the last minute', path: page('window_minutes=1'), goalMs: 50, mayBeEmpty: true },
  { title: 'incident', path: '/v1/incidents/INC-1', goalMs: 50 },
  { title: 'incident page', path: '/incidents/INC-1', goalMs: 50 },
  { title: 'claim', path: '/v1/alerts/claim', body: { limit: 25, owner: 'bench' }, goalMs: 20 },
];

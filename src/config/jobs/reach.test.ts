import { describe, expect, it } from 'vitest';
import { taskOf, useJobsFolder } from '../../../test/jobs-folder.ts';

const { load, problemsOf } = useJobsFolder();

describe('a profile whose failures nobody would hear of', () => {
  const routing = (text: string) => `channels: { out: { type: log } }\nroutes: ${text}`;
  const failing = taskOf('{ name: t, command: [x], service: edge }');

  it.each([
    ['there is no route', '[]'],
    ['only other kinds have one', '[{ name: r, match: { kind: [latency] }, channels: [out] }]'],
    ['only other services have one', '[{ name: r, match: { service: [api] }, channels: [out] }]'],
    ['only worse ones are sent', '[{ name: r, severity_floor: P1, channels: [out] }]'],
    [
      'an earlier route mutes it',
      '[{ name: m, match: { kind: [job_failure] }, channels: [] }, { name: r, channels: [out] }]',
    ],
  ])('is refused where %s', async (_, text) => {
    const problems = await problemsOf({ 'tocsin.yaml': routing(text), 'automation/jobs.yaml': failing });
    expect(problems).toMatchObject([{ key: 'profiles.a', line: 2 }]);
  });

  it.each([
    ['a route takes all', '[{ name: r, channels: [out] }]', failing],
    ['its service has one', '[{ name: r, match: { service: [edge] }, channels: [out] }]', failing],
    ['a route asks for labels', '[{ name: r, match: { labels: { task: t } }, channels: [out] }]', failing],
    [
      'the muting route goes on',
      '[{ name: m, channels: [], continue: true }, { name: r, channels: [out] }]',
      failing,
    ],
    ['no task is enabled', '[]', taskOf('{ name: t, command: [x], enabled: false }')],
    ['it is disabled', '[]', `${failing}    enabled: false\n`],
  ])('is none where %s', async (_, text, jobs) => {
    const config = await load({ 'tocsin.yaml': routing(text), 'automation/jobs.yaml': jobs });
    expect(config.jobs.profiles).toHaveLength(1);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are variables as YAML files write them.
import { describe, expect, it } from 'vitest';
import { taskOf, useJobsFolder } from '../../../test/jobs-folder.ts';
import type { Problem } from '../problem.ts';

const { problemsOf } = useJobsFolder();

type Row = [name: string, text: string, line: number, key: string, rest: Partial<Problem>];
const rows: Row[] = [
  ['an empty file', '', 1, 'profiles', { expected: 'profiles by name, at least one' }],
  ['an empty list of profiles', 'profiles: {}', 1, 'profiles', { expected: 'at least one profile' }],
  ['profiles that are commented out', 'profiles:\n#  a:', 1, 'profiles', {}],
  [
    'an unknown key',
    'profiles: { a: { crom: "0 3 * * *", cron: "0 3 * * *" } }',
    1,
    'profiles.a.crom',
    { found: 'the key "crom"', message: 'did you mean "cron"?' },
  ],
  [
    'a key that is not served',
    'profiles: { a: { cron: "0 3 * * *", window: {} } }',
    1,
    'profiles.a.window',
    { message: 'this version does not serve this key yet: remove it' },
  ],
  ['no cron', 'profiles: { a: { tasks: [] } }', 1, 'profiles.a.cron', { message: 'add "cron"' }],
  [
    'a cron that is none',
    'profiles:\n  a:\n    cron: "61 * * * *"',
    3,
    'profiles.a.cron',
    { found: '"61 * * * *"' },
  ],
  ['a cron that never comes', 'profiles: { a: { cron: "0 0 30 2 *" } }', 1, 'profiles.a.cron', {}],
  [
    'an unknown zone',
    'profiles: { a: { cron: "0 3 * * *", timezone: Europe/Rigga } }',
    1,
    'profiles.a.timezone',
    { found: '"Europe/Rigga"', expected: 'the name of a time zone, as Europe/Riga' },
  ],
  [
    'a quoted flag',
    taskOf('{ name: t, command: [x], enabled: "false" }'),
    5,
    'profiles.a.tasks[0].enabled',
    { found: '"false"', expected: 'true or false', message: 'remove the quotes' },
  ],
  [
    'a second task of a name',
    taskOf('{ name: t, command: [x] }\n      - { name: t, command: [y] }'),
    6,
    'profiles.a.tasks[1].name',
    { found: 'a second task "t"', message: 'the first one is on line 5: rename or remove one' },
  ],
  [
    'neither script nor command',
    taskOf('{ name: t }'),
    5,
    'profiles.a.tasks[0]',
    { found: 'neither script nor command' },
  ],
  [
    'both script and command',
    taskOf('{ name: t, script: a.sh, command: [x] }'),
    5,
    'profiles.a.tasks[0].command',
    { found: 'script and command' },
  ],
  [
    'a suffix without a runner',
    taskOf('{ name: t, script: a.rb }'),
    5,
    'profiles.a.tasks[0].script',
    { found: '"a.rb"', message: 'say under runners: what runs this suffix' },
  ],
  [
    'a script outside of the checkout',
    taskOf('{ name: t, script: ../../etc/a.sh }'),
    5,
    'profiles.a.tasks[0].script',
    { message: 'name a script below it, or use command' },
  ],
  [
    'a script that is an absolute path elsewhere',
    taskOf('{ name: t, script: /bin/true }'),
    5,
    'profiles.a.tasks[0].script',
    {},
  ],
  ['a script that is the checkout', taskOf('{ name: t, script: ".." }'), 5, 'profiles.a.tasks[0].script', {}],
  ['a name that is no file name', taskOf('{ name: ../x, command: [x] }'), 5, 'profiles.a.tasks[0].name', {}],
  [
    'an argument without a value',
    taskOf('{ name: t, command: [x], args: { a: } }'),
    5,
    'profiles.a.tasks[0].args.a',
    {
      expected: 'a text, a number, or true or false',
    },
  ],
  [
    'an argument with dashes',
    taskOf('{ name: t, command: [x], args: { --a: 1 } }'),
    5,
    'profiles.a.tasks[0].args.--a',
    {},
  ],
  [
    'a number in env',
    taskOf('{ name: t, command: [x], env: { A: 1 } }'),
    5,
    'profiles.a.tasks[0].env.A',
    {
      message: 'put it in quotes: "1"',
    },
  ],
  [
    'a variable that Tocsin sets',
    taskOf('{ name: t, command: [x], env: { TOCSIN_TASK: x } }'),
    5,
    'profiles.a.tasks[0].env.TOCSIN_TASK',
    {
      expected: 'another name: Tocsin sets this one for every task',
    },
  ],
  [
    'a variable that is not set',
    taskOf('{ name: t, command: [x, "${NOPE}"] }'),
    5,
    'profiles.a.tasks[0].command[1]',
    {
      found: '${NOPE}, which is not set',
    },
  ],
  [
    'an unknown severity',
    taskOf('{ name: t, command: [x], severity: P9 }'),
    5,
    'profiles.a.tasks[0].severity',
    {},
  ],
  [
    'an unknown component',
    taskOf('{ name: t, command: [x], component: edge-node }'),
    5,
    'profiles.a.tasks[0].component',
    {
      message: 'did you mean "edge-nodes"?',
    },
  ],
  [
    'an unknown route',
    'profiles: { a: { cron: "0 3 * * *", route: al } }',
    1,
    'profiles.a.route',
    {
      message: 'did you mean "all"?',
    },
  ],
  [
    'a route to nobody',
    taskOf('{ name: t, command: [x] }\n    route: nobody'),
    2,
    'profiles.a',
    {
      found: 'a profile whose failures nobody would hear of',
    },
  ],
  [
    'a branch that is an option',
    'sync: { branch: --upload-pack=x }\nprofiles: { a: { cron: "0 3 * * *" } }',
    1,
    'sync.branch',
    {},
  ],
  [
    'a runner without a dot',
    'runners: { rb: ruby }\nprofiles: { a: { cron: "0 3 * * *" } }',
    1,
    'runners.rb',
    {
      expected: 'a suffix with its dot, as .rb',
    },
  ],
];

describe('jobs.yaml is refused with file, line and key:', () => {
  it.each(rows)('%s', async (_, text, line, key, rest) => {
    const problems = await problemsOf({ 'automation/jobs.yaml': text });
    expect(problems).toMatchObject([{ file: 'automation/jobs.yaml', line, key, ...rest }]);
  });

  it('a file that --jobs names and that is not there', async () => {
    expect(await problemsOf({}, { jobsPath: 'no.yaml' })).toMatchObject([
      { file: 'no.yaml', found: 'no such file', expected: 'the file that --jobs names' },
    ]);
  });

  it('a REPO_DIR that is no folder', async () => {
    expect(await problemsOf({}, { env: { REPO_DIR: 'gone' } })).toMatchObject([
      { file: 'environment', key: 'REPO_DIR', found: '"gone"', expected: 'a folder' },
    ]);
  });

  it('all of it at once, beside what is wrong in tocsin.yaml', async () => {
    const jobs = `profiles:
  a:
    cron: "x"
    tsks: []
  b: { cron: "0 3 * * *", tasks: [{ name: t, script: a.rb, retries: -1 }] }
`;
    const problems = await problemsOf({ 'automation/jobs.yaml': jobs, 'tocsin.yaml': 'servr: {}' });
    expect(problems.map(({ file, line, key }) => [file, line, key])).toEqual([
      ['tocsin.yaml', 1, 'servr'],
      ['automation/jobs.yaml', 3, 'profiles.a.cron'],
      ['automation/jobs.yaml', 4, 'profiles.a.tsks'],
      ['automation/jobs.yaml', 5, 'profiles.b.tasks[0].retries'],
      ['automation/jobs.yaml', 5, 'profiles.b.tasks[0].script'],
    ]);
  });
});

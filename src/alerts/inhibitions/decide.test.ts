import { describe, expect, it } from 'vitest';
import type { InhibitionConfig } from '../../config/types.ts';
import type { RouteFacts } from '../../core/hand-over.ts';
import {
  createInhibitionTest,
  inhibitedKeys,
  inhibitingKeys,
  type StoredSubject,
  type Subject,
} from './decide.ts';

const facts: RouteFacts = {
  severity: 'P1',
  env: 'prod',
  service: 'db',
  kind: 'availability',
  components: [],
  source: 'monitor@node1',
  labels: {},
};

const dbDown: InhibitionConfig = {
  name: 'db-down',
  when: { service: ['db'], severity: ['P0', 'P1'] },
  mute: { service: ['api', 'web'], severity: ['P2', 'P3'] },
  equal: ['env'],
};

function subject<Ref extends string | null>(ref: Ref, change: Partial<RouteFacts> = {}) {
  return { ref, facts: { ...facts, ...change } };
}

/** Answers by what the subject is inhibited among others: all that is known of them is noted as it is in the database. */
function ask(rules: readonly InhibitionConfig[], one: Subject, others: readonly StoredSubject[]) {
  const at = new Map<string, StoredSubject[]>();
  for (const other of others) {
    for (const key of inhibitingKeys(rules, other.facts)) at.set(key, [...(at.get(key) ?? []), other]);
  }
  const wanted = new Set(inhibitedKeys(rules, one.facts));
  const found = new Map([...at].filter(([key]) => wanted.has(key)));
  return createInhibitionTest(rules, found)(one);
}

const api = <Ref extends string | null>(ref: Ref, change: Partial<RouteFacts> = {}) =>
  subject(ref, { service: 'api', severity: 'P2', ...change });

describe('an alert is inhibited', () => {
  it.each<[string, Subject, StoredSubject[], string | null]>([
    ['by one that matches when, where it matches mute', api('b'), [subject('a')], 'a'],
    ['by one that is younger too', api('a'), [subject('b')], 'b'],
    ['by the oldest of several', api('c'), [subject('a'), subject('b')], 'a'],
    ['before it is there', api(null), [subject('a')], 'a'],
    ['by none where there is none', api('b'), [], null],
    ['by none in another env', api('b', { env: 'staging' }), [subject('a')], null],
    ['by none that is too mild', api('b'), [subject('a', { severity: 'P2' })], null],
    ['by none where it is too severe', api('b', { severity: 'P0' }), [subject('a')], null],
    ['by none of a service that is not muted', api('b', { service: 'batch' }), [subject('a')], null],
  ])('%s', (_, one, others, by) => {
    expect(ask([dbDown], one, others)).toEqual(by && { name: 'db-down', alertRef: by });
  });

  it('by the first rule of the file that has one', () => {
    const second = { ...dbDown, name: 'second', when: { service: ['cache'] } };
    const cache = subject('a', { service: 'cache' });
    expect(ask([dbDown, second], api('c'), [cache])?.name).toBe('second');
    expect(ask([dbDown, second], api('c'), [cache, subject('b')])?.name).toBe('db-down');
  });

  it('by none that has grown more severe than the rule says since it was noted', () => {
    const rule: InhibitionConfig = { ...dbDown, when: { service: ['db'], severity: ['P1'] } };
    const found = new Map(
      inhibitingKeys([rule], facts).map((key) => [key, [subject('a', { severity: 'P0' })]]),
    );
    expect(createInhibitionTest([rule], found)(api('b'))).toBeNull();
  });

  it('neither by nor as one about Tocsin itself', () => {
    const all: InhibitionConfig = { ...dbDown, when: { env: ['prod'] }, mute: { env: ['prod'] }, equal: [] };
    const [own, other] = [subject('b', { service: 'tocsin' }), subject('a')];
    expect([inhibitingKeys([all], own.facts), inhibitedKeys([all], own.facts)]).toEqual([[], []]);
    const [key = ''] = inhibitingKeys([all], other.facts);
    expect(createInhibitionTest([all], new Map([[key, [other]]]))(own)).toBeNull();
    expect(createInhibitionTest([all], new Map([[key, [own]]]))(subject('c'))).toBeNull();
  });
});

describe('what is compared', () => {
  const host: Partial<RouteFacts> = {
    env: 'prod',
    service: 'api',
    components: ['front'],
    source: 'monitor@node1',
    labels: { node: 'n1' },
  };
  const rule = (equal: InhibitionConfig['equal']): InhibitionConfig => ({
    name: 'host',
    when: { kind: ['oom'] },
    mute: { kind: ['latency'] },
    equal,
  });
  const oom = subject('a', { ...host, kind: 'oom' });
  it.each<[InhibitionConfig['equal'][number], Partial<RouteFacts>]>([
    ['env', { env: 'staging' }],
    ['service', { service: 'web' }],
    ['component', { components: ['back'] }],
    ['component', { components: [] }],
    ['component', { components: ['front', 'back'] }],
    ['source', { source: 'monitor@node2' }],
    ['labels.node', { labels: { node: 'n2' } }],
    ['labels.node', { labels: {} }],
    ['labels.toString', {}],
  ])('%s sets apart what differs in it, or lacks it', (field, change) => {
    const one = subject('b', { ...host, kind: 'latency', ...change });
    expect(ask([rule([field])], one, [oom])).toBeNull();
    expect(ask([rule([])], one, [oom])).toEqual({ name: 'host', alertRef: 'a' });
  });

  it('that all of it is equal inhibits', () => {
    const all = rule(['env', 'service', 'component', 'source', 'labels.node']);
    expect(ask([all], subject('b', { ...host, kind: 'latency' }), [oom])).not.toBeNull();
  });

  it('an alert that both lack a value of is not equal to another', () => {
    const [one, other] = [subject('b', { kind: 'latency' }), subject('a', { kind: 'oom' })];
    expect(ask([rule(['labels.node'])], one, [other])).toBeNull();
    expect(inhibitingKeys([rule(['labels.node'])], other.facts)).toEqual([]);
    const found = new Map([['', [other]]]);
    expect(createInhibitionTest([rule(['labels.node'])], found)(one)).toBeNull();
  });
});

describe('alerts that mute each other', () => {
  const each: InhibitionConfig = {
    name: 'each',
    when: { env: ['prod'] },
    mute: { env: ['prod'] },
    equal: [],
  };
  it('the older is told of, the younger is held, and none holds itself', () => {
    const [a, b] = [subject('a'), subject('b')];
    expect(ask([each], a, [a, b])).toBeNull();
    expect(ask([each], b, [a, b])).toEqual({ name: 'each', alertRef: 'a' });
    expect(ask([each], b, [b])).toBeNull();
  });

  it('over two rules too', () => {
    const one: InhibitionConfig = {
      name: 'one',
      when: { service: ['db'] },
      mute: { service: ['api'] },
      equal: [],
    };
    const two: InhibitionConfig = {
      name: 'two',
      when: { service: ['api'] },
      mute: { service: ['db'] },
      equal: [],
    };
    expect(ask([one, two], subject('a'), [api('b')])).toBeNull();
    expect(ask([one, two], api('b'), [subject('a')])?.alertRef).toBe('a');
    expect(ask([one, two], subject('b'), [api('a')])?.alertRef).toBe('a');
  });

  it('one that is not there yet counts as the youngest', () => {
    expect(ask([each], subject(null), [subject('a')])?.alertRef).toBe('a');
  });
});

describe('where to look', () => {
  it('one key stands for rules that ask the same, and none for rules that are not about it', () => {
    const twin = { ...dbDown, name: 'twin' };
    expect(inhibitingKeys([dbDown, twin], facts)).toHaveLength(1);
    expect(inhibitingKeys([dbDown], { ...facts, service: 'api' })).toEqual([]);
    expect(inhibitedKeys([dbDown], facts)).toEqual([]);
  });

  it('an alert that may become milder or worse is looked for by the same keys', () => {
    expect(inhibitedKeys([dbDown], { ...facts, service: 'api', severity: 'P0' })).toEqual(
      inhibitedKeys([dbDown], { ...facts, service: 'api', severity: 'P2' }),
    );
  });
});

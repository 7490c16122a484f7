import { builtInKinds } from '../core/alert-kinds.ts';
import { type Severity, severities, severityRank } from '../core/severity.ts';
import { describeFound } from './found.ts';
import type { Problem } from './problem.ts';
import { duplicates, listAt, mapAt, type Named, namesIn, unknownName, unknownNames } from './raw-names.ts';
import { valueAt } from './validate.ts';
import type { YamlFile } from './yaml-file.ts';
import { formatPath, type Path } from './yaml-place.ts';

type Noun = 'channel' | 'alert kind' | 'component';

/** The lists of tocsin.yaml whose entries name something else of it: in which place of each entry, and what. */
const references: readonly { list: Path; place: Path; noun: Noun }[] = [
  { list: ['routes'], place: ['channels'], noun: 'channel' },
  { list: ['notify', 'escalation'], place: ['channels'], noun: 'channel' },
  { list: ['routes'], place: ['match', 'kind'], noun: 'alert kind' },
  { list: ['silences'], place: ['match', 'kind'], noun: 'alert kind' },
  { list: ['maintenance'], place: ['match', 'kind'], noun: 'alert kind' },
  { list: ['inhibitions'], place: ['when', 'kind'], noun: 'alert kind' },
  { list: ['inhibitions'], place: ['mute', 'kind'], noun: 'alert kind' },
  { list: ['maintenance'], place: ['components'], noun: 'component' },
];

/** Answers what is wrong between the parts of tocsin.yaml: duplicates, names of nothing, circles. It reads raw values, so that it finds them beside other problems. */
export function crossCheckTocsin(file: YamlFile): Problem[] {
  const components = namesIn(file, ['components'], 'id');
  const known: Readonly<Record<Noun, readonly string[]>> = {
    channel: Object.keys(mapAt(file, ['channels'])),
    'alert kind': knownKinds(file),
    component: components.map(({ name }) => name),
  };
  return [
    ...namesTwice(file, components),
    ...dependencyProblems(file, components),
    ...references.flatMap(({ list, place, noun }) =>
      inEach(file, list, (entry) => unknownNames(file, [...entry, ...place], known[noun], noun)),
    ),
    ...Object.keys(mapAt(file, ['webhooks'])).flatMap((name) =>
      unknownKind(file, ['webhooks', name, 'defaults', 'kind'], known['alert kind']),
    ),
  ];
}

function namesTwice(file: YamlFile, components: readonly Named[]): Problem[] {
  return [
    ...duplicates(file, components, 'component'),
    ...duplicates(file, namesIn(file, ['routes'], 'name'), 'route'),
    ...duplicates(file, namesIn(file, ['silences'], 'name'), 'silence'),
    ...duplicates(file, namesIn(file, ['maintenance'], 'name'), 'maintenance'),
    ...duplicates(file, namesIn(file, ['inhibitions'], 'name'), 'inhibition'),
    ...inEach(file, ['components'], (component) =>
      duplicates(file, namesIn(file, [...component, 'checks'], 'name'), 'check'),
    ),
  ];
}

/** Answers the problems of each entry of the list. */
function inEach(file: YamlFile, list: Path, find: (entry: Path) => Problem[]): Problem[] {
  return listAt(file, list).flatMap((_, index) => find([...list, index]));
}

function unknownKind(file: YamlFile, path: Path, kinds: readonly string[]): Problem[] {
  const kind = valueAt(file.value, path);
  return typeof kind === 'string' ? unknownName(file, path, kind, kinds, 'alert kind') : [];
}

/** Answers what is wrong between the policy and tocsin.yaml, which is null where it could not be read. */
export function crossCheckPolicy(policy: YamlFile, tocsin: YamlFile | null): Problem[] {
  const problems = duplicates(policy, namesIn(policy, ['routing'], 'name'), 'rule');
  if (tocsin === null) return problems;
  const routes = namesIn(tocsin, ['routes'], 'name').map((route) => route.name);
  const kinds = knownKinds(tocsin);
  for (const index of listAt(policy, ['routing']).keys()) {
    problems.push(...unknownNames(policy, ['routing', index, 'actions', 'notify'], routes, 'route'));
    problems.push(...unknownNames(policy, ['routing', index, 'match', 'kind_in'], kinds, 'alert kind'));
  }
  return problems;
}

/** Answers the problem of a digest to a route that there is not. */
export function crossCheckIntelligence(policy: YamlFile, tocsin: YamlFile): Problem[] {
  const path = ['digest', 'route'];
  const route = valueAt(policy.value, path);
  const routes = namesIn(tocsin, ['routes'], 'name').map(({ name }) => name);
  return typeof route === 'string' ? unknownName(policy, path, route, routes, 'route') : [];
}

/** Answers the kinds in a runbook's front matter that there are not. */
export function crossCheckRunbook(runbook: YamlFile, tocsin: YamlFile): Problem[] {
  return unknownNames(runbook, ['kind'], knownKinds(tocsin), 'alert kind');
}

/** Answers what is wrong between the rules of the escalation policy: names twice, and rules that make nothing more severe. */
export function crossCheckEscalation(policy: YamlFile): Problem[] {
  const problems = duplicates(policy, namesIn(policy, ['escalation'], 'name'), 'rule');
  for (const index of listAt(policy, ['escalation']).keys()) {
    const path = ['escalation', index, 'to'];
    const [from, to] = ['from', 'to'].map((key) => valueAt(policy.value, ['escalation', index, key]));
    if (!isSeverity(from) || !isSeverity(to) || severityRank(to) < severityRank(from)) continue;
    problems.push({
      file: policy.name,
      line: policy.locate(path).line,
      key: formatPath(path),
      found: `${describeFound(to, [])}, from ${from}`,
      expected: `a severity above ${from}`,
      message: 'a rule only makes things more severe',
    });
  }
  return problems;
}

function isSeverity(value: unknown): value is Severity {
  return (severities as readonly unknown[]).includes(value);
}

/** Answers the kinds of alerts that there are, by the raw file. */
export function knownKinds(file: YamlFile): string[] {
  return [...builtInKinds, ...listAt(file, ['kinds']).map(String)];
}

function dependencyProblems(file: YamlFile, components: readonly Named[]): Problem[] {
  const known = components.map((component) => component.name);
  const upstreams = new Map<string, string[]>();
  const problems: Problem[] = [];
  for (const { name, path } of components) {
    const dependsOn = [...path.slice(0, -1), 'depends_on'];
    problems.push(...unknownNames(file, dependsOn, known, 'component'));
    upstreams.set(
      name,
      listAt(file, dependsOn).filter((upstream) => typeof upstream === 'string'),
    );
  }
  for (const circle of findCircles(upstreams)) {
    const path = components.find((component) => component.name === circle[0])?.path.slice(0, -1) ?? [];
    problems.push({
      file: file.name,
      line: file.locateKey([...path, 'depends_on']),
      key: formatPath([...path, 'depends_on']),
      found: `a circle: ${circle.join(' → ')}`,
      expected: 'dependencies that end somewhere',
      message: 'remove one of these dependencies',
    });
  }
  return problems;
}

/** Answers each circle once, as the names along it with the first one repeated at the end. */
function findCircles(upstreams: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  for (const start of upstreams.keys()) {
    // An own stack: a chain of thousands must not end the process.
    const trail: { name: string; next: number }[] = [];
    const enter = (name: string) => {
      const at = trail.findIndex((step) => step.name === name);
      if (at >= 0) circles.push([...trail.slice(at).map((step) => step.name), name]);
      else if (!done.has(name) && upstreams.has(name)) trail.push({ name, next: 0 });
    };
    enter(start);
    for (let step = trail.at(-1); step; step = trail.at(-1)) {
      const upstream = upstreams.get(step.name)?.[step.next++];
      if (upstream !== undefined) enter(upstream);
      else done.add(trail.pop()?.name ?? '');
    }
  }
  return circles;
}

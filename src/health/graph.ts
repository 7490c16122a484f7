import type { ComponentConfig } from '../config/types.ts';

/** The configured components, and which of them need which. */
export type ComponentGraph = {
  find(id: string): ComponentConfig | null;
  /** Everything that the component needs, directly or through others. */
  upstreamsOf(id: string): ReadonlySet<string>;
  /** Everything that needs the component, directly or through others. */
  dependantsOf(id: string): ReadonlySet<string>;
};

/** Answers a function that makes the graph of a configuration's components once. */
export function createGraphs(): (components: readonly ComponentConfig[]) => ComponentGraph {
  const graphs = new WeakMap<readonly ComponentConfig[], ComponentGraph>();
  return (components) => {
    const graph = graphs.get(components) ?? createGraph(components);
    graphs.set(components, graph);
    return graph;
  };
}

/** Answers the graph of the components; what is asked for is walked once. */
function createGraph(components: readonly ComponentConfig[]): ComponentGraph {
  const byId = new Map(components.map((component) => [component.id, component]));
  const needs = new Map(components.map(({ id, dependsOn }) => [id, dependsOn]));
  const neededBy = Map.groupBy(
    components.flatMap(({ id, dependsOn }) => dependsOn.map((upstream) => ({ upstream, id }))),
    ({ upstream }) => upstream,
  );
  const upstreams = new Map<string, ReadonlySet<string>>();
  const dependants = new Map<string, ReadonlySet<string>>();
  const walkOnce = (walked: Map<string, ReadonlySet<string>>, id: string, next: (id: string) => string[]) => {
    const known = walked.get(id) ?? walk(id, next);
    walked.set(id, known);
    return known;
  };
  return {
    find: (id) => byId.get(id) ?? null,
    upstreamsOf: (id) => walkOnce(upstreams, id, (id) => [...(needs.get(id) ?? [])]),
    dependantsOf: (id) => walkOnce(dependants, id, (id) => (neededBy.get(id) ?? []).map((edge) => edge.id)),
  };
}

function walk(start: string, next: (id: string) => string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = next(start);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === start || seen.has(id)) continue;
    seen.add(id);
    waiting.push(...next(id));
  }
  return seen;
}

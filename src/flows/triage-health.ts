import type { ComponentConfig } from '../config/types.ts';
import { type CheckRecord, createGraphs, listCheckRecords, listComponentStates } from '../health/index.ts';
import type { ComponentFacts } from '../incidents/index.ts';
import type { FlowCtx } from './context.ts';

const mostOthers = 10;
const mostUpstreams = 20;

/** Answers how the named components are by their last results, then what they need, then what is unwell besides; runs no check. */
export async function collectHealth(ctx: FlowCtx, affected: ReadonlySet<string>): Promise<ComponentFacts[]> {
  const { components } = ctx.config;
  const [states, records] = await Promise.all([listComponentStates(ctx, null), listCheckRecords(ctx, null)]);
  const stateOf = new Map(states.map((state) => [state.component, state]));
  const recordsOf = Map.groupBy(records, ({ component }) => component);
  const graph = createGraphs()(components);
  const upstreams = new Set([...affected].flatMap((id) => [...graph.upstreamsOf(id)]));
  const tell = (component: ComponentConfig, relation: ComponentFacts['relation']): ComponentFacts => {
    const state = stateOf.get(component.id);
    const known = new Set(component.checks.map(({ name }) => name));
    const failed = (recordsOf.get(component.id) ?? []).filter(
      ({ check, status }) => known.has(check) && status !== 'ok',
    );
    return {
      id: component.id,
      name: component.name,
      relation,
      status: state?.status ?? 'unknown',
      reason: state?.reason ?? (component.checks.length > 0 ? 'no_data' : 'not_configured'),
      since: state?.since ?? null,
      checkedAt: state?.checkedAt ?? null,
      failed: failed.map(tellCheck),
    };
  };
  const isUnwell = ({ id }: ComponentConfig) => ['down', 'degraded'].includes(stateOf.get(id)?.status ?? '');
  const needed = components.filter(({ id }) => upstreams.has(id) && !affected.has(id));
  const others = components.filter((one) => isUnwell(one) && !affected.has(one.id) && !upstreams.has(one.id));
  return [
    ...components.filter(({ id }) => affected.has(id)).map((one) => tell(one, 'affected')),
    ...needed.slice(0, mostUpstreams).map((one) => tell(one, 'upstream')),
    ...others.slice(0, mostOthers).map((one) => tell(one, 'other')),
  ];
}

function tellCheck(record: CheckRecord): ComponentFacts['failed'][number] {
  const { check, status, detail, since, checkedAt, consecutiveFailures, lastGood } = record;
  return { check, status, detail, since, checkedAt, consecutiveFailures, lastGoodAt: lastGood?.at ?? null };
}

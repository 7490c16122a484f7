import { findLiveRefs, recordDecisions } from '../alerts/index.ts';
import { type ComponentGraph, tellerOf } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import type { HeldFailure } from './health-fold.ts';
import { keyOfTeller } from './health-groups.ts';

const reason = 'upstream_down';
const mostNamed = 10;

/** What is noted on one alert: which upstreams were down, and what needs them. */
type Note = { upstreams: Set<string>; dependants: Set<string> };

/**
 * Notes why failures of dependants raise no alerts: on the alert that tells of what they need, and on the one that tells of
 * them where one is live from before. In the open transaction.
 */
export async function recordHeld(
  ctx: FlowCtx,
  held: readonly HeldFailure[],
  graph: ComponentGraph,
): Promise<void> {
  if (held.length === 0) return;
  const notes = makeNotes(held, graph);
  const refs = await findLiveRefs(ctx, [...notes.keys()]);
  await recordDecisions(
    ctx,
    [...notes].flatMap(([key, { upstreams, dependants }]) => {
      const alertRef = refs.get(key);
      const rule = `${[...upstreams].sort().join(', ')}: ${nameSome([...dependants])}`;
      return alertRef === undefined ? [] : [{ alertRef, reason, rule }];
    }),
  );
}

/** By the key of the alert. */
function makeNotes(held: readonly HeldFailure[], graph: ComponentGraph): Map<string, Note> {
  const notes = new Map<string, Note>();
  const note = (
    about: string,
    teller: string | null,
    upstreams: readonly string[],
    dependants: Iterable<string>,
  ) => {
    if (teller === null) return;
    const key = keyOfTeller(about, teller);
    const known = notes.get(key) ?? { upstreams: new Set(), dependants: new Set() };
    for (const id of upstreams) known.upstreams.add(id);
    for (const id of dependants) known.dependants.add(id);
    notes.set(key, known);
  };
  for (const { component, toldBy, upstreams } of held) {
    const ids = upstreams.map((state) => state.component);
    note(component, toldBy, ids, [component]);
    for (const state of upstreams)
      note(state.component, tellerOf(state), [state.component], graph.dependantsOf(state.component));
  }
  return notes;
}

function nameSome(ids: readonly string[]): string {
  const named = ids.toSorted().slice(0, mostNamed).join(', ');
  return ids.length > mostNamed ? `${named} and ${ids.length - mostNamed} more` : named;
}

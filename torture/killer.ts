import { type EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Cluster, Member } from './cluster.ts';
import type { Random } from './random.ts';
import type { Receiver } from './receiver.ts';

/** When a process is killed. */
const moments = [
  'at any time',
  'right after an acknowledgement',
  'while an alert is supervised',
  'before a message is answered',
  'after a message is answered',
  'while it starts',
] as const;

type Moment = (typeof moments)[number];

const shortestPauseMs = 100;
const longestPauseMs = 900;
const longestWaitMs = 4_000;
const superviseWithinMs = 40;
const startWithinMs = 800;

export type KillerDeps = { cluster: Cluster; client: Client; receiver: Receiver; random: Random };

/** Kills as often as asked, at moments that matter, and starts each again at once; answers how often at which. */
export async function killOften(
  deps: KillerDeps,
  kills: number,
  onKill: (count: number, description: string) => void,
): Promise<Map<string, number>> {
  const { client, cluster, random } = deps;
  const counts = new Map<string, number>();
  let victim = random.pick(cluster.members);
  for (let count = 1; count <= kills; count++) {
    client.throwIfFailed();
    const moment = random.pick(moments);
    if (moment === 'while it starts') await sleep(random.between(0, startWithinMs));
    else {
      // Killing what is not up yet, time after time, would show nothing but starts.
      await cluster.waitUntilReady();
      await sleep(random.between(shortestPauseMs, longestPauseMs));
      victim = await waitForMoment(deps, moment);
    }
    await cluster.killAndRestart(victim);
    counts.set(moment, (counts.get(moment) ?? 0) + 1);
    onKill(count, `${victim.name} ${moment}`);
  }
  return counts;
}

/** Resolves at the moment, with who is to be killed then. What the moment waits for may not come: then it is any time. */
async function waitForMoment(deps: KillerDeps, moment: Exclude<Moment, 'while it starts'>): Promise<Member> {
  const { cluster, client, receiver, random } = deps;
  const { members } = cluster;
  switch (moment) {
    case 'at any time':
      return random.pick(members);
    case 'right after an acknowledgement': {
      const port = await waitForEvent<number>(client.events, 'answer');
      return members.find(({ home }) => home.port === port) ?? random.pick(members);
    }
    case 'while an alert is supervised':
      await waitForEvent(client.events, 'answer');
      await sleep(random.between(0, superviseWithinMs));
      return random.pick(members);
    case 'before a message is answered':
    case 'after a message is answered': {
      const event = moment === 'before a message is answered' ? 'arrival' : 'answered';
      const name = await waitForEvent<string>(receiver.events, event);
      return members.find((member) => member.name === name) ?? random.pick(members);
    }
  }
}

async function waitForEvent<Value>(
  events: EventEmitter<Record<string, unknown[]>> | Client['events'] | Receiver['events'],
  name: string,
): Promise<Value | null> {
  try {
    const signal = AbortSignal.timeout(longestWaitMs);
    const [value] = await once(events as EventEmitter, name, { signal });
    return value as Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  }
}

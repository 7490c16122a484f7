import { openProbe, type Probe } from '../bench/harness/probe.ts';
import type { Sandbox } from '../bench/harness/sandbox.ts';
import { waitUntil } from '../bench/harness/wait.ts';
import { auditAlerts, auditSilence } from './audit/alerts.ts';
import type { Check } from './audit/check.ts';
import { auditFile } from './audit/database.ts';
import { auditIncidents } from './audit/incidents.ts';
import { auditMessages, countRepeats } from './audit/messages.ts';
import { auditWork } from './audit/work.ts';
import { type Client, createClient } from './client.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { killOften } from './killer.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createProblems, type Problems } from './problems.ts';
import { createRandom } from './random.ts';
import { type Receiver, startReceiver } from './receiver.ts';

// A lease that a killed process held lasts 30 s more, and a message that failed then waits its turn.
const quietWithinMs = 180_000;

/** What is still to be done; all zero when it is quiet. */
const unfinished = {
  alerts: `select count(*) from alert where status in ('new', 'processing', 'failed')`,
  messages: `select count(*) from notification where status in ('pending', 'sending')`,
  triages: `select count(*) from triage where status = 'pending'`,
  incidents: `select count(*) from incident where status in ('open', 'mitigating')`,
};

export type KillsOptions = {
  sandbox: Sandbox;
  /** Address of an empty database; null: SQLite. */
  postgres: string | null;
  seed: number;
  kills: number;
  say(line: string): void;
};

/** What a run was, in lines for people, and what was checked. */
export type Outcome = {
  facts: readonly (readonly [name: string, value: string])[];
  checks: readonly Check[];
};

/** Kills processes under load, lets everything come to an end, and compares what was promised with what is there. */
export async function runKills(options: KillsOptions): Promise<Outcome> {
  const receiver = await startReceiver(createRandom(options.seed, 'receiver'));
  try {
    const cluster = await startCluster(options.sandbox, options.postgres, receiver.urlOf);
    return await killAndAudit(options, cluster, receiver);
  } finally {
    await receiver.close();
  }
}

async function killAndAudit(options: KillsOptions, cluster: Cluster, receiver: Receiver): Promise<Outcome> {
  const { seed, kills, say } = options;
  const ledger = createLedger();
  const problems = createProblems(createRandom(seed, 'problems'));
  const { token, ports } = cluster;
  const client = createClient({ ledger, problems, random: createRandom(seed, 'client'), token, ports });
  const random = createRandom(seed, 'killer');
  const startedAt = performance.now();
  client.start();
  const onKill = (count: number, what: string) => say(`  ${count}/${kills} ${what}`);
  const moments = await killOften({ cluster, client, receiver, random }, kills, onKill);
  const killedAt = performance.now();
  const checks = await settle({ cluster, client, problems, receiver, ledger, say });
  const seconds = (fromMs: number, untilMs: number) => `${Math.round((untilMs - fromMs) / 1000)} s`;
  return {
    facts: [
      ['kills', [...moments].map(([moment, count]) => `${count} ${moment}`).join(', ')],
      [
        'took',
        `${seconds(startedAt, killedAt)}, and ${seconds(killedAt, performance.now())} to come to rest`,
      ],
      ...describeLedger(ledger),
      ...describeReceipts(receiver),
    ],
    checks,
  };
}

type Scene = {
  cluster: Cluster;
  client: Client;
  problems: Problems;
  receiver: Receiver;
  ledger: Ledger;
  say(line: string): void;
};

/** Ends every problem, waits until nothing is left to do, stops all processes, and audits. */
async function settle({ cluster, client, problems, receiver, ledger, say }: Scene): Promise<Check[]> {
  say('  no more kills: everything heals, and comes to rest');
  await cluster.waitUntilReady();
  await client.stop();
  const probe = await openProbe(cluster.database);
  try {
    // What ends before anybody has looked at it makes no incident and no message.
    await waitForQuiet(probe, ['alerts']);
    await client.reportAll(problems.endAll());
    const rest = await waitForQuiet(probe, ['alerts', 'messages', 'triages', 'incidents']);
    const badEnds = await cluster.stop();
    await receiver.close();
    const accidents = [...cluster.accidents, ...badEnds];
    return [
      { name: 'work that never ends', examined: Object.keys(unfinished).length, violations: rest },
      ...(await auditAlerts(probe, ledger)),
      await auditSilence(probe),
      ...(await auditWork(probe)),
      ...(await auditIncidents(probe)),
      ...(await auditMessages(probe, receiver.receipts)),
      {
        name: 'messages that cannot be read',
        examined: receiver.receipts.length,
        violations: receiver.complaints,
      },
      ...auditFile(cluster.database),
      {
        name: 'processes that ended by themselves, or badly',
        examined: cluster.members.length,
        violations: accidents,
      },
    ];
  } finally {
    await probe.close();
  }
}

/** Waits until nothing of these is left to do; answers what still is when the time is over. */
async function waitForQuiet(probe: Probe, kinds: readonly (keyof typeof unfinished)[]): Promise<string[]> {
  const left = async () => {
    const found: string[] = [];
    for (const kind of kinds) {
      const count = await probe.count(unfinished[kind]);
      if (count > 0) found.push(`${count} ${kind}`);
    }
    return found;
  };
  await waitUntil(async () => (await left()).length === 0, { everyMs: 250, timeoutMs: quietWithinMs });
  return left();
}

function describeLedger({ totals, accounts, promises }: Ledger): [string, string][] {
  return [
    [
      'acknowledged',
      `${totals.reports} reports and ${totals.resolutions} ends of ${accounts.size} problems, ${promises.size} alerts`,
    ],
    [
      'not acknowledged',
      `${totals.unanswered} reports without an answer, ${totals.refused} of ${totals.requests} requests refused; each was sent again`,
    ],
  ];
}

function describeReceipts({ receipts }: Receiver): [string, string][] {
  const keys = new Set(receipts.map(({ key }) => key)).size;
  const { afterFaults, afterKills } = countRepeats(receipts);
  return [
    ['messages', `${keys}, received ${receipts.length} times`],
    [
      'repeats',
      `${afterFaults} after the receiver failed on purpose, ${afterKills} after it had answered and the sender was killed`,
    ],
  ];
}

import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { formatNumber } from './harness/format.ts';
import { measureInTurn } from './scale/ask.ts';
import { type Question, questions } from './scale/questions.ts';
import { type Engine, engines, type Full, putBack, serveHistory } from './scale/serve.ts';

const about = {
  name: 'scale',
  summary: 'median ms of an answer with so many alerts stored; filters ask for what 20 of them have',
};
const sizes = [10_000, 100_000, 1_000_000] as const;
const largest = 'ms1000000';
/** What a tenth less throughput means for the time of an answer, or what the same program differs by from run to run. */
const mostGrowth = { ratio: 1 / 0.9, ms: 2 };

/** How long people and workers wait for answers, and whether that grows with what is stored. */
export const scale: Benchmark = {
  ...about,
  run(options) {
    const full = new Map<Engine, Promise<Full[]>>();
    const open = (engine: Engine) => {
      const opened = full.get(engine) ?? openAll(options, engine);
      full.set(engine, opened);
      return opened;
    };
    const cases = engines.flatMap((engine) => questions.map((question) => ({ engine, question })));
    return alternate(about, options, {
      columns: [
        ...sizes.map((size) => ({ key: keyOf(size), title: formatNumber(size) })),
        { key: 'growth', title: 'last ÷ first' },
        { key: 'excess', title: 'ms above its growth' },
      ],
      sides: cases.map(
        ({ engine, question }): Side => ({
          name: nameOf(engine, question),
          missing: null,
          measure: async () => measure(await open(engine), question),
        }),
      ),
      goals: cases.flatMap(({ engine, question }) => goalsOf(engine, question)),
    });
  },
};

const keyOf = (size: number) => `ms${size}`;
const nameOf = (engine: Engine, { title }: Question) => `${engine}, ${title}`;

function goalsOf(engine: Engine, question: Question): Goal[] {
  const limit = { side: nameOf(engine, question), bound: 'at most', of: null } as const;
  return [
    { ...limit, column: largest, value: question.goalMs },
    { ...limit, column: 'excess', value: 0 },
  ];
}

/** Fills a database of each size and starts a server on it, which the sandbox ends. */
async function openAll(options: Options, engine: Engine): Promise<Full[]> {
  const all: Full[] = [];
  for (const size of sizes) all.push(await serveHistory(options, engine, { count: size }));
  return all;
}

async function measure(all: readonly Full[], question: Question): Promise<Measure> {
  const addresses = all.map(({ address }) => address);
  const medians = await measureInTurn(addresses, question);
  if (question.body !== undefined) for (const { database } of all) await putBack(database);
  const figures = sizes.map((size, i) => [keyOf(size), medians[i] ?? Number.NaN]);
  return { ...Object.fromEntries(figures), ...growthOf(medians.slice(question.looksFar ? 1 : 0)) };
}

function growthOf(medians: readonly number[]): Measure {
  const [first = Number.NaN, last = Number.NaN] = [medians[0], medians.at(-1)];
  const most = Math.max(first * mostGrowth.ratio, first + mostGrowth.ms);
  return { growth: last / first, excess: Math.max(0, last - most) };
}

import { alternate } from './harness/alternate.ts';
import type { Benchmark, Side } from './harness/benchmark.ts';
import { measureInTurn } from './scale/ask.ts';
import { type Question, questions } from './scale/questions.ts';
import { type Engine, engines, type Full, putBack, serveHistory } from './scale/serve.ts';

const count = 300_000;
const about = {
  name: 'storm',
  summary: 'median ms of an answer where 300,000 alerts came in the last four hours',
};
const asked = ['dashboard', 'board page', 'list', 'list by source', 'list of what ended', 'claim'];

/** How long people and workers wait for answers in the middle of a storm. */
export const storm: Benchmark = {
  ...about,
  run(options) {
    const full = new Map<Engine, Promise<Full>>();
    const open = (engine: Engine) => {
      const opened = full.get(engine) ?? serveHistory(options, engine, { count, recent: count });
      full.set(engine, opened);
      return opened;
    };
    const cases = engines.flatMap((engine) =>
      questions
        .filter(({ title }) => asked.includes(title))
        .map((question) => ({ engine, question, name: `${engine}, ${question.title}` })),
    );
    return alternate(about, options, {
      columns: [{ key: 'ms', title: 'ms' }],
      sides: cases.map(
        ({ engine, question, name }): Side => ({
          name,
          missing: null,
          measure: async () => ({ ms: await measure(await open(engine), question) }),
        }),
      ),
      goals: cases.map(({ question, name }) => ({
        side: name,
        column: 'ms',
        bound: 'at most',
        value: question.goalMs,
        of: null,
      })),
    });
  },
};

async function measure({ address, database }: Full, question: Question): Promise<number> {
  const [median = Number.NaN] = await measureInTurn([address], question);
  if (question.body !== undefined) await putBack(database);
  return median;
}

import type { ProfileView } from '../../flows/list-profiles.ts';
import { type Html, html } from './html.ts';
import { ago, count, type Tone, tag, until } from './marks.ts';

export type BoardJob = Pick<
  ProfileView,
  | 'name'
  | 'description'
  | 'enabled'
  | 'next_run_at'
  | 'last_run'
  | 'last_success_at'
  | 'failing_since'
  | 'running'
>;

/** What a job is in one word, the most urgent first. */
const states = ['failing', 'running', 'no result yet', 'ok', 'disabled'] as const;
type JobState = (typeof states)[number];

const tones: Readonly<Record<JobState, Tone>> = {
  failing: 'red',
  running: 'blue',
  'no result yet': 'gray',
  ok: 'green',
  disabled: 'gray',
};

/** On a phone more would be too much; those that fail are all shown, however many they are. */
const mostJobs = 200;

/** Answers the jobs: what fails first. */
export function jobsSection(jobs: readonly BoardJob[] | null, nowMs: number): Html | null {
  if (jobs === null || jobs.length === 0) return null;
  const failing = jobs.filter(isFailing).length;
  const shown = sortJobs(jobs).slice(0, Math.max(mostJobs, failing));
  const rest = jobs.length - shown.length;
  return html`<h2>Jobs <small>${jobs.length}</small></h2><ul class="list grid">${shown.map((job) => jobRow(job, nowMs))}</ul>
${rest > 0 && html`<p class="soft">${count(rest, 'more job')}: <a href="/v1/profiles">all of them</a></p>`}`;
}

/** Answers the jobs with what fails first, the longest first; of others in the order of jobs.yaml. */
function sortJobs(jobs: readonly BoardJob[]): BoardJob[] {
  const rank = (job: BoardJob) => states.indexOf(stateOf(job));
  const since = ({ failing_since }: BoardJob) => (failing_since === null ? 0 : Date.parse(failing_since));
  return jobs.toSorted((one, other) => rank(one) - rank(other) || since(one) - since(other));
}

/** Answers whether the last result of the job is a failure; one that is disabled is nobody's worry. */
export function isFailing(job: BoardJob): boolean {
  return stateOf(job) === 'failing';
}

/** Answers a job as a row; its name leads to what its run wrote. */
function jobRow(job: BoardJob, nowMs: number): Html {
  const state = stateOf(job);
  const tone = tones[state];
  const { failing_since, last_success_at, running, last_run, next_run_at } = job;
  const runId = running?.run_id ?? last_run?.run_id;
  const name = runId
    ? html`<a class="title" href="/v1/runs/${encodeURIComponent(runId)}/logs">${job.name}</a>`
    : html`<span class="title">${job.name}</span>`;
  return html`<li class="row ${tone}">${name}${tag(tone, state)}
<span class="meta">${job.description && html`<span>${job.description}</span>`}${
    failing_since && html`<span>since ${ago(failing_since, nowMs)}</span>`
  }${failing_since && last_run?.error && html`<span>${last_run.error}</span>`}
<span>${last_success_at ? html`succeeded ${ago(last_success_at, nowMs)}` : 'never succeeded'}</span>${
    running && html`<span>began ${ago(running.since, nowMs)} on ${running.holder}</span>`
  }${next_run_at && html`<span>next ${until(next_run_at, nowMs)}</span>`}</span></li>`;
}

function stateOf({ enabled, failing_since, running, last_run }: BoardJob): JobState {
  if (!enabled && running === null) return 'disabled';
  if (failing_since !== null) return 'failing';
  if (running !== null) return 'running';
  return last_run === null ? 'no result yet' : 'ok';
}

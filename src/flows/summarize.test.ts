import { expect, it, onTestFinished } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { type Answer, type Receiver, startReceiver } from '../../test/webhook-receiver.ts';
import type { LlmConfig } from '../config/types.ts';
import { claimSummary, failSummary } from '../incidents/index.ts';
import { createSummarizer } from './summarize.ts';

const written = '{"summary": "The pool is full since 12:00.", "risk": "high"}';
const openai = (content: string): Answer => ({
  status: 200,
  body: JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }),
});

type Scene = { worker: Worker; receiver: Receiver; summarizer: ReturnType<typeof createSummarizer> };

/** A worker whose rules ask for summaries, with one triaged incident. */
async function open(harness: StoreHarness, llm: Partial<LlmConfig> = {}): Promise<Scene> {
  const receiver = await startReceiver();
  const config = await loadTestConfig(({ policy }) => ({
    llm: {
      provider: 'openai',
      apiKey: 'key-of-the-model',
      model: 'small-1',
      baseUrl: `${receiver.url}/v1`,
      ...llm,
    },
    policy: {
      ...policy,
      rules: policy.rules.map((rule) => ({ ...rule, actions: { ...rule.actions, triageMode: 'llm' } })),
    },
  }));
  const worker = await startWorker(harness, { config });
  const summarizer = createSummarizer(worker.ctx);
  onTestFinished(() => summarizer.stop());
  await worker.report({ service: 'api', severity: 'P1', title: 'api is down', message: 'password=hunter22' });
  await worker.settle();
  return { worker, receiver, summarizer };
}

async function triageEvents({ worker: { ctx } }: Scene): Promise<string[]> {
  const rows = await ctx.db.selectFrom('incident_event').selectAll().where('type', '=', 'triage').execute();
  return rows.sort((a, b) => (a.event_id < b.event_id ? -1 : 1)).map(({ message }) => message);
}

async function reports({ worker: { ctx } }: Scene): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('incident_artifact')
    .selectAll()
    .where('name', '=', 'triage_report.md')
    .orderBy('artifact_id')
    .execute();
  return rows.map(({ content }) => content);
}

const requestHas = async (receiver: Receiver) => {
  while (receiver.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
};

describeEachStore('a generated summary', (openStore) => {
  it('stands on top of the facts, marked as generated, with its risk', async () => {
    const scene = await open(await openStore());
    scene.receiver.standing = openai(written);
    expect(await scene.summarizer.tick()).toBe(true);
    const [before, after] = await reports(scene);
    expect(before).not.toContain('Generated');
    expect(after).toContain('## Generated summary\n\nRisk **high**: The pool is full since 12:00.');
    expect(after).toContain('Written by the model small-1 from the facts below; it may be wrong.');
    expect(after).toContain('## The alert');
    expect(await triageEvents(scene)).toMatchObject([
      expect.stringContaining('triage report attached.'),
      'generated summary (by small-1, may be wrong), risk high: The pool is full since 12:00.',
    ]);
    expect(await scene.summarizer.tick()).toBe(false);
    expect(scene.receiver.received).toHaveLength(1);
  });

  it('is asked for without secrets, within bounds, as the provider wants it', async () => {
    const scene = await open(await openStore());
    await scene.summarizer.tick();
    const [request] = scene.receiver.received;
    expect(request).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer key-of-the-model' },
    });
    expect(request?.body).not.toContain('hunter22');
    expect(request?.body).not.toContain('key-of-the-model');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ model: 'small-1', max_tokens: 600 });
  });

  it('comes from Anthropic as well', async () => {
    const scene = await open(await openStore(), { provider: 'anthropic' });
    const content = [{ type: 'thinking' }, { type: 'text', text: written }];
    scene.receiver.standing = { status: 200, body: JSON.stringify({ content }) };
    await scene.summarizer.tick();
    expect((await triageEvents(scene)).at(-1)).toContain('risk high: The pool is full');
    expect(scene.receiver.received[0]).toMatchObject({
      path: '/v1/messages',
      headers: { 'x-api-key': 'key-of-the-model', 'anthropic-version': '2023-06-01' },
    });
  });

  it.each<[string, Answer, string]>([
    ['an error', { status: 500, body: 'token=abcdef overloaded' }, 'HTTP 500: token=[redacted] overloaded'],
    ['a refusal', { status: 401, body: '' }, 'HTTP 401'],
    ['another form', { status: 200, body: '{"ok":true}' }, 'the answer has another form'],
    ['no JSON', { status: 200, body: '<html>' }, 'the answer has another form'],
    ['prose', openai('It is broken.'), 'the model wrote something else: It is broken.'],
    ['a huge answer', { status: 200, body: 'x'.repeat(1_000_000) }, 'longer than 64 KiB'],
    ['no HTTP', 'garbage', 'no generated summary:'],
    ['a cut connection', 'reset', 'no generated summary:'],
  ])('that fails by %s leaves the report, and one event that says so', async (_, answer, words) => {
    const scene = await open(await openStore());
    scene.receiver.standing = answer;
    await scene.summarizer.tick();
    expect(await scene.summarizer.tick()).toBe(false);
    expect(await reports(scene)).toHaveLength(1);
    const events = await triageEvents(scene);
    expect(events).toHaveLength(2);
    expect(events[1]).toContain(words);
    expect(events[1]).toContain('The report stands without it.');
  });

  it.each<[string, Answer]>([
    ['never', 'hang'],
    ['never to its end', 'endless'],
  ])('that comes %s is given up after 30 s', async (_, answer) => {
    const harness = await openStore();
    const scene = await open(harness);
    scene.receiver.standing = answer;
    const ticking = scene.summarizer.tick();
    await requestHas(scene.receiver);
    await harness.clock.advance(30_000);
    await ticking;
    expect((await triageEvents(scene)).at(-1)).toContain('no whole answer within 30 s');
  });

  it('that comes slowly but in time counts', async () => {
    const harness = await openStore();
    const scene = await open(harness);
    scene.receiver.standing = openai(written);
    scene.receiver.onRequest = () => harness.clock.advance(29_000);
    await scene.summarizer.tick();
    expect((await triageEvents(scene)).at(-1)).toContain('risk high');
  });

  it('is waited for by nobody: report, messages and ack are there while the model thinks', async () => {
    const scene = await open(await openStore());
    scene.receiver.standing = 'hang';
    const ticking = scene.summarizer.tick();
    await requestHas(scene.receiver);
    const alerts = await scene.worker.ctx.db.selectFrom('alert').select('status').execute();
    expect(alerts).toEqual([{ status: 'acked' }]);
    expect(await scene.worker.messages()).toEqual(['ops incident.opened P1 api is down']);
    await scene.worker.report({ service: 'db', severity: 'P1', title: 'db is down' });
    await scene.worker.settle();
    expect(await reports(scene)).toHaveLength(2);
    await scene.summarizer.stop();
    await ticking;
  });

  it('is not lost with its worker, and not told twice by one that lost it', async () => {
    const harness = await openStore();
    const scene = await open(harness);
    scene.receiver.standing = openai(written);
    const lost = await claimSummary(scene.worker.ctx);
    expect(await scene.summarizer.tick()).toBe(false);
    await harness.clock.advance(60_000);
    expect(await scene.summarizer.tick()).toBe(true);
    if (!lost) throw new Error('nothing was claimed');
    expect(await failSummary(scene.worker.ctx, lost, { reason: 'late', error: 'late' })).toBe(false);
    expect(await reports(scene)).toHaveLength(2);
    expect(await triageEvents(scene)).toHaveLength(2);
  });

  it('is given up when its workers ended in three attempts', async () => {
    const harness = await openStore();
    const scene = await open(harness);
    for (let attempt = 0; attempt < 3; attempt++) {
      await claimSummary(scene.worker.ctx);
      await harness.clock.advance(60_000);
    }
    await scene.summarizer.tick();
    expect((await triageEvents(scene)).at(-1)).toContain('its worker ended in every attempt');
    expect(scene.receiver.received).toHaveLength(0);
  });

  it('that is under way at the stop is handed back at once', async () => {
    const scene = await open(await openStore());
    scene.receiver.standing = 'hang';
    const ticking = scene.summarizer.tick();
    await requestHas(scene.receiver);
    await scene.summarizer.stop();
    await ticking;
    expect(await claimSummary(scene.worker.ctx)).toMatchObject({ attempts: 1 });
    expect(await triageEvents(scene)).toHaveLength(1);
  });

  it('is not asked for where the rule or the mode is deterministic', async () => {
    const harness = await openStore();
    const worker = await startWorker(harness);
    await worker.report({ service: 'api', severity: 'P1', title: 'api is down' });
    await worker.settle();
    expect(await claimSummary(worker.ctx)).toBeNull();
  });
});

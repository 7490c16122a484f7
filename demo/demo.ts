import { openSandbox, type Sandbox } from '../bench/harness/sandbox.ts';
import { waitUntilUp } from '../bench/harness/wait.ts';
import { createTocsinHome, launchTocsin, readAdminToken } from '../bench/sides/tocsin.ts';
import { createClient } from './client.ts';
import { type Message, startReceiver, startService } from './service.ts';
import { openStage, type Stage } from './stage.ts';
import { tellStory } from './story.ts';

/** The configuration of the story: one component, one channel, and holds that are short enough to watch. */
function configure(serviceUrl: string, hookUrl: string) {
  const check = {
    name: 'front',
    kind: 'http',
    url: serviceUrl,
    interval: '1s',
    timeout: '1s',
    retries: 0,
    failures_to_down: 2,
    successes_to_recover: 2,
    conditions: ['status == 200'],
  };
  return {
    config: {
      components: [{ id: 'shop', name: 'The shop', checks: [check] }],
      channels: { team: { type: 'webhook', url: hookUrl, secret: 'a-secret-for-the-demo' } },
      routes: [{ name: 'all', channels: ['team'] }],
    },
    policy: { defaults: { resolve_hold_seconds: 3 } },
  };
}

function showMessage(stage: Stage, message: Message): void {
  const lines = message.text.split('\n').filter((line) => line !== '');
  stage.show([`┌ message: ${message.title}`, ...lines.map((line) => `│ ${line}`), '└'].join('\n'));
}

async function run(stage: Stage, sandbox: Sandbox): Promise<void> {
  const service = await startService();
  const receiver = await startReceiver((message) => showMessage(stage, message));
  try {
    const settings = configure(service.url, receiver.url);
    const home = await createTocsinHome(sandbox, { postgres: null, ...settings });
    const running = launchTocsin(sandbox, home);
    const baseUrl = `http://127.0.0.1:${home.port}`;
    await waitUntilUp(`${baseUrl}/readyz`, running);
    stage.say(`Tocsin runs at ${baseUrl}, on a SQLite file of its own.`);
    await tellStory({ stage, client: createClient(baseUrl, readAdminToken(home)), service, receiver });
  } finally {
    await Promise.all([service.stop(), receiver.stop()]);
  }
}

const sandbox = openSandbox('demo');
const stage = openStage();
let isStopping = false;
const stopEarly = async () => {
  isStopping = true;
  await sandbox.close();
  process.exit(130);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stopEarly);
// Nobody reads on: `npm run demo | head`.
process.stdout.once('error', stopEarly);
try {
  await run(stage, sandbox);
  stage.say('That is Tocsin: one alert, one incident, one message, and everything heals.');
} catch (error) {
  // A terminal's Ctrl-C ends Tocsin too: that it is gone then is what was asked for.
  if (!isStopping) {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  await sandbox.close();
}

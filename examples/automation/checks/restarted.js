// Reports that the machine was restarted since the last run. When it started the last time it asks Tocsin.
import { hostname, uptime } from 'node:os';
// In a repository of your own: npm install /opt/tocsin/sdk, and import it from '@tocsin/sdk'.
import { createClient, TocsinError } from '../../../sdk/index.js';

const toleranceSeconds = 60;
const tocsin = createClient();

/** Answers what Tocsin remembers, and keeps what it is now; null where it cannot be asked. */
async function exchange(key, value) {
  try {
    const before = await tocsin.state.get(key);
    await tocsin.state.set(key, value);
    return before;
  } catch (error) {
    if (error instanceof TocsinError) return null;
    throw error;
  }
}

const startedAt = Math.round(Date.now() / 1000 - uptime());
const before = await exchange('started_at', startedAt);

if (before?.reason === 'found' && startedAt - Number(before.value) > toleranceSeconds) {
  const since = new Date(startedAt * 1000).toISOString();
  tocsin.sendAlert({
    service: 'machine',
    severity: 'P3',
    title: `${hostname()} was restarted`,
    message: `It is up since ${since}.`,
    labels: { fingerprint: `restarted:${hostname()}`, node: hostname() },
  });
  console.log(`restarted at ${since}`);
} else console.log(before === null ? 'Tocsin cannot be asked' : 'not restarted since the last run');

await tocsin.close();

import { spreadOf } from '../harness/statistics.ts';
import type { Question } from './questions.ts';

const warmups = 3;
const atLeast = 15;
const atMost = 120;
const forMs = 2500;

/** Where to ask, and as whom. */
export type Address = { url: string; headers: Readonly<Record<string, string>> };

/** Signs in, and answers an address at which pages and API answer. */
export async function signIn(url: string, token: string): Promise<Address> {
  const answer = await fetch(`${url}/signin`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`signing in was answered ${answer.status} without a cookie`);
  return { url, headers: { authorization: `Bearer ${token}`, cookie, 'content-type': 'application/json' } };
}

/**
 * Asks each address in turn, again and again, one request at a time, each time beginning with the next; answers the medians
 * of the times to the end of the body.
 */
export async function measureInTurn(addresses: readonly Address[], question: Question): Promise<number[]> {
  for (let i = 0; i < warmups; i++) for (const address of addresses) await askOnce(address, question);
  const times: number[][] = addresses.map(() => []);
  const deadline = performance.now() + forMs;
  for (let i = 0; i < atLeast || (i < atMost && performance.now() < deadline); i++)
    for (let turn = i; turn < i + addresses.length; turn++) {
      const place = turn % addresses.length;
      const address = addresses[place];
      if (address) times[place]?.push(await askOnce(address, question));
    }
  return times.map((values) => spreadOf(values).median);
}

async function askOnce(
  { url, headers }: Address,
  { path, body, mayBeEmpty = false }: Question,
): Promise<number> {
  const asked = { headers: { ...headers, origin: url } };
  const startedAt = performance.now();
  const answer = await fetch(
    url + path,
    body === undefined ? asked : { ...asked, method: 'POST', body: JSON.stringify(body) },
  );
  const said = await answer.text();
  const tookMs = performance.now() - startedAt;
  if (answer.status === 200 && (mayBeEmpty || !said.includes('{"data":[]'))) return tookMs;
  throw new Error(`${path} was answered ${answer.status}: ${said.slice(0, 300)}`);
}

import { AppError, describeError, type ErrorCode, errorTable } from '../core/errors.ts';
import type { ManifestCommand } from './manifest-types.ts';

type Server = { url: string; token?: string };

/** Runs the action on a running server. Throws what the server answers, and UNAVAILABLE where it answers nothing. */
export async function runRemotely(
  { command, http }: Pick<ManifestCommand, 'command' | 'http'>,
  input: Record<string, unknown>,
  server: Server,
): Promise<unknown> {
  if (!http)
    throw new AppError(
      'VALIDATION_ERROR',
      `"${command}" works beside the database only: leave out --url, and unset TOCSIN_URL`,
    );
  const { url, rest } = fillPath(addressAt(server.url, http.path), http.path, input);
  const init: RequestInit = { method: http.method, headers: { accept: 'application/json' } };
  if (http.method === 'POST') {
    init.body = JSON.stringify(rest);
    init.headers = { ...init.headers, 'content-type': 'application/json' };
  } else addQuery(url, rest);
  if (server.token !== undefined) init.headers = { ...init.headers, authorization: `Bearer ${server.token}` };
  return readAnswer(await send(url, init), server.url);
}

/** Answers the address of a path on a server. Throws VALIDATION_ERROR for what is no address of one. */
export function addressAt(server: string, path: string): URL {
  const url = URL.canParse(path, server) ? new URL(path, server) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  const message = `--url, or TOCSIN_URL: found "${server}", expected the address of a server such as http://127.0.0.1:8923`;
  throw new AppError('VALIDATION_ERROR', message);
}

/** Hands on the text that a running server answers, as it comes. Throws what the server answers, and UNAVAILABLE. */
export async function streamRemotely(url: URL, server: Server, take: (text: string) => void): Promise<void> {
  const authorization = server.token === undefined ? {} : { authorization: `Bearer ${server.token}` };
  const response = await send(url, { headers: { accept: 'text/plain', ...authorization } });
  if (!response.ok || !response.body) {
    await readAnswer(response, server.url);
    return;
  }
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body) take(decoder.decode(chunk, { stream: true }));
  } catch (error) {
    throw unreachable(url, error);
  }
}

function fillPath(url: URL, path: string, input: Record<string, unknown>) {
  const rest = { ...input };
  url.pathname = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  return { url, rest };
}

function addQuery(url: URL, fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) url.searchParams.append(name, String(one));
  }
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw unreachable(url, error);
  }
}

function unreachable(url: URL, cause: unknown): AppError {
  return new AppError('UNAVAILABLE', `cannot reach ${url.origin}: ${describeError(cause)}`, { cause });
}

async function readAnswer(response: Response, url: string): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const error = (body as { error?: { code?: string; message?: string; details?: unknown } } | null)?.error;
  const code = error?.code ?? '';
  if (!Object.hasOwn(errorTable, code))
    throw new AppError('UNAVAILABLE', `${url} answers ${response.status}, and not as Tocsin does`);
  throw new AppError(code as ErrorCode, error?.message ?? code, { details: error?.details });
}

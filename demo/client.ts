/** Asks a Tocsin by HTTP, as any program would. */
export type Client = {
  get<Body>(path: string): Promise<{ status: number; body: Body }>;
  post<Body>(path: string, body: unknown): Promise<{ status: number; body: Body }>;
};

/** Answers a client that carries the token. */
export function createClient(baseUrl: string, token: string): Client {
  const ask = async (path: string, init: RequestInit) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(baseUrl + path, { ...init, headers, signal: AbortSignal.timeout(5000) });
    return { status: answer.status, body: await answer.json() };
  };
  return {
    get: async <Body>(path: string) => (await ask(path, {})) as { status: number; body: Body },
    post: async <Body>(path: string, body: unknown) =>
      (await ask(path, { method: 'POST', body: JSON.stringify(body) })) as { status: number; body: Body },
  };
}

export type Alert = {
  alert_ref: string;
  title: string;
  severity: string;
  state: string;
  occurrences: number;
  incident_id: string | null;
};
export type Incident = { id: string; number: string; title: string; status: string; severity: string };
export type IncidentStory = Incident & {
  timeline: { at: string; type: string; message: string; occurrences: number }[];
};
export type List<Item> = { data: Item[] };

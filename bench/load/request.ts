/** Stands in a body where each alert gets a number of its own. */
export const numberMark = '0000000000';

export type RequestPlan = {
  port: number;
  path: string;
  /** Bearer token; null: none. */
  token: string | null;
  body: string;
  /** Whether each mark in each request gets the next number; else all requests are the same. */
  isDistinct: boolean;
};

/** Answers the bytes of the whole request, and where in them the marks are. */
export function buildRequest(plan: RequestPlan): { bytes: Buffer; markOffsets: number[] } {
  const head = [
    `POST ${plan.path} HTTP/1.1`,
    `Host: 127.0.0.1:${plan.port}`,
    'Content-Type: application/json',
    ...(plan.token === null ? [] : [`Authorization: Bearer ${plan.token}`]),
    `Content-Length: ${Buffer.byteLength(plan.body)}`,
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${plan.body}`);
  return { bytes, markOffsets: plan.isDistinct ? findMarks(bytes) : [] };
}

function findMarks(bytes: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(numberMark); at >= 0; at = bytes.indexOf(numberMark, at + numberMark.length))
    offsets.push(at);
  return offsets;
}

/** Writes a number over a mark. */
export function writeNumber(bytes: Buffer, offset: number, number: number): void {
  let rest = number;
  for (let i = offset + numberMark.length - 1; i >= offset; i--) {
    bytes[i] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

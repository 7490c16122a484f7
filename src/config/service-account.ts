import { createPrivateKey } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { displayPath, readTextFile } from './read-file.ts';
import type { Reading } from './reading.ts';
import type { ServiceAccount } from './types.ts';

const variable = 'GOOGLE_APPLICATION_CREDENTIALS';

// As https://developers.google.com/identity/protocols/oauth2/service-account has it; there is more in it.
const keyFile = z.object({
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
  client_email: z.string().min(1),
});

/** Answers the service account of a key file and its project; null where the file holds none, which is noted. */
export async function readServiceAccount(
  reading: Reading,
  given: string,
): Promise<{ account: ServiceAccount; project: string } | null> {
  const path = resolve(reading.cwd, given);
  const file = displayPath(path, reading.cwd);
  reading.watchedFiles.push(path);
  const read = await readTextFile(path, file);
  if (read.kind === 'problem') {
    reading.problems.push(read.problem);
    return null;
  }
  const data = keyFile.safeParse(read.kind === 'text' ? parseJson(read.text) : undefined).data;
  if (data) {
    const account = { email: data.client_email, keyId: data.private_key_id, privateKey: data.private_key };
    return { account, project: data.project_id };
  }
  reading.problems.push({
    ...reading.environment.origin(variable),
    key: variable,
    found: read.kind === 'text' ? `${file}, which is no such file` : `${file}, which does not exist`,
    expected: "a service account's key file, as Google Cloud makes it in JSON",
    message: 'a check of kind firestore needs it: name such a file, or remove the variable',
  });
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON is no key file either
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false; // no key at all
  }
}

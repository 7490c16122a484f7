/** A known service that a check asks: where it is by the file, and what opens it by the environment. */
export type PresetTarget = KeyedTarget | FirestoreTarget;

/** Null: not set. No address ends with a slash. */
export type KeyedTarget = { apiKey: string | null } & (
  | { kind: 'anthropic' | 'openai' | 'deepgram'; baseUrl: string }
  | { kind: 'typesense'; baseUrl: string | null }
);

export type FirestoreTarget = {
  kind: 'firestore';
  baseUrl: string;
  /** Null only where there is no account. */
  project: string | null;
  database: string;
  /** Collections and documents in turn. */
  document: string;
  account: ServiceAccount | null;
};

/** Of Google Cloud; the key is a PEM text. */
export type ServiceAccount = { email: string; keyId: string; privateKey: string };

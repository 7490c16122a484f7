const hidden = '[redacted]';
const secretName =
  /(secret|token|passw(or)?d|api[-_]?key|authorization|cookie|credential|private[-_]?key|^x-.*key$)/i;

/** In an address such a short word is a secret too; `sig` is that of Teams and of other services on Azure. */
const secretParameter = /^(key|sig|signature|auth|pass|pwd)$/i;

/** Answers whether a header, key or variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Answers the URL without its password and without the values of query parameters that are named as secrets. */
export function redactUrl(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, userInfo: string) => {
      const [user] = userInfo.split(':', 1);
      return userInfo.includes(':') ? `${scheme}${user}:${hidden}@` : `${scheme}${hidden}@`;
    })
    .replace(/([?&])([^=&#?]{1,200})=([^&#]*)/g, (whole: string, mark: string, name: string) =>
      isSecretName(name) || secretParameter.test(name) ? `${mark}${name}=${hidden}` : whole,
    );
}

/** Answers a URL whose path is a secret too, as those of incoming webhooks are: scheme and host remain. */
export function redactWebhookUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null ? hidden : `${url.protocol}//${url.host}/${hidden}`;
}

/*
 * The output of tasks goes through here by the megabyte, so each pattern must take time that grows with the text alone:
 * none begins with a repetition, and those that could be entered at every character are bounded.
 */

/** What stands in or beside every secret that is found in free text: one look tells of most texts that they hold none. */
const anySign =
  /toc_|\d{6}(:|%3A)|bearer|basic|secret|token|passw|api[-_]?key|hooks?[./\\%:]|pagerduty\.com/i;

/** As it is, as some JSON has it (`\/`), or as a part of another address (`%2F`). */
const slash = String.raw`(?:\\{0,4}\/|%(?:25)?2F)`;
const port = '(?:(?::|%3A)\\d{1,5})?';

/** Whoever knows such an address may post there: what stands behind these words is a secret. */
const incomingWebhook = new RegExp(
  `((?:${[
    `hooks\\.(?:slack|slack-gov|zapier)\\.com\\.?${port}`,
    `\\.webhook\\.office\\.com\\.?${port}`,
    `discord(?:app)?\\.com\\.?${port}${slash}api${slash}(?:v\\d{1,3}${slash})?webhooks`,
    `events(?:\\.eu)?\\.pagerduty\\.com\\.?${port}${slash}(?:integration|x-ere)`,
    // Of Mattermost, which may have any name: only what comes then tells.
    `${slash}hooks(?=${slash}[a-z0-9]{26}\\b)`,
  ].join('|')})${slash})[^\\s"'<>]+`,
  'gi',
);

function mayHoldSecret(text: string): boolean {
  return anySign.test(text) || (text.includes('://') && /[@?&]/.test(text));
}

/** Answers free text without URL passwords, addresses of incoming webhooks, `Authorization` values, Tocsin's and Telegram's tokens, and values named as secrets (`token=…`). */
export function redactText(text: string): string {
  if (!mayHoldSecret(text)) return text;
  return text
    .replace(/\btoc_[\w-]{20,}/g, `toc_${hidden}`)
    .replace(/(?<!\d)\d{6,}(?::|%3A)[\w-]{30,}/gi, hidden)
    .replace(incomingWebhook, `$1${hidden}`)
    .replace(/:\/\/[^\s"'<>]+/g, (rest) => redactUrl(`x${rest}`).slice(1))
    .replace(/\b(bearer|basic)\s+[^\s"',]+/gi, (_, scheme: string) => `${scheme} ${hidden}`)
    .replace(
      /((?:secret|token|passw(?:or)?d|api[-_]?key)[\w-]{0,100})((?:\\{0,4}["'])?\s*(?:[=:]|%3D)\s*)("[^"]*"|'[^']*'|\\{1,4}"[^"\\]*\\{1,4}"|[^\s"',;&}]+)/gi,
      (whole: string, name: string, sign: string, value: string) =>
        value.includes(hidden) || isNumberOfThem(name, value) ? whole : `${name}${sign}${hidden}`,
    );
}

const shortNumber = /^\d{1,3}$/;
// Of more digits it may be a secret that has no letters.
const anyNumber = /^\d{1,9}([.,_/]\d{1,9})?[kM%]?$/;
const measure =
  /(^|[-_a-z])(count|total|limit|used|usage|left|remaining|budget|size|length|ttl|age|expir[a-z]*([-_]in)?|seconds|ms)$/i;

/**
 * Answers whether the value says how many there are, or how long they last (`tokens: 403`, `token_count=12`), or how asking
 * for one ended (`token: 403`). Of passwords no number is harmless.
 */
function isNumberOfThem(name: string, value: string): boolean {
  const number = value.replace(/^["']|[)\].:"']+$/g, '');
  const word = /^(secret|token|api[-_]?key)/i.exec(name)?.[0];
  if (word === undefined || !anyNumber.test(number)) return false;
  const rest = name.slice(word.length);
  if (rest === '') return word.toLowerCase() !== 'secret' && shortNumber.test(number);
  // The plural of one word, and not the beginning of the next: `tokens`, `tokensUsed`, and no `tokenSecret`.
  const plural = /^(s(?=$|[-_A-Z])|S(?=$|[-_]))/.exec(rest)?.[0] ?? '';
  const isSecret = isSecretName(rest.slice(plural.length));
  return !isSecret && (plural !== '' || measure.test(rest));
}

/** Answers the map with the values of secret names hidden. */
export function redactMap(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, isSecretName(name) ? hidden : redactText(value)]),
  );
}

/** Answers a value as JSON has them with its texts redacted, and those of secret names hidden. */
export function redactTexts<Value>(value: Value, redact: (text: string) => string = redactText): Value {
  return walk(value, redact) as Value;
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((entry) => walk(entry, redact));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, entry]) => [
    redact(name),
    isSecretName(name) && typeof entry === 'string' ? hidden : walk(entry, redact),
  ]);
  return Object.fromEntries(entries);
}

/** Answers the map with every value hidden. */
export function hideValues(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(map).map((name) => [name, hidden]));
}

/** Stands in for a secret; null and empty stay, so that one sees whether it is set. */
export function hideSecret<Secret extends string | null>(secret: Secret): Secret | string {
  return secret === null || secret === '' ? secret : hidden;
}

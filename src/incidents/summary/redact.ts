import { redactText, redactTexts } from '../../config/index.ts';

const hidden = '[redacted]';

// What is a secret by its form, whatever it is called: keys of clouds, forges, chats and models, JSON web tokens, PEM blocks.
const forms =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abeprs]-[\w-]{10,}|\bsk-[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Answers the value fit to leave the machine: without what is named like a secret, looks like one, or is one of `secrets`. */
export function redactValue(value: unknown, secrets: readonly string[]): unknown {
  return redactTexts(value, (text) => redactString(text, secrets));
}

function redactString(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
  return redactText(known).replace(forms, hidden);
}

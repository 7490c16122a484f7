import { type Config, collectSecrets, isSecretName, redactText } from '../config/index.ts';

// A shorter one would hide ordinary words wherever they stand.
const shortestSecretLength = 6;
/** Of a secret of several lines a shorter one alone may be an ordinary word. */
const shortestSecretLineLength = 16;

/** Answers what hides, in the output of a task, the secrets of the configuration and of these environments, and what looks like one. */
export function createRedaction(
  config: Config,
  environments: readonly Readonly<Record<string, string>>[],
): (text: string) => string {
  const ofEnvironment = environments
    .flatMap((environment) => Object.entries(environment))
    .filter(([name, value]) => isSecretName(name) && value.length >= shortestSecretLength)
    .map(([, value]) => value);
  const secrets = [...new Set([...collectSecrets(config), ...ofEnvironment].flatMap(withItsLines))].sort(
    (a, b) => b.length - a.length,
  );
  return (text) => {
    let shown = text;
    for (const secret of secrets) shown = shown.replaceAll(secret, '[redacted]');
    return redactText(shown);
  };
}

/** A key of several lines comes out line by line, and in pieces as they are read. */
function withItsLines(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  if (lines.length === 1) return [secret];
  return [secret, ...lines.filter((line) => line.length >= shortestSecretLineLength)];
}

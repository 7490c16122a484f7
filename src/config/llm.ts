import { isIP } from 'node:net';
import type { EnvironmentSettings, Origin } from './environment.ts';
import type { Problem } from './problem.ts';
import type { LlmConfig, LlmMode } from './types.ts';

const baseUrls = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com' } as const;

/** Answers where generated summaries come from, null where the mode is off; what the mode needs and is not set is a problem. */
export function resolveLlm(
  mode: LlmMode,
  settings: EnvironmentSettings['llm'],
  origin: (name: string) => Origin,
): { llm: LlmConfig | null; problems: Problem[] } {
  if (mode === 'off') return { llm: null, problems: [] };
  const { provider, apiKey, model } = settings;
  const problems: Problem[] = [];
  const refuse = (key: string, found: string, expected: string) => {
    const message = 'or set llm_mode: off in alert_routing_policy.yml';
    problems.push({ ...origin(key), key, found, expected, message });
  };
  if (model === null) refuse('LLM_MODEL', 'nothing', `the name of a model, as llm_mode is ${mode}`);
  if (mode === 'remote' && apiKey === null) refuse('LLM_API_KEY', 'nothing', 'a key, as llm_mode is remote');
  if (mode === 'local' && settings.baseUrl === null)
    refuse('LLM_BASE_URL', 'nothing', 'the address of your own server, as llm_mode is local');
  if (mode === 'local' && settings.baseUrl !== null && !isNear(settings.baseUrl))
    refuse(
      'LLM_BASE_URL',
      new URL(settings.baseUrl).hostname,
      'a host of your own network, as llm_mode is local',
    );
  const baseUrl = (settings.baseUrl ?? baseUrls[provider]).replace(/\/+$/, '');
  return { llm: { provider, apiKey, model: model ?? '', baseUrl }, problems };
}

/** Answers whether the host can only be of this machine or its network: a name without a dot, `.local`, `.internal`, or a private address. */
function isNear(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) === 4) return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host);
  return !host.includes('.') || /\.(local|localhost|internal|lan)$/.test(host);
}

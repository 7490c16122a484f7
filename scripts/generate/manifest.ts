import { execFileSync } from 'node:child_process';
import packageJson from '../../package.json' with { type: 'json' };
import { actions } from '../../src/actions.ts';
import type { FieldKind, ManifestCommand, ManifestField } from '../../src/cli/manifest-types.ts';
import { describeInput } from '../../src/core/input-schema.ts';

type JsonSchema = {
  type?: string;
  format?: string;
  anyOf?: JsonSchema[];
  description?: string;
  enum?: unknown[];
  default?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
};

/** Answers the commands that the actions make, as `src/cli/manifest.json`. */
export function generateManifest(): string {
  const source = JSON.stringify({ version: packageJson.version, commands: readCommands() });
  return execFileSync('biome', ['format', '--stdin-file-path=src/cli/manifest.json'], {
    input: source,
    encoding: 'utf8',
  });
}

function readCommands(): ManifestCommand[] {
  return actions.flatMap((action) => {
    if (!action.cli) return [];
    const { command, args = [], print = null, spread, file, jobs, environment = {} } = action.cli;
    const schema = describeInput(action.input) as JsonSchema;
    const fields = toFields(schema).flatMap((field): ManifestField[] => {
      if (field.name === spread) return spreadField(schema, spread);
      const variable = environment[field.name];
      const whole = variable === undefined ? field : { ...field, variable };
      return [field.name === file ? { ...whole, kind: 'text or file' } : whole];
    });
    return {
      action: action.name,
      command,
      summary: action.summary,
      args: args.flatMap((name) => fields.filter((field) => field.name === name)),
      options: fields.filter(({ name }) => !args.includes(name)),
      print,
      ...(jobs && { jobs }),
      http: action.http ? { method: action.http.method, path: action.http.path } : null,
    };
  });
}

function toFields(schema: JsonSchema): ManifestField[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) =>
    toField(name, property, schema.required?.includes(name) ?? false),
  );
}

function spreadField(schema: JsonSchema, name: string): ManifestField[] {
  return toFields(schema.properties?.[name] ?? {}).map((field) => ({ ...field, within: name }));
}

function toField(name: string, schema: JsonSchema, required: boolean): ManifestField {
  const choices = schema.enum ?? schema.items?.enum;
  const parts = schema.description ? [schema.description] : [];
  if (choices) parts.push(choices.join(', '));
  if (schema.default !== undefined) parts.push(`[default: ${JSON.stringify(schema.default)}]`);
  return { name, kind: kindOf(schema), required, help: parts.join(' ') };
}

function kindOf(schema: JsonSchema): FieldKind {
  if (schema.format === 'file') return 'file';
  if (schema.type === 'boolean' || schema.anyOf?.some(({ type }) => type === 'boolean')) return 'flag';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'list' : 'json';
  if (schema.type === 'object') return schema.properties ? 'json' : 'map';
  return 'text';
}

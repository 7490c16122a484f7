import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import { findJsonError } from '../core/json-error.ts';
import { describePosition } from '../core/position.ts';
import type { ManifestCommand, ManifestField } from './manifest-types.ts';

type Given = Readonly<Record<string, unknown>>;

/** Answers the action's input as the command line has it. Throws VALIDATION_ERROR for a text that cannot be read as the field. */
export function readFields(
  command: ManifestCommand,
  args: readonly string[],
  options: Given,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  command.args.forEach((field, i) => {
    if (args[i] !== undefined) input[field.name] = readField(field, args[i]);
  });
  for (const field of command.options) {
    const given = options[toCamelCase(field.name)];
    if (given !== undefined) setField(input, field, readField(field, given));
  }
  return input;
}

function setField(input: Record<string, unknown>, { name, within }: ManifestField, value: unknown): void {
  if (within === undefined) input[name] = value;
  else input[within] = { ...(input[within] as object | undefined), [name]: value };
}

/** Commander names `--window-minutes` so. */
function toCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function readField(field: ManifestField, given: unknown): unknown {
  switch (field.kind) {
    case 'flag':
    case 'text':
      return given;
    case 'text or file':
      return readFileOf(field, String(given));
    case 'number':
      // A text that is no number stays one: the schema says what is wrong with it.
      return Number.isNaN(Number(given)) ? given : Number(given);
    case 'list':
      return (given as string[]).flatMap((text) => text.split(','));
    case 'map':
      return Object.fromEntries((given as string[]).map((text) => readPair(field, text)));
    case 'json':
      return readJson(field, String(given));
    case 'file':
      return readFile(field, String(given));
  }
}

/** Reads `key=value`. Throws VALIDATION_ERROR where it is none. */
export function readPair(field: Pick<ManifestField, 'name'>, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new AppError('VALIDATION_ERROR', `${field.name}: "${text}" is not key=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Text as itself, anything else in base64; `-` is the standard input. */
function readFile(field: ManifestField, path: string): string {
  const bytes = readBytes(field, path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('base64');
  }
}

/** Reads a file, or the standard input for `-`. Throws VALIDATION_ERROR where it cannot be read. */
export function readBytes(field: Pick<ManifestField, 'name'>, path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const message = `${field.name}: cannot read ${path}`;
    throw new AppError('VALIDATION_ERROR', message, { cause: error });
  }
}

/** A text that names no file, and looks like none, is meant as it is; `-` is the standard input. */
function readFileOf(field: ManifestField, text: string): unknown {
  const isFile = text === '-' || existsSync(text) || /[./]/.test(text);
  return isFile ? readJson(field, readBytes(field, text).toString()) : text;
}

function readJson(field: ManifestField, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = findJsonError(text);
    const where = at === null ? '' : `, from ${describePosition(text, at)} on`;
    throw new AppError('VALIDATION_ERROR', `${field.name}: is not valid JSON${where}`, { cause: error });
  }
}

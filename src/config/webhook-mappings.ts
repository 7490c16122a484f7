import { describePosition } from '../core/position.ts';
import { describeFound } from './found.ts';
import type { Problem } from './problem.ts';
import { valueAt } from './validate.ts';
import type { YamlFile } from './yaml-file.ts';
import { formatPath } from './yaml-place.ts';

/** What JSONata's parser throws. */
type SyntaxProblem = { message?: string; position?: number };

/** Answers the mappings of webhooks that are no JSONata, each with the place inside of the expression. */
export async function checkMappings(file: YamlFile): Promise<Problem[]> {
  const webhooks = valueAt(file.value, ['webhooks']);
  if (typeof webhooks !== 'object' || webhooks === null) return [];
  // Loaded where it is needed: most commands read a configuration without webhooks.
  const { default: jsonata } = await import('jsonata');
  return Object.keys(webhooks).flatMap((name) => {
    const path = ['webhooks', name, 'mapping'];
    const mapping = valueAt(file.value, path);
    if (typeof mapping !== 'string' || mapping === '') return [];
    try {
      jsonata(mapping);
      return [];
    } catch (error) {
      const { message = 'it cannot be read', position } = error as SyntaxProblem;
      const place =
        position === undefined ? '' : `${describePosition(mapping, position)} of the expression: `;
      return [
        {
          file: file.name,
          line: file.locate(path).line,
          key: formatPath(path),
          found: describeFound(mapping, path),
          expected: 'a JSONata expression',
          message: `${place}${message}`,
        },
      ];
    }
  });
}

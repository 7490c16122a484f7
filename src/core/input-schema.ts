import { z } from 'zod';

/** Answers the JSON Schema of what the schema takes, with every default: zod leaves out those behind a preprocess, as it cannot know that they could be given as they are. */
export function describeInput(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'default') jsonSchema.default ??= def.defaultValue as typeof jsonSchema.default;
    },
  });
}

import { z } from 'zod';
import { escalationSchema } from './schema/escalation.ts';
import { intelligenceSchema } from './schema/intelligence.ts';
import { jobsSchema } from './schema/jobs.ts';
import { policySchema } from './schema/policy.ts';
import { tocsinSchema } from './schema/tocsin.ts';

const widestLine = 110;

/** Answers the JSON Schemas (draft 7, which editors read) of all files. */
export function configSchemas(): {
  tocsin: object;
  jobs: object;
  alertRoutingPolicy: object;
  incidentEscalationPolicy: object;
  incidentIntelligencePolicy: object;
} {
  return {
    tocsin: toSchema(tocsinSchema, 'tocsin.yaml'),
    jobs: toSchema(jobsSchema, 'jobs.yaml'),
    alertRoutingPolicy: toSchema(policySchema, 'alert_routing_policy.yml'),
    incidentEscalationPolicy: toSchema(escalationSchema, 'incident_escalation_policy.yml'),
    incidentIntelligencePolicy: toSchema(intelligenceSchema, 'incident_intelligence_policy.yml'),
  };
}

function toSchema(schema: z.ZodType, title: string): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return { $schema, title, ...rest };
}

/** Answers the files that are made from the schemas, with paths from the root of the project. */
export function generatedFiles(): { path: string; content: string }[] {
  const { tocsin, jobs, alertRoutingPolicy, incidentEscalationPolicy, incidentIntelligencePolicy } =
    configSchemas();
  return [
    { path: 'schemas/tocsin.schema.json', content: toText(tocsin) },
    { path: 'schemas/jobs.schema.json', content: toText(jobs) },
    { path: 'schemas/alert-routing-policy.schema.json', content: toText(alertRoutingPolicy) },
    { path: 'schemas/incident-escalation-policy.schema.json', content: toText(incidentEscalationPolicy) },
    { path: 'schemas/incident-intelligence-policy.schema.json', content: toText(incidentIntelligencePolicy) },
  ];
}

// Short lists of plain values stand on one line, as the project's formatter has them.
function toText(schema: object): string {
  const text = JSON.stringify(schema, null, 2);
  const folded = text.replace(/^( *)(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm, (whole, ...groups: string[]) => {
    const [indent = '', start = '', inner = '', comma = ''] = groups;
    const line = `${indent}${start}[${inner.trim().replaceAll(/,\n\s*/g, ', ')}]${comma}`;
    return line.length > widestLine ? whole : line;
  });
  return `${folded}\n`;
}

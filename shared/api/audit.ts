import * as z from 'zod';
import { auditEntry } from '../apiSchemas.ts';
import { endpoint, pageSize } from '../endpoint.ts';

export const auditEndpoints = {
  listAudit: endpoint({
    method: 'GET',
    path: '/audit',
    role: 'viewer',
    tag: 'Audit',
    summary: 'What was changed, when, by whom and why',
    description: 'Newest first. For the next page, pass `nextBefore` as `before`.',
    query: z.strictObject({
      resource: z.string().optional(),
      entityId: z.string().optional(),
      airtableRecordId: z.string().optional(),
      action: z.string().optional(),
      actor: z.string().optional(),
      runId: z.string().optional(),
      text: z
        .string()
        .trim()
        .min(2)
        .max(100)
        .optional()
        .describe(
          'Found in the reason, the actor, the ids, the field names and the values that are no contact data.',
        ),
      from: z.iso.datetime().optional().describe('From this moment on.'),
      to: z.iso.datetime().optional().describe('Before this moment.'),
      before: z.guid().optional().describe('`nextBefore` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ entries: z.array(auditEntry), nextBefore: z.string().nullable() }),
    example: { query: { resource: 'leases', limit: 20 } },
  }),
  listAuditActors: endpoint({
    method: 'GET',
    path: '/audit/actors',
    role: 'viewer',
    tag: 'Audit',
    summary: 'Who stands in the audit',
    description: 'Of the last 90 days, most frequent first: for a filter by person.',
    response: z.object({
      actors: z.array(z.object({ actor: z.string(), entries: z.number().int().min(0) })),
    }),
  }),
  readAuditSeal: endpoint({
    method: 'GET',
    path: '/audit/seal',
    role: 'viewer',
    tag: 'Audit',
    summary: "The audit's last seal",
    description:
      'Every row of the audit is sealed within minutes into a chain of hashes. Kept elsewhere, the hash of a seal proves later that nothing before it was changed: `npm run cli -- audit verify --anchor <number>:<hash>`.',
    response: z.object({
      sealNumber: z.number().int().min(0),
      hash: z.string(),
      sealedAt: z.iso.datetime().nullable(),
      unsealed: z.number().int().min(0).describe('Rows that the next seal will cover.'),
    }),
  }),
};

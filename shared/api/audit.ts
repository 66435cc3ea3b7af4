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
      before: z.guid().optional().describe('`nextBefore` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ entries: z.array(auditEntry), nextBefore: z.string().nullable() }),
    example: { query: { resource: 'leases', limit: 20 } },
  }),
};

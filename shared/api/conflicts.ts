import * as z from 'zod';
import { conflict } from '../apiSchemas.ts';
import { endpoint, pageSize } from '../endpoint.ts';

export const conflictsEndpoints = {
  listConflicts: endpoint({
    method: 'GET',
    path: '/sync/conflicts',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'Fields that both sides changed apart',
    description: 'Oldest first. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      state: z.enum(['open', 'resolving', 'resolved', 'closed']).optional(),
      resource: z.string().optional(),
      after: z.guid().optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ conflicts: z.array(conflict), nextAfter: z.string().nullable() }),
    example: { query: { state: 'open' } },
  }),
  readConflict: endpoint({
    method: 'GET',
    path: '/sync/conflicts/:conflictId',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'One conflict, both values side by side',
    description:
      'With what was last agreed, why it is a conflict, and the version that a resolution must name.',
    params: z.strictObject({ conflictId: z.guid() }),
    response: conflict,
    example: { params: { conflictId: '019ab2c4-0000-7000-8000-000000000000' } },
  }),
  resolveConflict: endpoint({
    method: 'POST',
    path: '/sync/conflicts/:conflictId/resolve',
    role: 'operator',
    tag: 'Conflicts',
    summary: 'Settle a conflict for one side',
    description:
      'Names the version that the person saw: when either side has moved meanwhile the answer is 409, and the conflict is to be read again.',
    params: z.strictObject({ conflictId: z.guid() }),
    body: z.strictObject({
      side: z.enum(['buildium', 'airtable']),
      version: z.strictObject({ buildium: z.string(), airtable: z.string() }),
    }),
    response: conflict,
    status: 202,
    example: {
      params: { conflictId: '019ab2c4-0000-7000-8000-000000000000' },
      body: { side: 'buildium', version: { buildium: 'q1Zc0pTt5G8aVb2x', airtable: 'hM3kPz0sW9dLr7Yc' } },
    },
  }),
};

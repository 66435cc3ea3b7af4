import * as z from 'zod';
import { endpoint, pageSize } from '../endpoint.ts';

const instant = z.iso.datetime();
const count = z.number().int().min(0);

export const HELD_KINDS = [
  'approval',
  'parked',
  'refused',
  'paused',
  'quarantined',
  'copy',
  'unlinked',
  'waiting',
  'retrying',
] as const;

export const heldEntity = z
  .object({
    heldId: z.string(),
    resource: z.string(),
    entityId: z
      .string()
      .describe('Empty where it is about a whole table or field, or about a row that stands for nothing.'),
    airtableRecordId: z.string().nullable(),
    kind: z
      .enum(HELD_KINDS)
      .describe(
        'approval: much goes away at once, and a person is asked. parked: given up until a redrive. refused: Buildium did not take an edit. paused: its row says so. quarantined: a field or table that the sync leaves alone. copy, unlinked: rows that are never sent. waiting: for another entity. retrying: for its next try.',
      ),
    reason: z.string().nullable(),
    whatToDo: z.string().nullable(),
    since: instant,
    attempts: count,
    parkedAt: instant.nullable(),
    waitingFor: z.object({ resource: z.string(), entityId: z.string() }).nullable(),
    approvalId: z.string().nullable(),
    nextTryAt: instant.nullable(),
  })
  .meta({ id: 'HeldEntity' });

export const approval = z
  .object({
    approvalId: z.string(),
    resource: z.string(),
    kind: z.enum(['goneFromBuildium', 'rowDeleted', 'blankInBuildium', 'blankInAirtable']),
    field: z
      .object({ key: z.string(), column: z.string() })
      .nullable()
      .describe('The field that went blank.'),
    state: z.enum(['open', 'approved', 'ignored']),
    openedAt: instant,
    entities: count.describe('So many wait for the decision, or were decided by it.'),
    tableRows: count,
    question: z.string(),
    ifApproved: z.string(),
    ifIgnored: z.string(),
    examples: z
      .array(z.object({ entityId: z.string(), airtableRecordId: z.string().nullable() }))
      .describe('The first of them.'),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'LossApproval' });

const approvalId = '019ab2c4-0000-7000-8000-000000000000';

export const heldEndpoints = {
  listHeld: endpoint({
    method: 'GET',
    path: '/sync/held',
    role: 'viewer',
    tag: 'Sync',
    summary: 'What cannot go on by itself',
    description:
      'What a person is asked first, then by how much it needs one, each with its reason and what to do. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      kind: z.enum(HELD_KINDS).optional(),
      resource: z.string().optional(),
      after: z.string().max(400).optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(100),
    }),
    response: z.object({ held: z.array(heldEntity), nextAfter: z.string().nullable() }),
    example: { query: { limit: 50 } },
  }),
  listApprovals: endpoint({
    method: 'GET',
    path: '/sync/approvals',
    role: 'viewer',
    tag: 'Sync',
    summary: 'What a person is asked before much goes away',
    description:
      'More than 10 rows and 5% of a table (more than half of a table of 20 or fewer) that go away within 24 hours, or go blank in one field, on either side, are not passed on before somebody says so.',
    query: z.strictObject({ state: z.enum(['open', 'approved', 'ignored']).optional(), limit: pageSize(50) }),
    response: z.object({ approvals: z.array(approval) }),
    example: { query: { state: 'open' } },
  }),
  decideApproval: endpoint({
    method: 'POST',
    path: '/sync/approvals/:approvalId',
    role: 'operator',
    tag: 'Sync',
    summary: 'Let it pass, or leave things as they are',
    description:
      'For what waits now; what goes away later is asked about anew. An approval that was decided otherwise meanwhile is answered 409.',
    params: z.strictObject({ approvalId: z.guid() }),
    body: z.strictObject({ decision: z.enum(['approve', 'ignore']) }),
    response: approval,
    example: { params: { approvalId }, body: { decision: 'approve' } },
  }),
};

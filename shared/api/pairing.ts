import * as z from 'zod';
import { endpoint, pageSize } from '../endpoint.ts';

const count = z.number().int().min(0);

/** From this score on the whole natural key agrees, or the row names the Buildium id itself. */
export const SURE_SCORE = 90;

export const pairProposal = z
  .object({
    resource: z.string(),
    entityId: z.string(),
    entityName: z
      .string()
      .nullable()
      .describe('What the row of it would be called; null where that is contact data.'),
    airtableRecordId: z.string(),
    tableId: z.string().nullable().describe('The table of the row; null before one was chosen or made.'),
    score: count
      .max(100)
      .describe('100: the row names the Buildium id. 90 and more: the whole natural key agrees.'),
    by: z.string().describe('What agrees.'),
    isAmbiguous: z.boolean().describe('Another proposal names the same row or the same entity.'),
    differences: z.array(
      z.object({
        key: z.string(),
        column: z.string(),
        kind: z.string(),
        buildium: z.unknown(),
        airtable: z.unknown(),
        isPersonal: z.boolean().describe('Contact data: its values are not shown.'),
      }),
    ),
  })
  .meta({ id: 'PairProposal' });

const searched = z.object({
  resource: z.string(),
  table: z.string(),
  rows: count.describe('Filled rows that stand for nothing in Buildium yet.'),
  proposed: count,
  unmatchedRows: count.describe('They fit nothing, and stay as they are.'),
});

const decided = z.object({
  approved: count,
  rejected: count,
  refused: z.array(z.string()).describe('What could not be approved, and why.'),
});

const resource = z.string().min(1).max(50);

export const pairingEndpoints = {
  readPairing: endpoint({
    method: 'GET',
    path: '/pairing',
    role: 'viewer',
    tag: 'Mapping',
    summary: 'Rows that may stand for what is in Buildium',
    description:
      'Pairs that wait for a decision, the doubtful ones first. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0).describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({
      state: z.enum(['pairing', 'running', 'paused']),
      sure: count.describe('Of the open ones: score 90 or more, and no rival.'),
      doubtful: count,
      approved: count,
      proposals: z.array(pairProposal),
      nextAfter: count.nullable(),
    }),
    example: { query: { limit: 20 } },
  }),
  searchPairing: endpoint({
    method: 'POST',
    path: '/pairing/search',
    role: 'admin',
    tag: 'Mapping',
    summary: 'Look for pairs on both sides',
    description: 'Reads both sides and changes neither. It can be run at any time.',
    response: z.object({ tables: z.array(searched) }),
  }),
  decidePairing: endpoint({
    method: 'POST',
    path: '/pairing/decide',
    role: 'admin',
    tag: 'Mapping',
    summary: 'Approve or reject pairs',
    description:
      'One pair, or with `minScore` every pair from that score on that only one row and one entity claim. Approving writes nothing to either side: the sync compares the two afterwards.',
    body: z
      .strictObject({
        minScore: z.number().int().min(0).max(100).optional(),
        pair: z
          .strictObject({
            resource,
            entityId: z.string().min(1).max(100),
            airtableRecordId: z.string().min(1).max(50),
          })
          .optional(),
        decision: z.enum(['approve', 'reject']).default('approve'),
      })
      .refine(
        ({ minScore, pair, decision }) =>
          (minScore === undefined) !== (pair === undefined) && (pair !== undefined || decision === 'approve'),
        'needs either a pair, or a minScore to approve by',
      ),
    response: decided,
    example: { body: { minScore: 90 } },
  }),
  finishPairing: endpoint({
    method: 'POST',
    path: '/pairing/finish',
    role: 'admin',
    tag: 'Mapping',
    summary: 'End the pairing and start the sync',
    description:
      'Makes the tables and fields that are missing; whatever no row was approved for gets a new row. Refused with 409 where no pairing is open.',
    response: z.object({
      runId: z.string(),
      tablesCreated: z.array(z.string()),
      fieldsCreated: z.array(z.string()),
    }),
    status: 202,
  }),
};

export type PairProposal = z.output<typeof pairProposal>;

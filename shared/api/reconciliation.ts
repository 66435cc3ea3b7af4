import * as z from 'zod';
import { endpoint, fileAnswer, pageSize } from '../endpoint.ts';

const instant = z.iso.datetime();
const count = z.number().int().min(0);
const cents = z.number().int();
const reconciliationId = z.strictObject({ reconciliationId: z.guid() });
const EXAMPLE_ID = '019ab2c4-0000-7000-8000-000000000000';

/** Why a record stands apart, as far as it can be told. */
export const CAUSES = [
  'queued',
  'retrying',
  'waiting',
  'parked',
  'conflict',
  'held',
  'editedInAirtable',
  'lostEvent',
  'deletedRow',
  'deletedInBuildium',
  'outsideWindow',
  'tableProblem',
  'unknown',
] as const;
export type Cause = (typeof CAUSES)[number];

/** What mends it: the sync itself on a click, another try, or a person. */
export const REPAIRS = ['look', 'redrive', 'person'] as const;
export type Repair = (typeof REPAIRS)[number];

export const reconciliation = z
  .object({
    reconciliationId: z.string(),
    kind: z.enum(['daily', 'onDemand']),
    state: z.enum(['running', 'finished']),
    requestedBy: z.string(),
    day: z.iso.date().describe("The day it belongs to, in the connection's time zone."),
    startedAt: instant,
    finishedAt: instant.nullable(),
    progress: z.object({ resourcesDone: count, resources: count }),
    records: count.describe('Records that should stand on both sides.'),
    matching: count.describe('Those that are equal in every field and not held.'),
    accuracy: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Matching ÷ all; 1 when there is nothing to compare. Null until it is finished.'),
    discrepancies: count,
    repaired: count.describe('Discrepancies that a later look found to be equal.'),
    accuracyAfterRepair: z.number().min(0).max(1).nullable(),
    repair: z.enum(['none', 'running', 'done']),
    rootHash: z.object({ buildium: z.string(), airtable: z.string() }).nullable(),
    certificateHash: z.string().nullable().describe('SHA-256 of the certificate, as it is downloaded.'),
    problem: z.string().nullable().describe('What keeps it from going on; it tries again by itself.'),
  })
  .meta({ id: 'Reconciliation' });

const side = z.object({
  records: count,
  hash: z.string(),
  sumsCents: z.record(z.string(), cents).describe('Sum of every amount, by field.'),
});

export const reconciliationMonth = z
  .object({
    resource: z.string(),
    month: z.string().describe('`YYYY-MM`; empty for what has no day.'),
    records: count,
    matching: count,
    buildium: side,
    airtable: side,
  })
  .meta({ id: 'ReconciliationMonth' });

export const leftOut = z
  .object({
    outOfScope: count,
    outsideWindow: count.describe('Too old to stand in Airtable.'),
    detached: count.describe('Kept out by a person.'),
    deletedInBuildium: count.describe('Rows that say so and stay as a record.'),
    rowsOfPeople: count.describe('Rows without a Buildium id.'),
    copies: count.describe('Further rows with a Buildium id that another row has.'),
  })
  .meta({ id: 'ReconciliationLeftOut' });

export const threeLegs = z
  .object({
    asOf: z.iso.date(),
    basis: z.literal('cash'),
    bankCents: cents,
    ownersCents: cents,
    depositsAndPrepaymentsCents: cents,
    differenceCents: cents.describe(
      'Bank less owners less deposits and prepayments: 0 when the books agree.',
    ),
    properties: z.array(
      z.object({
        propertyId: z.number().int(),
        bankCents: cents,
        ownersCents: cents,
        depositsAndPrepaymentsCents: cents,
        differenceCents: cents,
      }),
    ),
    bankAccounts: z
      .array(
        z.object({
          bankAccountId: z.number().int(),
          name: z.string(),
          balanceCents: cents.describe('As Buildium shows the bank account.'),
          ledgerCents: cents.describe('As its account in the general ledger comes to.'),
          differenceCents: cents,
        }),
      )
      .describe('Two readings of the same cash, of all books of the company.'),
  })
  .meta({ id: 'ThreeLegs' });

export const reconciliationDetail = reconciliation
  .extend({
    resources: z.array(
      z.object({
        resource: z.string(),
        label: z.string(),
        records: count,
        matching: count,
        leftOut,
        fieldsLeftOut: z.array(z.string()).describe('Columns that the sync may not use, and why.'),
        problem: z.string().nullable().describe('Why it could not be compared; null when it was.'),
      }),
    ),
    months: z.array(reconciliationMonth),
    causes: z.partialRecord(z.enum(CAUSES), count).describe('Discrepancies by likely cause.'),
    threeLegs: threeLegs.nullable().describe('A check of the books, not a statement of legal compliance.'),
    threeLegsProblem: z.string().nullable(),
  })
  .meta({ id: 'ReconciliationDetail' });

export const discrepancy = z
  .object({
    resource: z.string(),
    entityId: z.string(),
    airtableRecordId: z.string().nullable(),
    month: z.string(),
    kind: z
      .enum(['noRow', 'notInBuildium', 'differs', 'held'])
      .describe('`held`: equal as far as both sides show, and not free to go on.'),
    fields: z.array(
      z.object({
        key: z.string(),
        column: z.string(),
        kind: z.string(),
        buildium: z.unknown(),
        airtable: z.unknown(),
        isPersonal: z.boolean().describe('Contact data: its values are not shown.'),
      }),
    ),
    cause: z.enum(CAUSES),
    explanation: z.string().describe('What happened, and what to do next.'),
    repair: z.enum(REPAIRS),
    repairedAt: instant.nullable().describe('When a later look found both sides equal.'),
  })
  .meta({ id: 'Discrepancy' });

export const reconciliationEndpoints = {
  listReconciliations: endpoint({
    method: 'GET',
    path: '/reconciliations',
    role: 'viewer',
    tag: 'Reconciliation',
    summary: 'Every comparison of both sides, newest first',
    description:
      'With its accuracy: matching records ÷ all. For the next page, pass `nextBefore` as `before`.',
    query: z.strictObject({
      before: z.guid().optional().describe('`nextBefore` of the page before.'),
      limit: pageSize(30),
    }),
    response: z.object({ reconciliations: z.array(reconciliation), nextBefore: z.string().nullable() }),
    example: { query: { limit: 7 } },
  }),
  startReconciliation: endpoint({
    method: 'POST',
    path: '/reconciliations',
    role: 'operator',
    tag: 'Reconciliation',
    summary: 'Compare both sides now',
    description:
      'Reads both sides afresh, record by record. Answers at once; one that is under way is answered instead of a second.',
    response: z.object({ reconciliationId: z.string(), isNew: z.boolean() }),
    status: 202,
  }),
  readReconciliation: endpoint({
    method: 'GET',
    path: '/reconciliations/:reconciliationId',
    role: 'viewer',
    tag: 'Reconciliation',
    summary: 'One comparison: counts, sums and hashes of both sides by month',
    description: 'With what is rightly not in Airtable, the likely causes, and the three legs of the books.',
    params: reconciliationId,
    response: reconciliationDetail,
    example: { params: { reconciliationId: EXAMPLE_ID } },
  }),
  listDiscrepancies: endpoint({
    method: 'GET',
    path: '/reconciliations/:reconciliationId/discrepancies',
    role: 'viewer',
    tag: 'Reconciliation',
    summary: 'What stood apart, record by record and field by field',
    description: 'Each with its likely cause. For the next page, pass `nextAfter` as `after`.',
    params: reconciliationId,
    query: z.strictObject({
      resource: z.string().optional(),
      cause: z.enum(CAUSES).optional(),
      onlyOpen: z.stringbool().default(false).describe('Only what no later look has found equal.'),
      after: z.string().max(300).optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ discrepancies: z.array(discrepancy), nextAfter: z.string().nullable() }),
    example: { params: { reconciliationId: EXAMPLE_ID }, query: { cause: 'lostEvent', limit: 20 } },
  }),
  repairReconciliation: endpoint({
    method: 'POST',
    path: '/reconciliations/:reconciliationId/repair',
    role: 'operator',
    tag: 'Reconciliation',
    summary: 'Mend what stood apart',
    description:
      'Has every discrepancy, or those named, looked at again ahead of everything else and given up ones tried anew, then compares them once more. What a person must decide is counted and left.',
    params: reconciliationId,
    body: z.strictObject({
      resource: z.string().optional().describe('Absent: all.'),
      entityIds: z.array(z.string().max(100)).min(1).max(1000).optional().describe('Needs `resource`.'),
    }),
    response: z.object({
      marked: count.describe('Records that will be looked at again.'),
      needPerson: count.describe('Records that wait for a decision, such as an open conflict.'),
    }),
    status: 202,
    example: { params: { reconciliationId: EXAMPLE_ID }, body: { resource: 'leases', entityIds: ['1042'] } },
  }),
  certificateJson: endpoint({
    method: 'GET',
    path: '/reconciliations/:reconciliationId/certificate.json',
    role: 'viewer',
    tag: 'Reconciliation',
    summary: 'The completeness certificate as JSON',
    description: 'The very bytes whose SHA-256 is `certificateHash`; it names the hash of the one before.',
    params: reconciliationId,
    response: fileAnswer,
    produces: 'application/json',
    example: { params: { reconciliationId: EXAMPLE_ID } },
  }),
  certificatePdf: endpoint({
    method: 'GET',
    path: '/reconciliations/:reconciliationId/certificate.pdf',
    role: 'viewer',
    tag: 'Reconciliation',
    summary: 'The completeness certificate as PDF',
    description: 'Made from the JSON; the same certificate is the same bytes.',
    params: reconciliationId,
    response: fileAnswer,
    produces: 'application/pdf',
    example: { params: { reconciliationId: EXAMPLE_ID } },
  }),
};

export type Reconciliation = z.output<typeof reconciliation>;
export type ReconciliationDetail = z.output<typeof reconciliationDetail>;
export type ReconciliationMonth = z.output<typeof reconciliationMonth>;
export type Discrepancy = z.output<typeof discrepancy>;
export type LeftOut = z.output<typeof leftOut>;
export type ThreeLegsReport = z.output<typeof threeLegs>;

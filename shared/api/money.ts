import * as z from 'zod';
import {
  calculation,
  calculationEntry,
  calculationResults,
  carriedDifference,
  checkKind,
  drawPayment,
  manualNoi,
  restatementFlag,
  approvedDraw,
  tieOutReport,
} from '../moneySchemas.ts';
import { endpoint, fileAnswer, pageSize } from '../endpoint.ts';

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-10');
const buildiumId = z.number().int().positive();
const buildiumIdText = z.coerce.number().int().positive();
const basis = z.enum(['cash', 'accrual'], 'must be cash or accrual');
const reason = z.string().trim().min(3, 'must say why, in a few words').max(1000);
const byId = z.strictObject({ calculationId: z.guid() });
const started = z.object({ calculationId: z.string() });
const exampleId = '019ab2c4-0000-7000-8000-000000000000';

/** The order matters: a path with fixed words stands before one with `:calculationId` in the same place. */
export const moneyEndpoints = {
  calculateNoi: endpoint({
    method: 'POST',
    path: '/calculations/noi',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Calculate net operating income and draws',
    description:
      'For a calendar month or any period, of all properties, some of them or those of some owners. Answers at once; `GET /calculations/{calculationId}` tells how far it is. Draws are calculated for whole months. A dry run keeps nothing.',
    body: z
      .strictObject({
        month: month.optional().describe('A calendar month; or give a period.'),
        period: z.strictObject({ from: z.iso.date(), to: z.iso.date() }).optional(),
        basis: basis.optional().describe('What the connection is set to, where absent.'),
        propertyIds: z.array(buildiumId).min(1).max(10_000).optional(),
        ownerIds: z.array(buildiumId).min(1).max(10_000).optional(),
        dryRun: z.boolean().default(false),
      })
      .refine((body) => (body.month === undefined) !== (body.period === undefined), {
        message: 'Give either a month or a period',
        path: ['month'],
      })
      .refine((body) => body.propertyIds === undefined || body.ownerIds === undefined, {
        message: 'Give properties or owners, not both',
        path: ['ownerIds'],
      }),
    response: started,
    status: 202,
    example: { body: { month: '2026-10', basis: 'cash' } },
  }),
  listCalculations: endpoint({
    method: 'GET',
    path: '/calculations',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'Calculations, newest first',
    description: 'Asked for by people and by the schedule, with their state and totals.',
    query: z.strictObject({
      month: month.optional().describe('Only those whose period ends in this month.'),
      findingsOf: z
        .union([z.guid(), z.literal('newest')], 'must be the id of a calculation, or newest')
        .optional()
        .describe(
          'Only this one is told with its `findings` and with the `changes` of its restatement; those of the others are left empty. Absent: all are told in full, which is much where there are many properties.',
        ),
      limit: pageSize(50),
    }),
    response: z.object({ calculations: z.array(calculation) }),
    example: { query: { limit: 10 } },
  }),
  listRestatements: endpoint({
    method: 'GET',
    path: '/calculations/restatements',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'Calculated months that have changed since',
    description:
      'Newest run of each month whose entries are no longer what it counted, with the difference and the cause of each. Restate it, or carry the difference forward.',
    response: z.object({ restatements: z.array(restatementFlag), carried: z.array(carriedDifference) }),
  }),
  readDrawHistory: endpoint({
    method: 'GET',
    path: '/calculations/draw-history',
    role: 'viewer',
    tag: 'Accounting',
    summary: "Draws that were paid, from Buildium's Owner Draw account",
    description:
      'What was paid out beside what was calculated and approved, month by month. The owner is the payee; where Buildium names none, the payment is listed without one.',
    query: z.strictObject({
      propertyId: buildiumIdText.optional(),
      ownerId: buildiumIdText.optional(),
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
    }),
    response: z.object({
      payments: z.array(drawPayment),
      months: z.array(
        z.object({
          month,
          propertyId: buildiumId,
          calculatedCents: z.number().int().nullable(),
          approvedCents: z.number().int(),
          paidCents: z.number().int(),
        }),
      ),
    }),
  }),
  enterManualNoi: endpoint({
    method: 'POST',
    path: '/calculations/manual-noi',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Enter a net operating income by hand',
    description:
      'For the first months: what somebody worked out for a property is compared with what is calculated, and the difference stands in the results. Entered again, it replaces the earlier figure. What stands under Manual NOI in Airtable’s table NOI is changed there: 409.',
    body: z.strictObject({
      month,
      propertyId: buildiumId,
      basis: basis.default('cash'),
      noiCents: z.number().int().min(-9_000_000_000_000).max(9_000_000_000_000),
      note: z.string().trim().max(1000).default(''),
    }),
    response: manualNoi,
    status: 201,
    example: { body: { month: '2026-10', propertyId: 7, basis: 'cash', noiCents: 123_456 } },
  }),
  listManualNoi: endpoint({
    method: 'GET',
    path: '/calculations/manual-noi',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'Net operating incomes entered by hand',
    description: 'Newest month first.',
    query: z.strictObject({ limit: pageSize(100) }),
    response: z.object({ entered: z.array(manualNoi) }),
  }),
  readCalculation: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'How a calculation stands',
    description:
      'State and progress, its version, checks, tie-out, totals, lock dates and approval; what has changed in its month since.',
    params: byId,
    response: calculation,
    example: { params: { calculationId: exampleId } },
  }),
  readCalculationResults: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/results',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'The figures per property, per owner and of the portfolio',
    description:
      'Income, expenses, net operating income, what stands below the line, account by account; each draw with its waterfall.',
    params: byId,
    response: calculationResults,
    example: { params: { calculationId: exampleId } },
  }),
  listCalculationEntries: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/entries',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'The ledger entries that a figure is made of',
    description: 'In the order of the books. For the next page, pass `nextAfter` as `after`.',
    params: byId,
    query: z.strictObject({
      propertyId: buildiumIdText.optional(),
      glAccountId: buildiumIdText.optional(),
      after: z.coerce.number().int().min(0).default(0).describe('`nextAfter` of the page before.'),
      limit: pageSize(100),
    }),
    response: z.object({
      entries: z.array(calculationEntry),
      total: z.number().int().min(0),
      sumCents: z.number().int().describe('Of all entries that were asked for, not of this page alone.'),
      nextAfter: z.number().int().nullable(),
    }),
    example: { params: { calculationId: exampleId }, query: { propertyId: 7 } },
  }),
  readTieOut: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/tie-out',
    role: 'viewer',
    tag: 'Accounting',
    summary: "The proof against Buildium's own balances",
    description:
      'Per property and account: balance at the end less balance before the start, the general ledger’s total, and the sum of what was counted; every difference to the cent.',
    params: byId,
    response: tieOutReport,
    example: { params: { calculationId: exampleId } },
  }),
  approveCalculation: endpoint({
    method: 'POST',
    path: '/calculations/:calculationId/approve',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Approve a calculation and its draws',
    description:
      'From then on its draws count as promised: safe cash of later calculations is less by them until they are paid. Where the connection asks for a second person, whoever asked for the calculation cannot approve it. Refused (409) while its month has changed and nobody has decided on it, and where a later calculation has newer figures of one of its properties.',
    params: byId,
    body: z.strictObject({ note: z.string().trim().max(1000).default('') }),
    response: calculation,
    example: { params: { calculationId: exampleId }, body: { note: 'Checked against the bank' } },
  }),
  listApprovedDraws: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/draws',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'Approved draws and contributions of a calculation, and what of them is still promised',
    description:
      'Paid is what the Owner Draw and Owner Contribution accounts showed when a month was last calculated. Empty where it was not approved, or has no draws.',
    params: byId,
    response: z.object({ draws: z.array(approvedDraw) }),
    example: { params: { calculationId: exampleId } },
  }),
  withdrawDraw: endpoint({
    method: 'POST',
    path: '/calculations/:calculationId/draws/withdraw',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Withdraw what is left of an approved draw',
    description:
      'What is not paid of it is promised no longer: calculations from then on have that much more safe cash, or that much less where it is a contribution. Nothing is left to withdraw: 409.',
    params: byId,
    body: z.strictObject({ propertyId: buildiumId, ownerId: buildiumId, reason }),
    response: z.object({ draws: z.array(approvedDraw) }),
    example: {
      params: { calculationId: exampleId },
      body: { propertyId: 7, ownerId: 70, reason: 'The owner leaves the rest in the property' },
    },
  }),
  overrideChecks: endpoint({
    method: 'POST',
    path: '/calculations/:calculationId/override',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Go on in spite of checks that block',
    description:
      'Calculates again in spite of what these checks have found in this calculation; what they find anew blocks. Who did it and why is kept with the run and never removed.',
    params: byId,
    body: z.strictObject({ checks: z.array(checkKind).min(1), reason }),
    response: started,
    status: 202,
    example: {
      params: { calculationId: exampleId },
      body: { checks: ['missingRent'], reason: 'The unit was taken out of service' },
    },
  }),
  restateCalculation: endpoint({
    method: 'POST',
    path: '/calculations/:calculationId/restate',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Calculate a changed month again',
    description: 'A new version; the old one stays as it is.',
    params: byId,
    body: z.strictObject({ reason }),
    response: started,
    status: 202,
    example: { params: { calculationId: exampleId }, body: { reason: 'Bill 123 was corrected' } },
  }),
  carryForward: endpoint({
    method: 'POST',
    path: '/calculations/:calculationId/carry-forward',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Leave a changed month and carry its difference forward',
    description:
      'The difference becomes an adjustment of the open month: a line of its own in its results and draws, on the same basis. When the changed month is calculated again, its draws leave the difference out: it counts once.',
    params: byId,
    body: z.strictObject({
      intoMonth: month
        .optional()
        .describe('Where absent the current month, or the next where the draws of this one are approved.'),
      reason,
    }),
    response: z.object({ carried: z.array(carriedDifference) }),
    example: {
      params: { calculationId: exampleId },
      body: { intoMonth: '2026-11', reason: 'The statement is out' },
    },
  }),
  readCalculationCsv: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/csv',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'The results as a table for a spreadsheet',
    description:
      'One line an account of each property, totals and draws after them. Safe to open: no cell is a formula.',
    params: byId,
    response: fileAnswer,
    produces: 'text/csv',
    example: { params: { calculationId: exampleId } },
  }),
  readOwnerStatement: endpoint({
    method: 'GET',
    path: '/calculations/:calculationId/owners/:ownerId/statement.pdf',
    role: 'viewer',
    tag: 'Accounting',
    summary: 'An owner’s statement as a PDF',
    description: 'Of a whole month. The same run gives the same bytes, whenever it is asked for.',
    params: z.strictObject({ calculationId: z.guid(), ownerId: buildiumIdText }),
    response: fileAnswer,
    produces: 'application/pdf',
    example: { params: { calculationId: exampleId, ownerId: '70' } },
  }),
  allocateToOwner: endpoint({
    method: 'POST',
    path: '/calculations/allocations',
    role: 'operator',
    tag: 'Accounting',
    summary: 'Charge a transaction to one owner alone',
    description:
      'Its income or expense is that owner’s in whole, whatever the shares are. Without an owner it is split by the shares again. What stands under Owner Allocation in Airtable’s table Transactions is changed there: 409.',
    body: z.strictObject({ transactionId: buildiumId, ownerId: buildiumId.nullable() }),
    response: z.object({ transactionId: buildiumId, ownerId: buildiumId.nullable() }),
    example: { body: { transactionId: 1204, ownerId: 7 } },
  }),
};

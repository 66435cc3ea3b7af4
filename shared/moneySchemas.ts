import * as z from 'zod';
import { CHECK_KINDS } from './checkKinds.ts';
import { NOI_CLASSES } from './noiClasses.ts';

const instant = z.iso.datetime();
const day = z.iso.date();
const cents = z.number().int();
const count = z.number().int().min(0);
const id = z.number().int();
const basis = z.enum(['cash', 'accrual']);
const noiClass = z.enum(Object.values(NOI_CLASSES));
const period = z.object({ from: day, to: day });

export const checkKind = z.enum(CHECK_KINDS);

const finding = z.object({
  check: checkKind,
  propertyId: id.nullable().describe('Null: about the run as a whole.'),
  severity: z.enum(['block', 'warn', 'overridden']),
  message: z.string(),
});

const lockDates = z.object({
  all: day.nullable().describe("Buildium's lock date for all properties: nothing up to it should change."),
  properties: z.array(z.object({ propertyId: id, lockDate: day })),
});

const change = z.object({
  propertyId: id,
  transactionId: id.nullable().describe('Null: not a transaction, but something that people entered.'),
  kind: z
    .enum([
      'added',
      'deleted',
      'edited',
      'reclassed',
      'restored',
      'shares',
      'managedDays',
      'allocations',
      'distributionRules',
      'bankAccounts',
    ])
    .describe(
      'restored: what it changed was carried forward, and it changes nothing any more; that stands open.',
    ),
  noiCents: cents.describe(
    'What it does to the net operating income of the month, less what was carried forward.',
  ),
  sentence: z.string(),
});

export const restatementFlag = z
  .object({
    calculationId: z.string().nullable().describe('The calculation that led to the run.'),
    runId: z.string(),
    version: count,
    basis,
    period,
    foundAt: instant,
    differenceCents: cents.describe(
      'What the run would be now, less what it says and what was carried forward.',
    ),
    changes: z.array(change),
  })
  .meta({ id: 'Restatement' });

export const carriedDifference = z
  .object({
    carriedId: z.string(),
    runId: z.string(),
    propertyId: id,
    intoMonth: z.string(),
    amountCents: cents,
    sentence: z.string(),
    reason: z.string(),
    decidedBy: z.string(),
    decidedAt: instant,
  })
  .meta({ id: 'CarriedDifference' });

export const calculation = z
  .object({
    calculationId: z.string(),
    kind: z
      .enum(['asked', 'monthEnd', 'afterClose', 'override', 'restatement'])
      .describe('Asked for by a person, or by the schedule at the month’s end and after its close.'),
    state: z
      .enum(['queued', 'running', 'finished', 'blocked', 'failed', 'notNeeded'])
      .describe(
        'blocked: a check stopped it and nothing was kept. notNeeded: nothing has changed, or the month is approved.',
      ),
    basis,
    period,
    propertyIds: z.array(id).nullable().describe('Null: all properties.'),
    ownerIds: z.array(id).nullable(),
    dryRun: z.boolean(),
    requestedBy: z.string(),
    requestedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    progress: z
      .object({ step: z.string(), done: count, of: count })
      .nullable()
      .describe('The step under way, in words, and how many are through.'),
    problem: z.string().nullable(),
    run: z
      .object({
        runId: z.string(),
        version: count,
        newestVersion: count,
        isNew: z.boolean().describe('False: an earlier run had the very same input, and it is the answer.'),
        inputHash: z.string(),
      })
      .nullable(),
    totals: z
      .object({
        properties: count,
        heldProperties: count.describe('Stopped by a check, and in no total.'),
        incomeCents: cents,
        expenseCents: cents,
        noiCents: cents,
        drawCents: cents.nullable().describe('Null where no draws were calculated.'),
      })
      .nullable(),
    findings: z.array(finding),
    tieOut: z
      .object({ isTied: z.boolean(), isMoving: z.boolean(), compared: count, differences: count })
      .nullable(),
    lockDates: lockDates.nullable(),
    approval: z.object({ approvedBy: z.string(), approvedAt: instant, note: z.string() }).nullable(),
    approvalBySecondPerson: z.boolean(),
    restatement: restatementFlag.nullable().describe('What has changed in its month since.'),
    tables: z
      .object({ isWritten: z.boolean(), problem: z.string().nullable() })
      .nullable()
      .describe('Whether the results stand in the Airtable tables; null where there is nothing to write.'),
  })
  .meta({ id: 'Calculation' });

const statement = z
  .object({
    incomeCents: cents,
    expenseCents: cents,
    capitalCents: cents.describe('Zero unless the connection counts capital expenditure above the line.'),
    noiCents: cents,
    lines: z.array(
      z.object({
        glAccountId: id,
        name: z.string(),
        noiClass,
        amountCents: cents.describe('In the natural sign of the account, as Buildium shows it.'),
        effectCents: cents.describe('What it does to the owners’ money: an expense is negative.'),
        isCounted: z.boolean().describe('False: below the line.'),
      }),
    ),
  })
  .meta({ id: 'NoiStatement' });

const term = z.object({ name: z.string(), amountCents: cents });

const ownerDraw = z.object({
  ownerId: id,
  drawCents: cents,
  safeCashCents: cents.describe('The cap: this owner’s part of what can leave the property.'),
  shortfallCents: cents,
  terms: z
    .array(
      term.extend({
        kind: z.enum([
          'safeCash',
          'noi',
          'carried',
          'reserve',
          'percent',
          'alreadyDrawn',
          'heldToSafeCash',
          'raisedToZero',
        ]),
        leftCents: cents,
      }),
    )
    .describe('The waterfall: every cent of the draw, in order; the last line leaves the draw.'),
});

const propertyDraw = z.object({
  safeCashCents: cents,
  atPeriodEnd: z.array(term),
  now: z.array(term),
  lower: z
    .enum(['atPeriodEnd', 'now'])
    .optional()
    .describe('Which of the two is the cap, once earlier draws are put back; absent in older runs.'),
  owners: z.array(ownerDraw),
});

export const manualNoi = z
  .object({
    month: z.string(),
    propertyId: id,
    basis,
    noiCents: cents,
    note: z.string(),
    enteredBy: z.string(),
    enteredAt: instant,
  })
  .meta({ id: 'ManualNoi' });

export const calculationResults = z
  .object({
    calculationId: z.string(),
    runId: z.string().nullable().describe('Null for a dry run.'),
    version: count.nullable(),
    basis,
    period,
    capitalAboveTheLine: z.boolean(),
    portfolio: statement,
    properties: z.array(
      z.object({
        propertyId: id,
        name: z.string(),
        period: period.describe('The managed days of the period.'),
        statement,
        owners: z.array(z.object({ ownerId: id, amountCents: cents })).nullable(),
        adjustments: z.array(z.object({ amountCents: cents, sentence: z.string() })),
        draw: propertyDraw.nullable(),
        manual: z
          .object({ noiCents: cents, differenceCents: cents, note: z.string(), enteredBy: z.string() })
          .nullable()
          .describe('Entered by hand for the month, and how far the calculation is from it.'),
      }),
    ),
    owners: z.array(
      z.object({
        ownerId: id,
        noiCents: cents,
        checkCents: cents.nullable().describe('What the owner’s one check comes to; null without draws.'),
        lines: z.array(
          z.object({ propertyId: id, type: z.enum(['OwnerDraw', 'OwnerContribution']), amountCents: cents }),
        ),
        uncoveredCents: cents.describe('What stays short on properties below zero.'),
      }),
    ),
    heldPropertyIds: z.array(id),
    notManagedPropertyIds: z.array(id),
    unconfirmedAccounts: z.array(z.object({ glAccountId: id, name: z.string(), noiClass })),
  })
  .meta({ id: 'CalculationResults' });

export const calculationEntry = z
  .object({
    propertyId: id,
    glAccountId: id,
    account: z.string(),
    noiClass: noiClass.nullable(),
    day,
    transactionId: id,
    transactionType: z.string().nullable().describe('As the ledger shows it now; null once it is gone.'),
    amountCents: cents,
  })
  .meta({ id: 'CalculationEntry' });

export const tieOutReport = z
  .object({
    isTied: z.boolean(),
    isMoving: z.boolean().describe('Buildium’s books moved during every reading.'),
    compared: count.describe('Accounts compared, over all properties and fiscal years.'),
    differenceCents: cents.describe('Sum of all differences, each without its sign.'),
    differences: z.array(
      z.object({
        propertyId: id,
        glAccountId: id,
        account: z.string(),
        period,
        balancesCents: cents,
        generalLedgerCents: cents,
        storedCents: cents,
        differenceCents: cents,
      }),
    ),
  })
  .meta({ id: 'TieOut' });

export const drawPayment = z
  .object({
    transactionId: id,
    propertyId: id,
    ownerId: id.nullable().describe('Null: Buildium names no owner as the payee.'),
    day,
    amountCents: cents.describe('What was paid out; negative where a draw was taken back.'),
  })
  .meta({ id: 'DrawPayment' });

export const approvedDraw = z
  .object({
    kind: z
      .enum(['OwnerDraw', 'OwnerContribution'])
      .describe('OwnerContribution: what netting takes from the owner’s other properties into this one.'),
    propertyId: id,
    ownerId: id,
    approvedCents: cents,
    paidCents: cents,
    withdrawnCents: cents,
    openCents: cents.describe('Still promised: approved, less what was paid (in) and what was withdrawn.'),
  })
  .meta({ id: 'ApprovedDraw' });

export type ApprovedDrawView = z.output<typeof approvedDraw>;
export type CalculationView = z.output<typeof calculation>;
export type CalculationResultsView = z.output<typeof calculationResults>;
export type TieOutView = z.output<typeof tieOutReport>;
export type RestatementView = z.output<typeof restatementFlag>;

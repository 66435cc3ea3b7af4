import type { NoiClass } from '../../shared/noiClasses.ts';
import { replaceOwnerDraws } from '../../server/db/ownerDrawPayments.ts';
import { keepRun } from '../../server/db/calculationRuns.ts';
import {
  attachRun,
  claimCalculation,
  finishCalculation,
  insertCalculation,
} from '../../server/db/calculations.ts';
import type { Database } from '../../server/db/database.ts';
import { keepSupplement } from '../../server/db/runSupplements.ts';
import { replaceFlags } from '../../server/db/restatements.ts';
import type { ClassifiedAccount } from '../../server/accounting/classify.ts';
import type { GlAccountType } from '../../server/accounting/ledger.ts';
import { NO_COMMITMENTS } from '../../server/accounting/commitments.ts';
import type { PropertyCash } from '../../server/accounting/draws.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { calculate, type CalculationInput } from '../../server/accounting/calculation.ts';
import { newId } from './testApp.ts';

const OCTOBER = { from: '2026-10-01', to: '2026-10-31' };
const SEPTEMBER = { from: '2026-09-01', to: '2026-09-30' };
const PARTS = { ...NO_CASH, operatingCashCents: 90_000 };
const CASH: PropertyCash = {
  ...{ hasOperatingAccount: true, commitments: NO_COMMITMENTS, countedDrawIds: [42] },
  ...{ atPeriodEnd: PARTS, now: PARTS },
};

function account(
  glAccountId: number,
  name: string,
  type: GlAccountType,
  noiClass: NoiClass,
  isBank: boolean,
): ClassifiedAccount {
  return {
    ...{ glAccountId, name, type, noiClass, isBank, subType: '', defaultAccountName: null, parentId: null },
    ...{ decidedBy: 'subType', confirmedBy: null },
  };
}

/**
 * A finished calculation with everything that any route shows of one; `said` stands wherever a name can.
 * @param toApprove one with a draw, of a month in which nothing has changed since.
 */
export async function addCalculation(
  database: Database,
  connectionId: string,
  said: string,
  { toApprove = false } = {},
): Promise<{ calculationId: string }> {
  const month = toApprove ? SEPTEMBER : OCTOBER;
  const calculationId = newId();
  const runId = newId();
  const now = '2026-11-01T04:00:00.000Z';
  const entry = { propertyId: 7, glAccountId: 3, day: month.from, transactionId: 41 };
  const difference = { propertyId: 7, glAccountId: 3, period: month, differenceCents: 1 };
  const input: CalculationInput = {
    ...{ basis: 'cash', period: month, options: { capitalAboveTheLine: false }, rules: {}, override: null },
    ...{ drawRules: [], approvedRunIds: [], allocations: [] },
    accounts: [
      account(3, said, 'Income', 'operatingIncome', false),
      account(113, 'Checking', 'Asset', 'excluded', true),
    ],
    properties: [
      {
        ...{
          propertyId: 7,
          name: said,
          managed: { from: null, to: null },
          buildiumOwnerIds: [70],
          ownership: [],
        },
        ...{
          leasesWithoutRent: [],
          negativeBalances: [],
          tieOutDifferences: [],
          adjustments: [],
          cash: toApprove ? CASH : null,
        },
      },
    ],
    entries: [
      { ...entry, amountCents: 120_000 },
      { ...entry, glAccountId: 113, amountCents: 120_000 },
    ],
  };
  const report = {
    findings: [{ check: 'missingRent', propertyId: 7, severity: 'warn', message: said }],
    totals: null,
    tieOut: {
      ...{ isTied: false, isMoving: false, compared: 1 },
      differences: [{ ...difference, balancesCents: 1, generalLedgerCents: 1, storedCents: 2 }],
    },
    lockDates: null,
    isNew: true,
  };
  const request = {
    ...{
      period: month,
      basis: 'cash',
      propertyIds: null,
      ownerIds: null,
      dryRun: false,
      override: null,
      reason: null,
    },
  };
  const period = { periodFrom: month.from, periodTo: month.to };
  const run = { runId, basis: 'cash' as const, ...period, scope: 'all', inputHash: said, requestedBy: said };
  await database.transaction(async (tx) => {
    const row = { calculationId, kind: 'asked' as const, state: 'queued' as const, ...period, request };
    const asked = { requestedBy: said, requestedAt: now, scheduleKey: null };
    await insertCalculation(tx, connectionId, { ...row, ...asked });
    await claimCalculation(tx, connectionId, { owner: said, now, until: '2100-01-01T00:00:00Z' });
    const texts = { input: JSON.stringify(input), result: JSON.stringify(calculate(input)) };
    await keepRun(tx, connectionId, { ...run, ...texts, createdAt: now });
    await attachRun(tx, connectionId, { calculationId, owner: said, runId, report, now });
    const end = { calculationId, owner: said, state: 'finished' as const, finishedAt: now, report };
    await finishCalculation(tx, connectionId, { ...end, problem: null, runId, dry: null });
    if (toApprove) return;
    const supplement = {
      ...{ company: { name: said, lines: [] }, addresses: {}, opening: [], closing: [], accounts: [] },
      ...{ openItems: [], owned: {} },
    };
    const content = JSON.stringify(supplement);
    await keepSupplement(tx, connectionId, { runId, gatheredAt: now, content, owners: [] });
    const change = { propertyId: 7, transactionId: 41, kind: 'edited', noiCents: 100, sentence: said };
    await replaceFlags(tx, connectionId, { ending: month }, [{ runId, changes: [change] }], now);
    const draw = { transactionId: 42, propertyId: 7, day: '2026-10-06', amountCents: 777_777, ownerId: 70 };
    await replaceOwnerDraws(tx, connectionId, month, [{ kind: 'OwnerDraw', ...draw }]);
  });
  return { calculationId };
}

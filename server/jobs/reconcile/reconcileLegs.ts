import * as z from 'zod';
import type { ThreeLegsReport } from '../../../shared/api/reconciliation.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { threeLegs, type ThreeLegs } from '../../accounting/reconcile.ts';
import type { Balance } from '../../accounting/balanceSheet.ts';
import type { CallFailure } from '../../callFailure.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse, readBalances } from '../ledger/ledgerSource.ts';
import { readChart } from '../ledger/readChart.ts';

/**
 * What stands in the banks against whose it is: owners' ledgers, deposits and prepayments, property by property.
 * @returns the reason instead, where the books cannot be read: the comparison of records goes on without it.
 */
export async function readThreeLegs(
  job: Job,
): Promise<{ legs: ThreeLegsReport | null; problem: string | null }> {
  const chart = await readChart(job);
  if (!chart.ok) return { legs: null, problem: chart.error.message };
  const asOf = todayIn(job);
  const balances = await readBalances(job.buildium, 'cash', asOf);
  if (!balances.ok) return { legs: null, problem: balances.error.message };
  const unknown = balances.value.find(({ glAccountId }) => !chart.value.has(glAccountId));
  if (unknown) {
    const problem = `GL account ${unknown.glAccountId} has a balance and is not in Buildium's chart of accounts. Ask Buildium's support what it is.`;
    return { legs: null, problem };
  }
  const byProperty = Map.groupBy(balances.value, ({ propertyId }) => propertyId);
  const properties = [...byProperty]
    .sort(([a], [b]) => a - b)
    .map(([propertyId, own]) => ({
      propertyId,
      ...threeLegs(own satisfies readonly Balance[], chart.value),
    }));
  const bankAccounts = await readBankAccounts(job, asOf);
  if (!bankAccounts.ok) return { legs: null, problem: bankAccounts.error.message };
  const legs = {
    asOf,
    basis: 'cash' as const,
    ...total(properties),
    properties,
    bankAccounts: bankAccounts.value,
  };
  return { legs, problem: null };
}

const wireBankAccounts = z.array(
  z.looseObject({
    Id: z.number(),
    Name: z.string().nullish(),
    Balance: z.number().nullish(),
    GLAccount: z.looseObject({ Id: z.number() }).nullish(),
  }),
);
const wireTotals = z.array(
  z.looseObject({ GLAccount: z.looseObject({ Id: z.number() }), TotalBalance: z.number().nullish() }),
);

/** Every bank account's own balance beside what its account in the general ledger comes to. */
async function readBankAccounts(
  job: Job,
  asOf: string,
): Promise<Result<ThreeLegsReport['bankAccounts'], CallFailure>> {
  const banks = await job.buildium.list('/v1/bankaccounts', {}, LEDGER_CALLS);
  if (!banks.ok) return banks;
  const accounts = parse('/v1/bankaccounts', wireBankAccounts, banks.value.items);
  if (!accounts.ok) return accounts;
  const path = '/v1/glaccounts/balances';
  const query = { accountingbasis: 'Cash', asofdate: asOf, orderby: undefined };
  const balances = await job.buildium.list(path, query, LEDGER_CALLS);
  if (!balances.ok) return balances;
  const totals = parse(path, wireTotals, balances.value.items);
  if (!totals.ok) return totals;
  const ledger = new Map(
    totals.value.map(({ GLAccount, TotalBalance }) => [GLAccount.Id, TotalBalance ?? 0]),
  );
  const rows = accounts.value.map(({ Id, Name, Balance, GLAccount }) => {
    const balanceCents = Math.round((Balance ?? 0) * 100);
    const ledgerCents = Math.round((ledger.get(GLAccount?.Id ?? 0) ?? 0) * 100);
    const differenceCents = balanceCents - ledgerCents;
    return {
      bankAccountId: Id,
      name: Name ?? `Bank account ${Id}`,
      balanceCents,
      ledgerCents,
      differenceCents,
    };
  });
  return ok(rows.sort((a, b) => a.bankAccountId - b.bankAccountId));
}

function total(properties: readonly ThreeLegs[]): ThreeLegs {
  const sum = (key: keyof ThreeLegs): number => properties.reduce((all, one) => all + one[key], 0);
  return {
    bankCents: sum('bankCents'),
    ownersCents: sum('ownersCents'),
    depositsAndPrepaymentsCents: sum('depositsAndPrepaymentsCents'),
    differenceCents: sum('differenceCents'),
  };
}

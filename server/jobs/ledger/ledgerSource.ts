import * as z from 'zod';
import { firstDayOfMonth, lastDayOfMonth, addDays, splitPeriod, type Period } from '../../../shared/dates.ts';
import { centsFromDollars, type Cents } from '../../../shared/money.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Basis } from '../../accounting/ledger.ts';
import type { AccountAmounts } from '../../accounting/tieOut.ts';
import type { BuildiumClient } from '../../buildium/client.ts';
import { failureOfContract, type CallFailure } from '../../callFailure.ts';
import type { LedgerEntryRow } from '../../db/ledgerEntries.ts';

/** A month's ledger is nobody's wait: events and people go first. */
export const LEDGER_CALLS = { priority: 'sweep' } as const;

/** 200 ids of six digits break the 4,096 characters of a query string. */
const GL_ACCOUNTS_A_QUERY = 150;

/** Buildium refuses date ranges over 365 days. */
const LONGEST_RANGE_DAYS = 365;

const entity = z.looseObject({
  Id: z.number(),
  AccountingEntityType: z.string(),
  Unit: z.looseObject({ Id: z.number() }).nullish(),
});
const ledgerAccounts = z.array(
  z.looseObject({
    GLAccountId: z.number(),
    TotalAmount: z.number(),
    Entries: z
      .array(
        z.looseObject({
          Id: z.number(),
          Date: z.string(),
          Amount: z.number(),
          TransactionType: z.string().nullish(),
          AccountingEntity: entity.nullish(),
        }),
      )
      .nullish(),
  }),
);
const accountBalances = z.array(
  z.looseObject({
    GLAccount: z.looseObject({ Id: z.number() }),
    AccountingEntityBalances: z
      .array(z.looseObject({ Balance: z.number(), AccountingEntity: entity }))
      .nullish(),
  }),
);

type LedgerAccount = z.infer<typeof ledgerAccounts>[number];

/** One request's worth of the ledger; without a property, all of them at once. */
export type LedgerWindow = { period: Period; propertyId: number | null };

/**
 * The requests that bring a period of some properties: one a property and at most a year, or one a month for all of
 * them, whichever is fewer. A year of every property in one answer would be too large to hold.
 */
export function ledgerWindows(period: Period, propertyIds?: readonly number[]): LedgerWindow[] {
  const years = splitPeriod(period, LONGEST_RANGE_DAYS);
  const months = monthsOf(period);
  if (propertyIds === undefined || propertyIds.length * years.length > months.length)
    return months.map((month) => ({ period: month, propertyId: null }));
  return propertyIds.flatMap((propertyId) => years.map((year) => ({ period: year, propertyId })));
}

/** The calendar months of a period; the first and the last may be cut short. */
export function monthsOf(period: Period): Period[] {
  const months: Period[] = [];
  for (let from = period.from; from <= period.to; ) {
    const end = lastDayOfMonth(firstDayOfMonth(from));
    const to = end < period.to ? end : period.to;
    months.push({ from, to });
    from = addDays(to, 1);
  }
  return months;
}

/**
 * The properties' entries of a window, signed as Buildium signs them. Refused as a whole when an account's entries are
 * not its TotalAmount, or when an amount is no whole number of cents: half a ledger is a wrong one.
 */
export async function readGeneralLedger(
  client: BuildiumClient,
  basis: Basis,
  window: LedgerWindow,
  glAccountIds: readonly number[],
): Promise<Result<LedgerEntryRow[], CallFailure>> {
  const entries: LedgerEntryRow[] = [];
  for (let start = 0; start < glAccountIds.length; start += GL_ACCOUNTS_A_QUERY) {
    const query = {
      accountingbasis: wireBasis(basis),
      startdate: window.period.from,
      enddate: window.period.to,
      glaccountids: glAccountIds.slice(start, start + GL_ACCOUNTS_A_QUERY),
      // Accounts here have no Id to sort by; they fit one page.
      orderby: undefined,
      ...(window.propertyId === null ? {} : { entitytype: 'Rental', entityid: window.propertyId }),
    };
    const list = await client.list('/v1/generalledger', query, LEDGER_CALLS);
    if (!list.ok) return list;
    const accounts = parse('/v1/generalledger', ledgerAccounts, list.value.items);
    if (!accounts.ok) return accounts;
    for (const account of accounts.value) {
      const read = entriesOf(account, window.propertyId);
      if (!read.ok) return err(brokenContract('/v1/generalledger', read.error));
      entries.push(...read.value);
    }
  }
  return ok(entries);
}

/** Balances by property and account at the end of a day. */
export async function readBalances(
  client: BuildiumClient,
  basis: Basis,
  asOf: string,
  propertyIds?: readonly number[],
): Promise<Result<AccountAmounts[], CallFailure>> {
  const path = '/v1/glaccounts/balances';
  const only = propertyIds?.length === 1 ? { entitytype: 'Rental', entityid: propertyIds[0] } : {};
  const query = { accountingbasis: wireBasis(basis), asofdate: asOf, orderby: undefined, ...only };
  const list = await client.list(path, query, LEDGER_CALLS);
  if (!list.ok) return list;
  const accounts = parse(path, accountBalances, list.value.items);
  if (!accounts.ok) return accounts;
  const wanted = propertyIds === undefined ? null : new Set(propertyIds);
  const balances: AccountAmounts[] = [];
  for (const { GLAccount, AccountingEntityBalances } of accounts.value) {
    for (const { Balance, AccountingEntity } of AccountingEntityBalances ?? []) {
      if (AccountingEntity.AccountingEntityType !== 'Rental' || wanted?.has(AccountingEntity.Id) === false)
        continue;
      const cents = centsFromDollars(Balance);
      if (!cents.ok)
        return err(brokenContract(path, `the balance of account ${GLAccount.Id} ${cents.error}`));
      balances.push({
        propertyId: AccountingEntity.Id,
        glAccountId: GLAccount.Id,
        amountCents: cents.value,
      });
    }
  }
  return ok(balances);
}

/** Parses an answer; what does not fit is the side's fault and says where. */
export function parse<S extends z.ZodType>(
  path: string,
  schema: S,
  answer: unknown,
): Result<z.output<S>, CallFailure> {
  const parsed = schema.safeParse(answer);
  return parsed.success ? ok(parsed.data) : err(brokenContract(path, z.prettifyError(parsed.error)));
}

function entriesOf(account: LedgerAccount, propertyId: number | null): Result<LedgerEntryRow[], string> {
  const entries: LedgerEntryRow[] = [];
  let sum: Cents = 0;
  for (const entry of account.Entries ?? []) {
    const cents = centsFromDollars(entry.Amount);
    if (!cents.ok)
      return err(`transaction ${entry.Id} in account ${account.GLAccountId}: its amount ${cents.error}`);
    sum += cents.value;
    const owner = entry.AccountingEntity;
    // The company's own books and associations are out of scope.
    const rentalId = owner ? (owner.AccountingEntityType === 'Rental' ? owner.Id : null) : propertyId;
    if (rentalId === null) continue;
    entries.push({
      propertyId: rentalId,
      glAccountId: account.GLAccountId,
      day: entry.Date.slice(0, 10),
      transactionId: entry.Id,
      amountCents: cents.value,
      transactionType: entry.TransactionType ?? null,
      unitId: owner?.Unit?.Id ?? null,
    });
  }
  const total = centsFromDollars(account.TotalAmount);
  return total.ok && total.value === sum
    ? ok(entries)
    : err(
        `account ${account.GLAccountId}: its entries come to ${sum / 100}, its TotalAmount is ${account.TotalAmount}`,
      );
}

function brokenContract(path: string, detail: string): CallFailure {
  return failureOfContract(
    { side: 'buildium', call: `GET ${path}`, isWrite: false, secrets: [] },
    200,
    detail,
  );
}

/** Dollars of a message to cents; what is no whole number of cents is the side's fault and says where. */
export function centsAt(path: string, what: string, dollars: number): Result<Cents, CallFailure> {
  const cents = centsFromDollars(dollars);
  return cents.ok ? cents : err(brokenContract(path, `${what} ${cents.error}`));
}

function wireBasis(basis: Basis): string {
  return basis === 'cash' ? 'Cash' : 'Accrual';
}

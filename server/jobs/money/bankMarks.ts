import * as z from 'zod';
import { ok, type Result } from '../../../shared/result.ts';
import type { Balance } from '../../accounting/balanceSheet.ts';
import type { MarkedAccounts } from '../../accounting/bookCash.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listBankAccountUses, type BankAccountUse } from '../../db/bankAccountUses.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';

const bankAccounts = z.array(
  z.looseObject({ Id: z.number(), GLAccount: z.looseObject({ Id: z.number() }).nullish() }),
);

/** What people marked, in the table Bank Accounts or in the settings, as GL accounts. */
export type BankMarks = MarkedAccounts & {
  /** GL accounts by the id of their bank account. */
  glAccountOf: ReadonlyMap<number, number | undefined>;
};

export async function readBankMarks(job: Job): Promise<Result<BankMarks, CallFailure>> {
  const path = '/v1/bankaccounts';
  const list = await job.buildium.list(path, {}, LEDGER_CALLS);
  if (!list.ok) return list;
  const banks = parse(path, bankAccounts, list.value.items);
  if (!banks.ok) return banks;
  const glAccountOf = new Map(banks.value.map(({ Id, GLAccount }) => [Id, GLAccount?.Id]));
  const uses = await listBankAccountUses(job.database, job.connectionId);
  const markedAs = (wanted: BankAccountUse['use'], inSettings: readonly number[]): number[] => {
    const inTable = uses
      .filter(({ use }) => use === wanted)
      .flatMap(({ bankAccountId }) => glAccountOf.get(bankAccountId) ?? []);
    return [...new Set([...inTable, ...inSettings])];
  };
  return ok({
    operating: markedAs('operating', job.settings.operatingGlAccountIds),
    escrow: markedAs('escrow', job.settings.escrowGlAccountIds),
    glAccountOf,
  });
}

type WithOperatingAccount = { operatingBankAccountId: number | null };

/** GL account of the bank account that Buildium names at the property. */
export function ownAccount(
  { glAccountOf }: BankMarks,
  { operatingBankAccountId }: WithOperatingAccount,
): number | null {
  return operatingBankAccountId === null ? null : (glAccountOf.get(operatingBankAccountId) ?? null);
}

/**
 * The marks, and the property's own account: what somebody marked at one property says nothing of the money of the
 * others. Only a mark as escrow takes it away.
 */
export function marksAt(marks: BankMarks, property: WithOperatingAccount): MarkedAccounts {
  const own = ownAccount(marks, property);
  const { operating, escrow } = marks;
  return { operating: own === null ? operating : [...new Set([...operating, own])], escrow };
}

/** Whether a mark or Buildium says where the property's own money is: other properties' accounts say nothing of it. */
export function holdsOwnMoney(
  marks: BankMarks,
  property: WithOperatingAccount,
  balances: readonly Balance[],
): boolean {
  if (ownAccount(marks, property) !== null) return true;
  return balances.some(
    ({ glAccountId, amountCents }) => amountCents !== 0 && marks.operating.includes(glAccountId),
  );
}

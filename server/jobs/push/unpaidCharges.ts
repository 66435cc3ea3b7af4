import * as z from 'zod';
import type { Cents } from '../../../shared/money.ts';
import { centsFromDollars } from '../../../shared/money.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { IntentRow } from '../../db/intents.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { centsAt, parse } from '../ledger/ledgerSource.ts';

/** Whether a pushed charge can still be waived: Buildium waives no more than what is unpaid on its GL account. */
export type Unpaid =
  | { kind: 'enough' }
  | { kind: 'tooLittle'; unpaidCents: Cents }
  /** Nobody can tell before Buildium is asked to waive it. */
  | { kind: 'untold'; why: string };

const PATH = '/v1/leases/outstandingbalances';
const LEASES_A_REQUEST = 100;
const PERMISSION = 'Rentals > Outstanding Balances';

const outstandingBalances = z.array(
  z.looseObject({
    LeaseId: z.number(),
    Balances: z.array(z.looseObject({ GlAccountId: z.number(), TotalBalance: z.number() })).nullish(),
  }),
);

/** What is unpaid of pushed charges today, by intent. Several charges of one account share what is unpaid there. */
export async function unpaidCharges(
  job: Job,
  charges: readonly Pick<IntentRow, 'intentId' | 'partyId' | 'day' | 'body'>[],
): Promise<Result<Map<string, Unpaid>, CallFailure>> {
  const today = todayIn(job);
  const due = charges.filter(({ day }) => day <= today);
  const owed = await owedByAccount(job, [...new Set(due.map(({ partyId }) => partyId))]);
  if (!owed.ok) return owed;
  const unpaidOf = (charge: (typeof charges)[number]): Unpaid => {
    if (charge.day > today)
      return { kind: 'untold', why: `Buildium tells only from ${charge.day} on what is unpaid of it` };
    return owed.value === null
      ? { kind: 'untold', why: `the key may not view what is unpaid (${PERMISSION})` }
      : takeFrom(owed.value, charge);
  };
  return ok(new Map(charges.map((charge) => [charge.intentId, unpaidOf(charge)])));
}

type Owed = Map<string, Cents>;

function takeFrom(owed: Owed, { partyId, body }: Pick<IntentRow, 'partyId' | 'body'>): Unpaid {
  const wanted = new Map<string, Cents>();
  for (const { Amount, GLAccountId } of body['Lines'] as { Amount: number; GLAccountId: number }[]) {
    const cents = centsFromDollars(Amount);
    const account = `${partyId} ${GLAccountId}`;
    wanted.set(account, (wanted.get(account) ?? 0) + (cents.ok ? cents.value : 0));
  }
  const unpaid = (account: string): Cents => Math.max(owed.get(account) ?? 0, 0);
  const accounts = [...wanted];
  if (accounts.some(([account, cents]) => unpaid(account) < cents)) {
    const unpaidCents = accounts.reduce((sum, [account, cents]) => sum + Math.min(unpaid(account), cents), 0);
    return { kind: 'tooLittle', unpaidCents };
  }
  for (const [account, cents] of accounts) owed.set(account, unpaid(account) - cents);
  return { kind: 'enough' };
}

/**
 * By lease and GL account; null where the key may not view it. Buildium leaves out a lease whose balance is zero or a
 * credit: nothing of it counts as unpaid.
 */
async function owedByAccount(
  job: Job,
  leaseIds: readonly string[],
): Promise<Result<Owed | null, CallFailure>> {
  const owed: Owed = new Map();
  for (let from = 0; from < leaseIds.length; from += LEASES_A_REQUEST) {
    const leaseids = leaseIds.slice(from, from + LEASES_A_REQUEST);
    // Its rows have no id of their own to be sorted by.
    const list = await job.buildium.list(PATH, { leaseids, orderby: 'LeaseId asc' }, { priority: 'person' });
    if (!list.ok) return list.error.kind === 'forbidden' ? ok(null) : list;
    const read = parse(PATH, outstandingBalances, list.value.items);
    if (!read.ok) return read;
    for (const { LeaseId, Balances } of read.value)
      for (const { GlAccountId, TotalBalance } of Balances ?? []) {
        const cents = centsAt(PATH, `The balance of lease ${LeaseId}`, TotalBalance);
        if (!cents.ok) return cents;
        owed.set(`${LeaseId} ${GlAccountId}`, cents.value);
      }
  }
  return ok(owed);
}

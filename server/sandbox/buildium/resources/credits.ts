import * as z from 'zod';
import type { Cents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction } from '../journal.ts';
import { checkAccounts, checkLock, findLease, glAccountType, isRefusal, leaseEntity } from '../lookups.ts';
import { post, type Route } from '../router.ts';
import type { World } from '../state.ts';
import type { Credit } from '../transactions.ts';
import { amount, choice, date, id, optional, optionalText } from '../validation.ts';
import { chargeable } from './charges.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';

const postCredit = z.strictObject({
  Date: date,
  Memo: optionalText(65),
  CreditType: choice('WaiveUnpaid', 'Exchange', 'PreviouslyDeposited'),
  OffsettingGLAccountId: optional(id),
  // Spelt otherwise than in charges and payments, as Buildium spells it.
  Lines: z
    .array(z.strictObject({ Amount: amount, GlAccountId: id }))
    .min(1, 'At least one line item is required.'),
});
type PostCredit = z.output<typeof postCredit>;

/** A credit can be created and never changed: there is no PUT and no DELETE. */
export const creditRoutes: readonly Route[] = [
  post('/v1/leases/{leaseId}/credits', 'Rentals > Lease transactions', postCredit, (call, body) => {
    const { world, nowMs } = call;
    const lease = findLease(world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const entity = leaseEntity(world, lease.id);
    const accounts = body.Lines.map((line) => ({ glAccountId: line.GlAccountId }));
    const refusal = firstRefusal(
      checkAccounts(world, accounts, 'GlAccountId', chargeable),
      checkOffset(world, body),
      checkLock(world, body.Date, [entity]),
      body.CreditType === 'WaiveUnpaid' ? checkUnpaid(world, lease.id, body) : null,
    );
    if (refusal) return refusal;
    const credit = addTransaction<Credit>(world, {
      ...newTransaction(world, nowMs, { date: body.Date, memo: body.Memo }),
      kind: 'Credit',
      leaseId: lease.id,
      creditType: body.CreditType,
      offsetGlAccountId: body.CreditType === 'WaiveUnpaid' ? null : body.OffsettingGLAccountId,
      lines: body.Lines.map((line) =>
        newLine(world, { glAccountId: line.GlAccountId, amountCents: line.Amount, entity }),
      ),
    });
    return created(
      `/v1/leases/${lease.id}/transactions/${credit.id}`,
      leaseTransactionMessage(world, credit),
    );
  }),
];

/** An exchange is set off against an expense, money deposited earlier against equity. */
function checkOffset(world: World, body: PostCredit): Answer | null {
  if (body.CreditType === 'WaiveUnpaid') return null;
  if (body.OffsettingGLAccountId === null)
    return invalid('OffsettingGLAccountId', 'The OffsettingGLAccountId field is required.');
  const account = world.glAccounts.get(body.OffsettingGLAccountId);
  const needed = body.CreditType === 'Exchange' ? 'Expense' : 'Equity';
  return account && glAccountType(account) === needed
    ? null
    : invalid('OffsettingGLAccountId', `The offsetting account must be of type ${needed}.`);
}

/** Only what is still owed on the day can be waived. */
function checkUnpaid(world: World, leaseId: number, body: PostCredit): Answer | null {
  const { openItems } = world.ledger.leaseBalance(leaseId, body.Date);
  const owed = new Map<number, Cents>();
  for (const item of openItems)
    owed.set(item.glAccountId, (owed.get(item.glAccountId) ?? 0) + item.openCents);
  for (const [index, line] of body.Lines.entries()) {
    const rest = (owed.get(line.GlAccountId) ?? 0) - line.Amount;
    if (rest < 0)
      return invalid(`Lines[${index}].Amount`, 'The amount exceeds the unpaid charges of the account.');
    owed.set(line.GlAccountId, rest);
  }
  return null;
}

import * as z from 'zod';
import { created, firstRefusal, invalid, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction } from '../journal.ts';
import { checkAccounts, checkLock, findLease, glAccountType, isRefusal, leaseEntity } from '../lookups.ts';
import { post, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import type { Deposit, Payment, ReversedPayment } from '../transactions.ts';
import { amount, date, id, optional } from '../validation.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';
import { isReversed } from './payments.ts';

const fee = z.strictObject({ GLAccountId: id, TotalAmount: amount });
const postReversal = z.strictObject({
  EntryDate: date,
  PaymentTransactionId: id,
  NSFCharge: optional(fee),
  BankFee: optional(fee),
});
type PostReversal = z.output<typeof postReversal>;

export const reversalRoutes: readonly Route[] = [
  post('/v1/leases/{leaseId}/reversepayments', 'Rentals > Lease transactions', postReversal, (call, body) => {
    const found = findDepositedPayment(call, body);
    if (isRefusal(found)) return found;
    const refusal = checkReversal(call.world, found.payment, body);
    if (refusal) return refusal;
    const reversal = reversePayment(call.world, found, body, call.nowMs);
    return created(
      `/v1/leases/${reversal.leaseId}/transactions/${reversal.id}`,
      leaseTransactionMessage(call.world, reversal),
    );
  }),
];

type Deposited = { payment: Payment; deposit: Deposit };

function findDepositedPayment(call: Call, body: PostReversal): Deposited | Answer {
  const { world } = call;
  const lease = findLease(world, call.id('leaseId'));
  if (isRefusal(lease)) return lease;
  const payment = world.transactions.get(body.PaymentTransactionId);
  if (payment?.kind !== 'Payment' || payment.leaseId !== lease.id)
    return invalid('PaymentTransactionId', `The payment ${body.PaymentTransactionId} is not on this lease.`);
  const deposit = payment.depositId === null ? undefined : world.transactions.get(payment.depositId);
  if (deposit?.kind !== 'Deposit')
    return invalid('PaymentTransactionId', 'Only a payment that has been deposited can be reversed.');
  return { payment, deposit };
}

function checkReversal(world: World, payment: Payment, body: PostReversal): Answer | null {
  const account = (input: z.output<typeof fee> | null) =>
    input === null ? [] : [{ glAccountId: input.GLAccountId }];
  return firstRefusal(
    isReversed(world, payment)
      ? invalid('PaymentTransactionId', `The payment ${payment.id} has already been reversed.`)
      : null,
    body.EntryDate < payment.date
      ? invalid('EntryDate', 'A payment cannot be reversed before it was made.')
      : null,
    checkAccounts(world, account(body.NSFCharge), 'NSFCharge', (candidate) =>
      glAccountType(candidate) === 'Income' ? null : 'The NSF charge needs an income account.',
    ),
    checkAccounts(world, account(body.BankFee), 'BankFee', (candidate) =>
      glAccountType(candidate) === 'Expense' ? null : 'The bank fee needs an expense account.',
    ),
    checkLock(world, body.EntryDate, [leaseEntity(world, payment.leaseId)]),
  );
}

/** A reversal carries neither memo nor reference; its fees are transactions of their own. */
function reversePayment(
  world: World,
  { payment, deposit }: Deposited,
  body: PostReversal,
  nowMs: number,
): ReversedPayment {
  const entity = leaseEntity(world, payment.leaseId);
  const common = () => newTransaction(world, nowMs, { date: body.EntryDate });
  const lineOf = (input: z.output<typeof fee>) =>
    newLine(world, { glAccountId: input.GLAccountId, amountCents: input.TotalAmount, entity });
  const reversal = addTransaction<ReversedPayment>(world, {
    ...common(),
    kind: 'ReversePayment',
    leaseId: payment.leaseId,
    paymentId: payment.id,
    lines: payment.lines.map((line) => ({ ...line, id: world.nextId('line') })),
  });
  if (body.NSFCharge)
    addTransaction(world, {
      ...common(),
      memo: 'NSF fee',
      kind: 'Charge',
      leaseId: payment.leaseId,
      billId: null,
      lines: [lineOf(body.NSFCharge)],
    });
  if (body.BankFee)
    addTransaction(world, {
      ...common(),
      memo: 'Returned payment fee',
      kind: 'BankFee',
      bankAccountId: deposit.bankAccountId,
      lines: [lineOf(body.BankFee)],
    });
  return reversal;
}

import * as z from 'zod';
import type { PlainDate } from '../../../../shared/dates.ts';
import type { Cents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, refuse, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import { checkAccounts, checkLock, findLease, isRefusal, leaseEntity } from '../lookups.ts';
import { PREPAYMENTS } from '../postings.ts';
import { post, put, type Call, type Route } from '../router.ts';
import type { Lease, World } from '../state.ts';
import { totalCents, type Payment, type PaymentMethod } from '../transactions.ts';
import { amount, choice, date, flag, id, optional, optionalText } from '../validation.ts';
import { chargeable } from './charges.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';

const PERMISSION = 'Rentals > Lease transactions';

const METHODS = [
  'Check',
  'Cash',
  'MoneyOrder',
  'CashierCheck',
  'DirectDeposit',
  'CreditCard',
  'ElectronicPayment',
] as const;
/** Paid through Buildium itself: their core cannot be edited. */
const SYSTEM_METHODS = ['BuildiumEFT', 'BuildiumCC', 'RetailCash'] as const;

const lines = z
  .array(z.strictObject({ Amount: amount, GLAccountId: id }))
  .min(1, 'At least one line item is required.');
const details = {
  Date: date,
  PayeeUserId: optional(id),
  Memo: optionalText(65),
  ReferenceNumber: optionalText(30),
};
const postPayment = z.strictObject({
  ...details,
  PaymentMethod: choice(...METHODS),
  SendEmailReceipt: flag,
  Lines: lines,
});
const putPayment = z.strictObject({
  ...details,
  PaymentMethod: choice(...METHODS, ...SYSTEM_METHODS),
  Lines: lines,
});
const postAutoAllocated = z.strictObject({
  ...details,
  PaymentMethod: choice(...METHODS),
  SendEmailReceipt: flag,
  TotalAmount: amount,
});

export const paymentRoutes: readonly Route[] = [
  post('/v1/leases/{leaseId}/payments', PERMISSION, postPayment, (call, body) => {
    const lease = findLease(call.world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const refusal = checkPayment(call.world, lease, body);
    if (refusal) return refusal;
    return answerCreated(call, recordPayment(call.world, lease, paymentInput(body, body.Lines), call.nowMs));
  }),
  post('/v1/leases/{leaseId}/autoallocatedpayments', PERMISSION, postAutoAllocated, (call, body) => {
    const { world } = call;
    const lease = findLease(world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const allocated = allocate(world, lease.id, body.TotalAmount, body.Date);
    const refusal = checkPayment(world, lease, { ...body, Lines: allocated });
    if (refusal) return refusal;
    return answerCreated(call, recordPayment(world, lease, paymentInput(body, allocated), call.nowMs));
  }),
  put('/v1/leases/{leaseId}/payments/{paymentId}', PERMISSION, putPayment, (call, body) => {
    const { world } = call;
    const payment = findPayment(call);
    if (isRefusal(payment)) return payment;
    const lease = findLease(world, payment.leaseId);
    if (isRefusal(lease)) return lease;
    const refusal = firstRefusal(
      checkEditable(world, payment, body),
      checkLock(world, payment.date, [leaseEntity(world, lease.id)]),
      checkPayment(world, lease, body),
    );
    if (refusal) return refusal;
    payment.date = body.Date;
    payment.memo = body.Memo;
    payment.paymentMethod = body.PaymentMethod;
    payment.payeeTenantId = body.PayeeUserId;
    payment.checkNumber = checkNumber(body);
    payment.lines = paymentLines(world, lease.id, paymentInput(body, body.Lines));
    transactionChanged(world, payment, call.nowMs);
    return ok(leaseTransactionMessage(world, payment));
  }),
];

export type PaymentInput = {
  date: PlainDate;
  paymentMethod: PaymentMethod;
  payeeTenantId: number | null;
  memo: string | null;
  referenceNumber: string | null;
  isPending?: boolean;
  lines: { glAccountId: number; amountCents: Cents }[];
};

export function recordPayment(world: World, lease: Lease, input: PaymentInput, nowMs: number): Payment {
  const common = newTransaction(world, nowMs, {
    date: input.date,
    memo: input.memo,
    checkNumber: input.paymentMethod === 'Check' ? input.referenceNumber : null,
  });
  return addTransaction<Payment>(world, {
    ...common,
    kind: 'Payment',
    leaseId: lease.id,
    paymentMethod: input.paymentMethod,
    payeeTenantId: input.payeeTenantId,
    depositId: null,
    ...(input.isPending ? { isPending: true } : {}),
    lines: paymentLines(world, lease.id, input),
  });
}

/** Pays the lease's oldest open charges first, whatever their account; what is over is prepaid. */
export function allocate(world: World, leaseId: number, totalAmount: Cents, paidOn: PlainDate) {
  const shares = new Map<number, Cents>();
  let rest = totalAmount;
  for (const item of world.ledger.leaseBalance(leaseId, paidOn).openItems) {
    const part = Math.min(item.openCents, rest);
    if (part <= 0) continue;
    rest -= part;
    shares.set(item.glAccountId, (shares.get(item.glAccountId) ?? 0) + part);
  }
  if (rest > 0) shares.set(PREPAYMENTS, (shares.get(PREPAYMENTS) ?? 0) + rest);
  return [...shares].map(([GLAccountId, Amount]) => ({ GLAccountId, Amount }));
}

type Body = Pick<
  z.output<typeof putPayment>,
  'Date' | 'PaymentMethod' | 'PayeeUserId' | 'Memo' | 'ReferenceNumber'
>;

function paymentInput(body: Body, input: z.output<typeof lines>): PaymentInput {
  return {
    date: body.Date,
    paymentMethod: body.PaymentMethod,
    payeeTenantId: body.PayeeUserId,
    memo: body.Memo,
    referenceNumber: body.ReferenceNumber,
    lines: input.map((line) => ({ glAccountId: line.GLAccountId, amountCents: line.Amount })),
  };
}

function checkNumber(body: Body): string | null {
  return body.PaymentMethod === 'Check' ? body.ReferenceNumber : null;
}

/** The payment's reference shows on its lines only: the message has none of its own. */
function paymentLines(world: World, leaseId: number, input: PaymentInput) {
  return input.lines.map((line) =>
    newLine(world, {
      ...line,
      entity: leaseEntity(world, leaseId),
      referenceNumber: input.referenceNumber,
    }),
  );
}

function checkPayment(
  world: World,
  lease: Lease,
  body: { Date: PlainDate; PayeeUserId: number | null; Lines: { GLAccountId: number }[] },
): Answer | null {
  const accounts = body.Lines.map((line) => ({ glAccountId: line.GLAccountId }));
  const unique = new Set(accounts.map((line) => line.glAccountId)).size === accounts.length;
  const { PayeeUserId } = body;
  const isTenant = PayeeUserId === null || lease.tenants.some(({ tenantId }) => tenantId === PayeeUserId);
  return firstRefusal(
    unique ? null : invalid('Lines', 'Each line item must have a unique general ledger account.'),
    isTenant ? null : invalid('PayeeUserId', `The user ${PayeeUserId} is not a tenant of the lease.`),
    checkAccounts(world, accounts, 'GLAccountId', chargeable),
    checkLock(world, body.Date, [leaseEntity(world, lease.id)]),
  );
}

/** A payment made through Buildium keeps its method, date, memo and total; a returned one is closed. */
function checkEditable(world: World, payment: Payment, body: z.output<typeof putPayment>): Answer | null {
  if (isReversed(world, payment))
    return refuse(422, `The payment ${payment.id} was reversed and cannot be changed.`);
  if (!isSystemMethod(payment.paymentMethod)) return null;
  const same =
    body.PaymentMethod === payment.paymentMethod &&
    body.Date === payment.date &&
    body.Memo === payment.memo &&
    body.Lines.reduce((sum, line) => sum + line.Amount, 0) === totalCents(payment.lines);
  return same
    ? null
    : invalid('PaymentMethod', 'PaymentMethod, Date, Memo and the total amount cannot be changed.');
}

export function isSystemMethod(paymentMethod: PaymentMethod): boolean {
  return SYSTEM_METHODS.some((method) => method === paymentMethod);
}

export function isReversed(world: World, payment: Payment): boolean {
  return world.ledger
    .leaseTransactions(payment.leaseId)
    .some((other) => other.kind === 'ReversePayment' && other.paymentId === payment.id);
}

function findPayment(call: Call): Payment | Answer {
  const payment = call.world.transactions.get(call.id('paymentId'));
  return payment?.kind === 'Payment' && payment.leaseId === call.id('leaseId')
    ? payment
    : notFound('payment', call.id('paymentId'));
}

function answerCreated(call: Call, payment: Payment): Answer {
  return created(
    `/v1/leases/${payment.leaseId}/transactions/${payment.id}`,
    leaseTransactionMessage(call.world, payment),
  );
}

import * as z from 'zod';
import type { Cents } from '../../../../shared/money.ts';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction } from '../journal.ts';
import {
  checkAccounts,
  checkBankAccount,
  checkLock,
  findLease,
  glAccountType,
  isRefusal,
  leaseEntity,
} from '../lookups.ts';
import { displayName } from '../messages.ts';
import { PREPAYMENTS } from '../postings.ts';
import { get, post, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type Refund } from '../transactions.ts';
import { address, amount, date, id, optionalText } from '../validation.ts';
import { chargeable } from './charges.ts';

const PERMISSION = 'Rentals > Lease transactions';

const postRefund = z.strictObject({
  Date: date,
  PayeeUserIds: z.array(id).min(1, 'At least one payee is required.'),
  Memo: optionalText(65),
  CheckNumber: optionalText(30),
  BankAccountId: id,
  Address: address,
  Lines: z
    .array(z.strictObject({ Amount: amount, GLAccountId: id }))
    .min(1, 'At least one line item is required.'),
});

/** A refund can be created and read, never changed. */
export const refundRoutes: readonly Route[] = [
  get('/v1/leases/{leaseId}/refunds/{refundId}', PERMISSION, (call) => {
    const refund = call.world.transactions.get(call.id('refundId'));
    return refund?.kind === 'Refund' && refund.leaseId === call.id('leaseId')
      ? ok(refundMessage(call.world, refund))
      : notFound('refund', call.id('refundId'));
  }),
  post('/v1/leases/{leaseId}/refunds', PERMISSION, postRefund, (call, body) => {
    const { world, nowMs } = call;
    const lease = findLease(world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const entity = leaseEntity(world, lease.id);
    const accounts = body.Lines.map((line) => ({ glAccountId: line.GLAccountId }));
    const stranger = body.PayeeUserIds.find(
      (payeeId) => !lease.tenants.some(({ tenantId }) => tenantId === payeeId),
    );
    const refusal = firstRefusal(
      stranger === undefined
        ? null
        : invalid('PayeeUserIds', `The user ${stranger} is not a tenant of the lease.`),
      checkBankAccount(world, body.BankAccountId),
      checkAccounts(world, accounts, 'GLAccountId', chargeable),
      checkLock(world, body.Date, [entity]),
      checkHeld(world, lease.id, body),
    );
    if (refusal) return refusal;
    const refund = addTransaction<Refund>(world, {
      ...newTransaction(world, nowMs, { date: body.Date, memo: body.Memo, checkNumber: body.CheckNumber }),
      kind: 'Refund',
      leaseId: lease.id,
      bankAccountId: body.BankAccountId,
      payeeTenantIds: body.PayeeUserIds,
      address: body.Address,
      lines: body.Lines.map((line) =>
        newLine(world, { glAccountId: line.GLAccountId, amountCents: line.Amount, entity }),
      ),
    });
    return created(`/v1/leases/${lease.id}/refunds/${refund.id}`, refundMessage(world, refund));
  }),
];

/** What the lease holds in a liability on the cash basis: deposits and prepayments that were really paid. */
export function heldCents(world: World, leaseId: number, glAccountId: number): Cents {
  return world.ledger
    .leaseTransactions(leaseId)
    .flatMap((transaction) => world.ledger.postingsOf(transaction.id).Cash)
    .filter((posting) => posting.glAccountId === glAccountId)
    .reduce((sum, posting) => sum - posting.debitCents, 0);
}

function checkHeld(world: World, leaseId: number, body: z.output<typeof postRefund>): Answer | null {
  for (const [index, line] of body.Lines.entries()) {
    const account = world.glAccounts.get(line.GLAccountId);
    const held = account && (account.id === PREPAYMENTS || glAccountType(account) === 'Liability');
    if (held && line.Amount > heldCents(world, leaseId, account.id))
      return invalid(
        `Lines[${index}].Amount`,
        'The amount exceeds what is held for the lease in the account.',
      );
  }
  return null;
}

function refundMessage(world: World, refund: Refund) {
  return {
    Id: refund.id,
    Date: refund.date,
    Payees: refund.payeeTenantIds.map((tenantId) => {
      const tenant = world.tenants.get(tenantId);
      return {
        Id: tenantId,
        Name: tenant ? displayName(tenant.saved) : '',
        Type: 'Tenant',
        Href: `/v1/leases/tenants/${tenantId}`,
      };
    }),
    Memo: refund.memo,
    CheckNumber: refund.checkNumber,
    BankAccountId: refund.bankAccountId,
    Address: refund.address,
    TotalAmount: dollarsFromCents(totalCents(refund.lines)),
    Lines: refund.lines.map((line) => ({
      Amount: dollarsFromCents(line.amountCents),
      GLAccountId: line.glAccountId,
    })),
  };
}

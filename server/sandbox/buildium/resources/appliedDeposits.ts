import * as z from 'zod';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import { checkAccounts, checkLock, findLease, glAccountType, isRefusal, leaseEntity } from '../lookups.ts';
import { post, put, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type AppliedDeposit } from '../transactions.ts';
import { amount, date, id, optionalText } from '../validation.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';
import { heldCents } from './refunds.ts';

const PERMISSION = 'Rentals > Lease Ledger';

const saveAppliedDeposit = z.strictObject({
  EntryDate: date,
  DepositLiabilityGLAccountId: id,
  Memo: optionalText(65),
  Lines: z
    .array(z.strictObject({ Amount: amount, GLAccountId: id }))
    .min(1, 'At least one line item is required.'),
});
type SaveAppliedDeposit = z.output<typeof saveAppliedDeposit>;

/** A deposit that is kept: from the liability to income, first to what the tenant still owes there. */
export const appliedDepositRoutes: readonly Route[] = [
  post('/v1/leases/{leaseId}/applieddeposits', PERMISSION, saveAppliedDeposit, (call, body) => {
    const { world, nowMs } = call;
    const lease = findLease(world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const refusal = check(world, lease.id, body, null);
    if (refusal) return refusal;
    const applied = addTransaction<AppliedDeposit>(world, {
      ...newTransaction(world, nowMs, { date: body.EntryDate, memo: body.Memo }),
      kind: 'ApplyDeposit',
      leaseId: lease.id,
      liabilityGlAccountId: body.DepositLiabilityGLAccountId,
      lines: linesOf(world, lease.id, body),
    });
    return created(
      `/v1/leases/${lease.id}/transactions/${applied.id}`,
      leaseTransactionMessage(world, applied),
    );
  }),
  put('/v1/leases/{leaseId}/applieddeposits/{depositId}', PERMISSION, saveAppliedDeposit, (call, body) => {
    const { world } = call;
    const applied = find(call);
    if (isRefusal(applied)) return applied;
    const refusal = firstRefusal(
      checkLock(world, applied.date, [leaseEntity(world, applied.leaseId)]),
      check(world, applied.leaseId, body, applied),
    );
    if (refusal) return refusal;
    applied.date = body.EntryDate;
    applied.memo = body.Memo;
    applied.liabilityGlAccountId = body.DepositLiabilityGLAccountId;
    applied.lines = linesOf(world, applied.leaseId, body);
    transactionChanged(world, applied, call.nowMs);
    return ok(leaseTransactionMessage(world, applied));
  }),
];

function linesOf(world: World, leaseId: number, body: SaveAppliedDeposit) {
  const entity = leaseEntity(world, leaseId);
  return body.Lines.map((line) =>
    newLine(world, { glAccountId: line.GLAccountId, amountCents: line.Amount, entity }),
  );
}

function check(
  world: World,
  leaseId: number,
  body: SaveAppliedDeposit,
  replaced: AppliedDeposit | null,
): Answer | null {
  const accounts = body.Lines.map((line) => ({ glAccountId: line.GLAccountId }));
  const liability = world.glAccounts.get(body.DepositLiabilityGLAccountId);
  const total = body.Lines.reduce((sum, line) => sum + line.Amount, 0);
  const freed =
    replaced?.liabilityGlAccountId === body.DepositLiabilityGLAccountId ? totalCents(replaced.lines) : 0;
  return firstRefusal(
    checkAccounts(world, accounts, 'GLAccountId', (account) =>
      glAccountType(account) === 'Income' ? null : 'The general ledger account must be an income account.',
    ),
    liability && glAccountType(liability) === 'Liability'
      ? null
      : invalid('DepositLiabilityGLAccountId', 'The account must be a liability account.'),
    total <= heldCents(world, leaseId, body.DepositLiabilityGLAccountId) + freed
      ? null
      : invalid('Lines', 'The total amount cannot exceed the balance of the liability account.'),
    checkLock(world, body.EntryDate, [leaseEntity(world, leaseId)]),
  );
}

function find(call: Call): AppliedDeposit | Answer {
  const applied = call.world.transactions.get(call.id('depositId'));
  return applied?.kind === 'ApplyDeposit' && applied.leaseId === call.id('leaseId')
    ? applied
    : notFound('applied deposit', call.id('depositId'));
}

import { dollarsFromCents } from '../../../../shared/money.ts';
import { glAccountMessageOf } from '../messages.ts';
import type { World } from '../state.ts';
import { totalCents, transactionType, type LeaseTransaction } from '../transactions.ts';

/** The words that Buildium shows; programs read `TransactionTypeEnum`. */
const DISPLAY_NAMES: Record<LeaseTransaction['kind'], string> = {
  Charge: 'Charge',
  Payment: 'Payment',
  Credit: 'Credit',
  Refund: 'Refund',
  ApplyDeposit: 'Applied Deposit',
  ReversePayment: 'Reversed Payment',
};

/**
 * A lease transaction as it is read: lines are positive, without debit or credit, and the side that the
 * system keeps (receivables, undeposited funds, bank) is left out.
 */
export function leaseTransactionMessage(world: World, transaction: LeaseTransaction) {
  return {
    Id: transaction.id,
    Date: transaction.date,
    TransactionType: DISPLAY_NAMES[transaction.kind],
    TransactionTypeEnum: transactionType(transaction),
    TotalAmount: dollarsFromCents(totalCents(transaction.lines)),
    CheckNumber: transaction.checkNumber,
    LeaseId: transaction.leaseId,
    PayeeTenantId: payeeTenantId(transaction),
    PaymentMethod: transaction.kind === 'Payment' ? transaction.paymentMethod : 'None',
    Journal: {
      Memo: transaction.memo,
      Lines: transaction.lines.map((line) => ({
        GLAccount: glAccountMessageOf(world, line.glAccountId),
        Amount: dollarsFromCents(line.amountCents),
        IsCashPosting: false,
        ReferenceNumber: line.referenceNumber,
        Memo: line.memo,
        PropertyId: line.entity.id,
        UnitId: line.entity.unitId,
      })),
    },
  };
}

function payeeTenantId(transaction: LeaseTransaction): number | null {
  if (transaction.kind === 'Payment') return transaction.payeeTenantId;
  return transaction.kind === 'Refund' ? (transaction.payeeTenantIds[0] ?? null) : null;
}

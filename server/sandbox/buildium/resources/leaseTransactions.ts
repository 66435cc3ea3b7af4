import { notFound, ok, type Answer } from '../answers.ts';
import { findLease, isRefusal } from '../lookups.ts';
import { page } from '../paging.ts';
import { get, type Call, type Route } from '../router.ts';
import { isLeaseTransaction, TRANSACTION_TYPES, transactionType } from '../transactions.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';

const PERMISSION = 'Rentals > Lease transactions';

export const leaseTransactionRoutes: readonly Route[] = [
  get('/v1/leases/{leaseId}/transactions', PERMISSION, list),
  get('/v1/leases/{leaseId}/transactions/{transactionId}', PERMISSION, (call) => {
    const transaction = call.world.transactions.get(call.id('transactionId'));
    if (!transaction || !isLeaseTransaction(transaction) || transaction.leaseId !== call.id('leaseId'))
      return notFound('lease transaction', call.id('transactionId'));
    return ok(leaseTransactionMessage(call.world, transaction));
  }),
];

function list(call: Call): Answer {
  const { query, world } = call;
  const lease = findLease(world, call.id('leaseId'));
  if (isRefusal(lease)) return lease;
  const { from, to } = query.dateRange('transactiondatefrom', 'transactiondateto');
  const types = query.choices('transactiontypes', TRANSACTION_TYPES);
  const rows = world.ledger
    .leaseTransactions(lease.id)
    .filter(
      (transaction) =>
        (from === null || transaction.date >= from) &&
        (to === null || transaction.date <= to) &&
        (types?.has(transactionType(transaction)) ?? true),
    );
  return (
    query.refusal() ?? page(call.params, rows, (transaction) => leaseTransactionMessage(world, transaction))
  );
}

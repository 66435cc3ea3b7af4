import * as z from 'zod';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import { checkAccounts, checkEntity, checkLock, entityFrom } from '../lookups.ts';
import { post, put, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type JournalEntry, type JournalLine } from '../transactions.ts';
import { accountingEntity, amount, choice, date, id, optionalText } from '../validation.ts';
import { glTransactionMessage } from './glTransactions.ts';

const PERMISSION = 'Accounting > General Ledger Transactions';

const saveJournalEntry = z.strictObject({
  AccountingEntity: accountingEntity,
  Date: date,
  Memo: optionalText(240),
  Lines: z
    .array(
      z.strictObject({
        GLAccountId: id,
        Memo: optionalText(240),
        PostingType: choice('Credit', 'Debit'),
        Amount: amount,
      }),
    )
    .min(2, 'At least two lines are required.'),
});
type SaveJournalEntry = z.output<typeof saveJournalEntry>;

/** No event is fired for a journal entry: Buildium has none. */
export const journalEntryRoutes: readonly Route[] = [
  post('/v1/generalledger/journalentries', PERMISSION, saveJournalEntry, (call, body) => {
    const { world, nowMs } = call;
    const refusal = check(world, body);
    if (refusal) return refusal;
    const entry = addTransaction<JournalEntry>(world, {
      ...newTransaction(world, nowMs, { date: body.Date, memo: body.Memo }),
      kind: 'JournalEntry',
      lines: linesOf(world, body),
    });
    return created(`/v1/generalledger/transactions/${entry.id}`, glTransactionMessage(world, entry));
  }),
  put('/v1/generalledger/journalentries/{journalEntryId}', PERMISSION, saveJournalEntry, (call, body) => {
    const { world } = call;
    const entry = world.transactions.get(call.id('journalEntryId'));
    if (entry?.kind !== 'JournalEntry') return notFound('journal entry', call.id('journalEntryId'));
    const refusal = firstRefusal(
      checkLock(
        world,
        entry.date,
        entry.lines.map((line) => line.entity),
      ),
      check(world, body),
    );
    if (refusal) return refusal;
    entry.date = body.Date;
    entry.memo = body.Memo;
    entry.lines = linesOf(world, body);
    transactionChanged(world, entry, call.nowMs);
    return ok(glTransactionMessage(world, entry));
  }),
];

function linesOf(world: World, body: SaveJournalEntry): JournalLine[] {
  const entity = entityFrom(body.AccountingEntity);
  return body.Lines.map((line) => ({
    ...newLine(world, { glAccountId: line.GLAccountId, amountCents: line.Amount, entity, memo: line.Memo }),
    postingType: line.PostingType,
  }));
}

function check(world: World, body: SaveJournalEntry): Answer | null {
  const side = (postingType: string): number =>
    totalCents(
      body.Lines.filter((line) => line.PostingType === postingType).map((line) => ({
        amountCents: line.Amount,
      })),
    );
  const accounts = body.Lines.map((line) => ({ glAccountId: line.GLAccountId }));
  return firstRefusal(
    checkEntity(world, body.AccountingEntity, 'AccountingEntity'),
    checkAccounts(world, accounts, 'GLAccountId'),
    side('Debit') === side('Credit')
      ? null
      : invalid('Lines', 'The total amount of the debit lines must equal the total of the credit lines.'),
    checkLock(world, body.Date, [entityFrom(body.AccountingEntity)]),
  );
}

import { bankAccounts } from '../../../shared/resources/bankAccounts.ts';
import { properties } from '../../../shared/resources/properties.ts';
import { transactions } from '../../../shared/resources/transactions.ts';
import { lastDayOfMonth } from '../../../shared/dates.ts';
import { noiTable } from '../../../shared/tables/noi.ts';
import { listBankAccountUses, replaceBankAccountUses } from '../../db/bankAccountUses.ts';
import { newestRunIds } from '../../db/calculationRuns.ts';
import { makeTablesDue } from '../../db/calculationTables.ts';
import type { Transaction } from '../../db/database.ts';
import { listManualNoiEntries, replaceManualNoiEntries } from '../../db/manualNoi.ts';
import { listAllocationEntries, replaceAllocationEntries } from '../../db/ownerAllocations.ts';
import { listManagedPeriods, replaceManagedPeriods } from '../../db/ownership.ts';
import type { Job } from '../job.ts';
import type { EnteredBeside } from './enteredBeside.ts';
import { SOMEBODY } from './enteredClasses.ts';
import { changed, type Change } from './enteredChanges.ts';

/** Makes what is stored what people entered beside rows of the sync. @returns what changed. */
export async function storeBeside(
  tx: Transaction,
  job: Job,
  entered: EnteredBeside,
  now: string,
): Promise<Change[]> {
  return [
    ...(await storeManaged(tx, job, entered)),
    ...(await storeUses(tx, job, entered, now)),
    ...(await storeAllocations(tx, job, entered, now)),
    ...(await storeManual(tx, job, entered, now)),
  ];
}

async function storeManaged(tx: Transaction, job: Job, { managed, by }: EnteredBeside): Promise<Change[]> {
  if (managed === null) return [];
  const rows = managed.map(({ propertyId, from, to }) => ({ propertyId, from, to }));
  const before = await listManagedPeriods(tx, job.connectionId);
  const changes = changed(before, rows, ({ propertyId }) => String(propertyId));
  if (changes.length > 0) await replaceManagedPeriods(tx, job.connectionId, rows);
  const recordOf = new Map(managed.map(({ propertyId, recordId }) => [String(propertyId), recordId]));
  return changes.map((change) => {
    const recordId = recordOf.get(change.id) ?? null;
    return { resource: properties.name, recordId, actor: by.get(recordId ?? '') ?? SOMEBODY, ...change };
  });
}

async function storeUses(
  tx: Transaction,
  job: Job,
  { uses, by }: EnteredBeside,
  now: string,
): Promise<Change[]> {
  if (uses === null) return [];
  const rows = uses.map(({ bankAccountId, use, enteredBy }) => ({ bankAccountId, use, enteredBy }));
  const before = await listBankAccountUses(tx, job.connectionId);
  const changes = changed(before, rows, ({ bankAccountId }) => String(bankAccountId));
  if (changes.length > 0) await replaceBankAccountUses(tx, job.connectionId, rows, now);
  const recordOf = new Map(uses.map(({ bankAccountId, recordId }) => [String(bankAccountId), recordId]));
  return changes.map((change) => {
    const recordId = recordOf.get(change.id) ?? null;
    return { resource: bankAccounts.name, recordId, actor: by.get(recordId ?? '') ?? SOMEBODY, ...change };
  });
}

async function storeAllocations(
  tx: Transaction,
  job: Job,
  { allocations, by }: EnteredBeside,
  now: string,
): Promise<Change[]> {
  if (allocations === null) return [];
  const before = await listAllocationEntries(tx, job.connectionId);
  const changes = changed(before, allocations, ({ transactionId }) => String(transactionId));
  if (changes.length > 0) await replaceAllocationEntries(tx, job.connectionId, allocations, now);
  return changes.map((change) => {
    const recordId = (change.after ?? change.before)?.airtableRecordId ?? null;
    return { resource: transactions.name, recordId, actor: by.get(recordId ?? '') ?? SOMEBODY, ...change };
  });
}

async function storeManual(
  tx: Transaction,
  job: Job,
  { manual, by }: EnteredBeside,
  now: string,
): Promise<Change[]> {
  if (manual === null) return [];
  const before = await listManualNoiEntries(tx, job.connectionId);
  const changes = changed(
    before,
    manual,
    ({ month, propertyId, basis }) => `property ${propertyId} ${month} ${basis}`,
  );
  if (changes.length > 0) await replaceManualNoiEntries(tx, job.connectionId, manual, now);
  const months = new Set(changes.flatMap(({ before: was, after }) => (after ?? was)?.month ?? []));
  for (const month of months) {
    const days = { from: month, to: lastDayOfMonth(month) };
    // The difference stands beside what was typed.
    for (const runId of await newestRunIds(tx, job.connectionId, days))
      await makeTablesDue(tx, job.connectionId, runId, now);
  }
  if (months.size > 0) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runTables' });
  return changes.map((change) => {
    const recordId = (change.after ?? change.before)?.airtableRecordId ?? null;
    return { resource: noiTable.name, recordId, actor: by.get(recordId ?? '') ?? SOMEBODY, ...change };
  });
}

import { bankAccounts, BANK_USES } from '../../../shared/resources/bankAccounts.ts';
import { properties } from '../../../shared/resources/properties.ts';
import { transactions } from '../../../shared/resources/transactions.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { BankAccountUse } from '../../db/bankAccountUses.ts';
import { enteredBy } from '../../db/entered.ts';
import type { ManualNoiEntry } from '../../db/manualNoi.ts';
import type { AllocationEntry } from '../../db/ownerAllocations.ts';
import type { ManagedPeriod } from '../../db/ownership.ts';
import type { Job } from '../job.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { readEnteredCells, type EnteredCells } from './enteredCells.ts';
import { SOMEBODY } from './enteredClasses.ts';
import { readManualNoi } from './enteredManual.ts';
import { oneLink, textOf } from './enteredRow.ts';

/** What people entered beside rows that the sync writes; null where it could not be read: then the stored stays. */
export type EnteredBeside = {
  managed: readonly (ManagedPeriod & { recordId: string })[] | null;
  uses: readonly (BankAccountUse & { recordId: string })[] | null;
  allocations: readonly AllocationEntry[] | null;
  manual: readonly ManualNoiEntry[] | null;
  /** Who last changed a row, by its id. */
  by: ReadonlyMap<string, string>;
};

/** Reads them all. What cannot be used is read as it stands: the calculation stops where it would make a wrong figure. */
export async function readBeside(job: Job): Promise<Result<EnteredBeside, OwnTableFailure>> {
  const managed = await readEnteredCells(job, properties.name, ['managedFrom', 'managedTo']);
  if (!managed.ok) return managed;
  const uses = await readEnteredCells(job, bankAccounts.name, ['use']);
  if (!uses.ok) return uses;
  const allocated = await readEnteredCells(job, transactions.name, ['ownerAllocation']);
  if (!allocated.ok) return allocated;
  const manual = await readManualNoi(job);
  if (!manual.ok) return manual;
  const recordIds = [managed.value?.rows, uses.value?.rows, allocated.value?.rows, manual.value]
    .flatMap((rows): readonly { recordId: string }[] => rows ?? [])
    .map(({ recordId }) => recordId);
  const by = await enteredBy(job.database, job.connectionId, recordIds);
  const nameOf = (recordId: string): string => by.get(recordId) ?? SOMEBODY;
  return ok({
    by,
    managed: managed.value?.rows.map(managedOf) ?? null,
    uses: uses.value?.rows.flatMap((row) => useOf(row, nameOf(row.recordId))) ?? null,
    allocations: allocated.value?.rows.map((row) => allocationOf(row, nameOf(row.recordId))) ?? null,
    manual:
      manual.value?.map(({ recordId, ...figure }) => ({
        ...figure,
        airtableRecordId: recordId,
        enteredBy: nameOf(recordId),
      })) ?? null,
  });
}

function managedOf(row: EnteredCells): ManagedPeriod & { recordId: string } {
  const { recordId, entityId } = row;
  return {
    recordId,
    propertyId: Number(entityId),
    from: textOf(row, 'managedFrom'),
    to: textOf(row, 'managedTo'),
  };
}

function useOf(row: EnteredCells, by: string): (BankAccountUse & { recordId: string })[] {
  const uses: Readonly<Record<string, BankAccountUse['use']>> = BANK_USES;
  const use = uses[textOf(row, 'use') ?? ''];
  const { recordId, entityId } = row;
  return use ? [{ recordId, bankAccountId: Number(entityId), use, enteredBy: by }] : [];
}

/** A cell that names several owners, or one who is not in Buildium, is kept without any: no run takes it for a split. */
function allocationOf(row: EnteredCells, by: string): AllocationEntry {
  const owner = oneLink(row, 'ownerAllocation', 'owner');
  const { recordId, entityId } = row;
  return {
    transactionId: Number(entityId),
    ownerId: owner.ok ? owner.id : null,
    airtableRecordId: recordId,
    enteredBy: by,
  };
}

import { fromCell } from '../../../shared/resources/values.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { noiTable } from '../../../shared/tables/noi.ts';
import { oneIsFilled } from '../../airtable/formula.ts';
import type { ManualNoiEntry } from '../../db/manualNoi.ts';
import { ownRowKeysOf } from '../../db/ownRows.ts';
import type { Job } from '../job.ts';
import { noiOfKey } from '../money/tables/noiRows.ts';
import { NORMAL } from '../ownTables/ownRows.ts';
import { openOwnTable, type OwnTableFailure } from '../ownTables/ownTables.ts';

type ManualFigure = Omit<ManualNoiEntry, 'airtableRecordId' | 'enteredBy'> & { recordId: string };

/**
 * Figures that somebody typed into the table NOI, beside what was calculated.
 * @returns null when the table or the column is out of use.
 */
export async function readManualNoi(job: Job): Promise<Result<ManualFigure[] | null, OwnTableFailure>> {
  const table = await openOwnTable(job, noiTable);
  if (!table.ok) return table.error.kind === 'notReady' ? ok(null) : table;
  const { tableId, fieldIds } = table.value;
  const fieldId = fieldIds['manual'];
  if (fieldId === undefined) return ok(null);
  const query = { fieldIds: [fieldId], formula: oneIsFilled([fieldId]) };
  const read = await job.airtable.listRecords(tableId, query, NORMAL);
  if (!read.ok) return read;
  const recordIds = read.value.map(({ id }) => id);
  // A copied row is none of ours, and speaks for nothing.
  const keys = await ownRowKeysOf(job.database, job.connectionId, noiTable.name, recordIds);
  return ok(
    read.value.flatMap(({ id, fields }): ManualFigure[] => {
      const of = noiOfKey(keys.get(id) ?? '');
      const noi = fromCell('money', fields[fieldId], () => null);
      return of && noi.ok && typeof noi.value === 'number'
        ? [{ ...of, recordId: id, noiCents: noi.value }]
        : [];
    }),
  );
}

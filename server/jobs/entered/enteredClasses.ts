import { NOI_CLASSES, type NoiClass } from '../../../shared/noiClasses.ts';
import { glAccounts } from '../../../shared/resources/glAccounts.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { enteredBy } from '../../db/entered.ts';
import type { GlClassRow } from '../../db/glClasses.ts';
import type { Job } from '../job.ts';
import { readEnteredCells } from './enteredCells.ts';
import { textOf } from './enteredRow.ts';

export type EnteredClass = GlClassRow & {
  recordId: string;
  /** Nobody has written down who it was. */
  lacksName: boolean;
};

export type EnteredClasses = { tableId: string; nameFieldId: string | null; classes: EnteredClass[] };

/** Who it was when nobody said so and no webhook told us. */
export const SOMEBODY = 'somebody in Airtable';

/**
 * The classes that people chose in GL Accounts. A class without a name beside it was confirmed by whoever changed the
 * row last, as Airtable tells it.
 * @returns null when the table or the column is out of use: what was read before stays.
 */
export async function readClasses(job: Job): Promise<Result<EnteredClasses | null, CallFailure>> {
  const read = await readEnteredCells(job, glAccounts.name, ['noiClass'], ['noiClassBy']);
  if (!read.ok || read.value === null) return read.ok ? ok(null) : read;
  const { tableId, fieldIds, rows } = read.value;
  const recordIds = rows.map(({ recordId }) => recordId);
  const editors = await enteredBy(job.database, job.connectionId, recordIds);
  const classes = rows.flatMap((row): EnteredClass[] => {
    const { recordId, entityId } = row;
    const noiClass = classOf(textOf(row, 'noiClass'));
    if (noiClass === null) return [];
    const name = textOf(row, 'noiClassBy')?.trim() ?? '';
    const confirmedBy = name || (editors.get(recordId) ?? SOMEBODY);
    return [{ recordId, glAccountId: Number(entityId), noiClass, confirmedBy, lacksName: name === '' }];
  });
  return ok({ tableId, nameFieldId: fieldIds['noiClassBy'] ?? null, classes });
}

function classOf(choice: string | null): NoiClass | null {
  const known: Readonly<Record<string, NoiClass>> = NOI_CLASSES;
  return known[choice ?? ''] ?? null;
}

import { glAccounts, NOI_CLASSES } from '../../../shared/resources/glAccounts.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { enteredBy } from '../../db/entered.ts';
import { ownersOfRecords } from '../../db/links.ts';
import type { GlClassRow, NoiClassName } from '../../db/glClasses.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';

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
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(glAccounts.name);
  const classFieldId = table?.fieldIds['noiClass'];
  if (!table || table.problem !== null || classFieldId === undefined) return ok(null);
  const nameFieldId = table.fieldIds['noiClassBy'] ?? null;
  const fieldIds = [classFieldId, ...(nameFieldId === null ? [] : [nameFieldId])];
  const read = await job.airtable.listRecords(table.tableId, { fieldIds }, { priority: 'normal' });
  if (!read.ok) return read;
  const chosen = read.value.filter(({ fields }) => classOf(fields[classFieldId]) !== null);
  const recordIds = chosen.map(({ id }) => id);
  const editors = await enteredBy(job.database, job.connectionId, recordIds);
  // By the pair and not by the cell: a copied row shows the same id, and speaks for nothing.
  const accounts = await ownersOfRecords(job.database, job.connectionId, recordIds);
  const classes = chosen.flatMap(({ id, fields }): EnteredClass[] => {
    const noiClass = classOf(fields[classFieldId]);
    const account = accounts.get(id);
    if (noiClass === null || account?.resource !== glAccounts.name) return [];
    const cell = nameFieldId === null ? null : fields[nameFieldId];
    const name = typeof cell === 'string' ? cell.trim() : '';
    const confirmedBy = name || (editors.get(id) ?? SOMEBODY);
    return [
      { recordId: id, glAccountId: Number(account.entityId), noiClass, confirmedBy, lacksName: name === '' },
    ];
  });
  return ok({ tableId: table.tableId, nameFieldId, classes });
}

function classOf(cell: unknown): NoiClassName | null {
  const known: Readonly<Record<string, NoiClassName>> = NOI_CLASSES;
  return typeof cell === 'string' ? (known[cell] ?? null) : null;
}

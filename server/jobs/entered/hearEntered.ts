import { bankAccounts } from '../../../shared/resources/bankAccounts.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { glAccounts } from '../../../shared/resources/glAccounts.ts';
import { properties } from '../../../shared/resources/properties.ts';
import { transactions } from '../../../shared/resources/transactions.ts';
import { distributionRulesTable } from '../../../shared/tables/distributionRules.ts';
import { noiTable } from '../../../shared/tables/noi.ts';
import { ownershipTable } from '../../../shared/tables/ownership.ts';
import { paymentPlansTable } from '../../../shared/tables/paymentPlans.ts';
import type { AirtablePayload, PayloadTable } from '../../airtable/webhook.ts';
import type { Queryable } from '../../db/database.ts';
import type { EnteredBy } from '../../db/entered.ts';
import { listOwnFields, listOwnTables } from '../../db/ownTables.ts';
import type { BaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';

/** Tables whose rows people make. */
const ENTERED: ReadonlySet<string> = new Set(
  [ownershipTable, distributionRulesTable, paymentPlansTable].map(({ name }) => name),
);

/** Columns of synced tables that people fill in for the month's money. */
const BESIDE: readonly { resource: AnyResource; keys: readonly string[] }[] = [
  { resource: glAccounts, keys: ['noiClass'] },
  { resource: properties, keys: ['managedFrom', 'managedTo'] },
  { resource: bankAccounts, keys: ['use'] },
  { resource: transactions, keys: ['ownerAllocation'] },
];

/** In a table of ours that people make rows in every row was entered; elsewhere those with one of these cells. */
type Watched = ReadonlyMap<string, 'everyRow' | ReadonlySet<string>>;

/**
 * What the base's changes say about what people enter: who entered what, and whether a table of ours must be looked
 * at because a field or the table itself was changed. Only Airtable knows who it was; the rows themselves do not.
 */
export async function heardOfEntered(
  job: Job,
  mapping: BaseMapping,
  payloads: readonly AirtablePayload[],
): Promise<{ enteredBy: EnteredBy[]; hasEntered: boolean; schemaChanged: boolean }> {
  const own = await listOwnTables(job.database, job.connectionId);
  const isOwn = new Set(own.map(({ tableId }) => tableId));
  const watched = await watchedTables(job.database, job.connectionId, mapping);
  const heard = { enteredBy: [] as EnteredBy[], hasEntered: false, schemaChanged: false };
  for (const { destroyedTableIds, tables, source, user, timestamp } of payloads) {
    if (destroyedTableIds.some((id) => isOwn.has(id))) heard.schemaChanged = true;
    for (const table of tables) {
      if (isOwn.has(table.tableId) && table.fieldsChanged) heard.schemaChanged = true;
      const cells = watched.get(table.tableId);
      // What we write ourselves, and what programs write in a person's name, is told by nobody's hand.
      if (source !== 'client' || cells === undefined) continue;
      const rows = rowsEntered(table, cells);
      if (rows.length > 0 || (cells === 'everyRow' && table.destroyed.length > 0)) heard.hasEntered = true;
      const person = user?.email ?? user?.id;
      if (person === undefined) continue;
      heard.enteredBy.push(...rows.map((recordId) => ({ recordId, person, at: timestamp })));
    }
  }
  return heard;
}

function rowsEntered({ created, changed }: PayloadTable, cells: 'everyRow' | ReadonlySet<string>): string[] {
  const rows =
    cells === 'everyRow'
      ? [...created, ...changed]
      : changed.filter(({ current }) => Object.keys(current).some((fieldId) => cells.has(fieldId)));
  return rows.map(({ recordId }) => recordId);
}

async function watchedTables(db: Queryable, connectionId: string, mapping: BaseMapping): Promise<Watched> {
  const watched = new Map<string, 'everyRow' | ReadonlySet<string>>();
  for (const { name, tableId } of await listOwnTables(db, connectionId))
    if (ENTERED.has(name)) watched.set(tableId, 'everyRow');
    else if (name === noiTable.name) {
      const fields = await listOwnFields(db, connectionId);
      const manual = fields.filter((field) => field.name === name && field.fieldKey === 'manual');
      watched.set(tableId, new Set(manual.map(({ fieldId }) => fieldId)));
    }
  for (const { resource, keys } of BESIDE) {
    const table = mapping.get(resource.name);
    if (!table) continue;
    const fieldIds = keys.flatMap((key) => table.fieldIds[key] ?? []);
    watched.set(table.tableId, new Set(fieldIds));
  }
  return watched;
}

import { plannedTransactions, PLANNED_COLUMNS } from '../../../../shared/planned/columns.ts';
import type { AnyResource } from '../../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../../shared/resources/index.ts';
import type { OwnTable } from '../../../../shared/tables/define.ts';
import { ENTERED_STATE } from '../../../../shared/tables/entered.ts';
import { OWN_TABLES } from '../../../../shared/tables/index.ts';
import { noiTable } from '../../../../shared/tables/noi.ts';
import type { Table } from '../../airtable/base.ts';
import type { Field } from '../../airtable/model.ts';
import type { Column } from './view.ts';

/** The figure that somebody worked out by hand stands among the calculated ones. */
const MANUAL_NOI = 'manual';

/** The table of the sync's own that this one is; people may have renamed it. Null for any other. */
export function ownTableOf({ name, description }: Pick<Table, 'name' | 'description'>): OwnTable | null {
  return OWN_TABLES.find((own) => own.table === name || own.description === description) ?? null;
}

/** Whose a field of a synced table is. @param key the sync's key of the field; null where it has none. */
export function originInSynced(field: Field, resource: AnyResource, key: string | null): Column['origin'] {
  if (key !== null && Object.values(SYNC_COLUMNS).some((column) => column.key === key)) return 'sync';
  if (key !== null && resource.fields.some((candidate) => candidate.key === key)) return 'buildium';
  if (resource.entered.some((entered) => entered.column === field.name)) return 'entered';
  return unnamed(field);
}

/** The same of a table that mirrors nothing in Buildium; `own` is null for one that a person made. */
export function originInOther(field: Field, own: OwnTable | null): Column['origin'] {
  const column = own?.columns.find((candidate) => candidate.column === field.name);
  if (!own || !column) return own ? unnamed(field) : 'yours';
  if (own.keyColumn !== undefined)
    return own === noiTable && column.key === MANUAL_NOI ? 'entered' : 'calculated';
  const isOurs =
    own === plannedTransactions
      ? PLANNED_COLUMNS.some(({ key, ours }) => key === column.key && ours)
      : ENTERED_STATE.some(({ key }) => key === column.key);
  return isOurs ? 'sync' : 'entered';
}

/** Airtable makes the other end of a link by itself, and without a description. */
function unnamed({ type, description }: Field): Column['origin'] {
  return type === 'multipleRecordLinks' && !description ? 'inverse' : 'yours';
}

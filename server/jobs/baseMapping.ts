import { SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { listFields, listTables } from '../db/airtableSchema.ts';
import type { Queryable } from '../db/database.ts';
import { MADE_ANEW } from './losses/wayOut.ts';

/** One resource's table in the person's base. */
export type TableMapping = {
  resource: string;
  tableId: string;
  /** Why nothing can be written to the table, in words; null when it is in use. */
  problem: string | null;
  /** Field ids by field key, quarantined ones left out. */
  fieldIds: Readonly<Record<string, string>>;
  /** Ids of the quarantined ones: what was typed there before is still to be heard of. */
  formerFieldIds: Readonly<Record<string, string>>;
  /** Reasons by field key. */
  quarantined: Readonly<Record<string, string>>;
  /** Choice names of selects by field key. */
  choices: Readonly<Record<string, readonly string[]>>;
  buildiumId: string;
  /** The status columns that are there; a person may have deleted them. */
  status: string | null;
  note: string | null;
  lastSynced: string | null;
  /** The box by which a person takes the row out of the sync for a while. */
  pause: string | null;
};

const ID_MISSING = `The field is missing. Restore it from the base's trash, or ${MADE_ANEW}`;

export type BaseMapping = ReadonlyMap<string, TableMapping>;

/** Where every resource lives, as set-up and the schema check have written it down. */
export async function loadBaseMapping(db: Queryable, connectionId: string): Promise<BaseMapping> {
  const [tables, fields] = await Promise.all([listTables(db, connectionId), listFields(db, connectionId)]);
  const mapping = new Map<string, TableMapping>();
  for (const table of tables) {
    const own = fields.filter((field) => field.resource === table.resource);
    const usable = own.filter((field) => field.problem === null);
    const idOf = (key: string): string | null =>
      usable.find((field) => field.fieldKey === key)?.fieldId ?? null;
    const buildiumId = idOf(SYNC_COLUMNS.buildiumId.key);
    mapping.set(table.resource, {
      resource: table.resource,
      tableId: table.tableId,
      problem:
        table.problem ??
        (buildiumId === null
          ? `The sync finds rows by "Buildium ID", and nothing of the table is synced without it. ${own.find(({ fieldKey }) => fieldKey === SYNC_COLUMNS.buildiumId.key)?.problem ?? ID_MISSING}`
          : null),
      fieldIds: Object.fromEntries(usable.map((field) => [field.fieldKey, field.fieldId])),
      formerFieldIds: Object.fromEntries(
        own.flatMap((field) => (field.problem === null ? [] : [[field.fieldKey, field.fieldId]])),
      ),
      quarantined: Object.fromEntries(
        own.flatMap((field) => (field.problem === null ? [] : [[field.fieldKey, field.problem]])),
      ),
      choices: Object.fromEntries(
        usable.flatMap((field) => (field.choices ? [[field.fieldKey, field.choices]] : [])),
      ),
      buildiumId: buildiumId ?? '',
      status: idOf(SYNC_COLUMNS.status.key),
      note: idOf(SYNC_COLUMNS.note.key),
      lastSynced: idOf(SYNC_COLUMNS.lastSynced.key),
      pause: idOf(SYNC_COLUMNS.pause.key),
    });
  }
  return mapping;
}

/** The base as it was while its payloads were made: a field or table may be gone by the time they are read. */
export function withFormerFields(mapping: BaseMapping): BaseMapping {
  return new Map(
    [...mapping].map(([resource, table]) => [
      resource,
      { ...table, fieldIds: { ...table.formerFieldIds, ...table.fieldIds } },
    ]),
  );
}

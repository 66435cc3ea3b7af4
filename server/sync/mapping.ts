import { isComputed, typeWords } from '../../shared/airtableTypes.ts';
import { AIRTABLE_TYPES } from '../../shared/resources/columns.ts';
import type { FieldKind } from '../../shared/resources/values.ts';

/** A field of the person's base. */
export type BaseField = { fieldId: string; name: string; type: string; linkedTableId: string | null };

export type BaseTable = { tableId: string; name: string; fields: readonly BaseField[] };

/** A column that a resource wants in its table. */
export type WantedColumn = {
  key: string;
  column: string;
  kind: FieldKind;
  target?: string;
  /** The sync's own notes: they go into a field of exactly this name or a new one, never over somebody's own. */
  isOwn?: boolean;
};

export type WantedTable = { resource: string; table: string; columns: readonly WantedColumn[] };

/** Where a resource's table and columns are to be; null: the sync makes its own. */
export type Placement = {
  tableId: string | null;
  fields: Readonly<Record<string, string | null>>;
  /** Columns that get no field at all. */
  leftOut?: readonly string[];
};

export type MappingProblem = { resource: string; key: string | null; message: string };

/** Why a field cannot hold a column, in a sentence; null when it can. */
export function misfit(
  field: BaseField,
  column: WantedColumn,
  targetTable: Pick<BaseTable, 'tableId' | 'name'> | null,
): string | null {
  if (isComputed(field.type)) {
    return `“${field.name}” is a ${typeWords([field.type])} field: Airtable fills it by itself and nobody can write into it. Choose a field that can be filled in.`;
  }
  const types = AIRTABLE_TYPES[column.kind];
  if (!types.includes(field.type)) {
    return `“${field.name}” is a ${typeWords([field.type])} field; ${column.column} needs ${typeWords(types)}. Change its type in Airtable, or choose another field.`;
  }
  if (column.kind !== 'link' || field.linkedTableId === targetTable?.tableId) return null;
  return targetTable === null
    ? `“${field.name}” links to a table that is not the one for ${column.column}, which is still to be made. Let the sync make a field of its own.`
    : `“${field.name}” links to another table than “${targetTable.name}”. Choose a field that links there.`;
}

/** Everything that stands against a mapping, in sentences for the person who chose it. */
export function mappingProblems(
  wanted: readonly WantedTable[],
  base: readonly BaseTable[],
  placed: ReadonlyMap<string, Placement>,
): MappingProblem[] {
  const tableOf = (resource: string): BaseTable | null =>
    base.find(({ tableId }) => tableId === placed.get(resource)?.tableId) ?? null;
  const takenBy = new Map<string, string>();
  return wanted.flatMap((one): MappingProblem[] => {
    const placement = placed.get(one.resource);
    if (!placement) return [];
    const about = (key: string | null, message: string): MappingProblem => ({
      ...{ resource: one.resource, key, message },
    });
    if (placement.tableId === null) {
      const named = base.find(({ name }) => sameName(name, one.table));
      if (!named) return [];
      return [
        about(
          null,
          `A table “${named.name}” is there already. Choose it, or rename it first so that a new one can be made.`,
        ),
      ];
    }
    const table = tableOf(one.resource);
    if (!table) return [about(null, 'The chosen table is not in this base any more. Choose another one.')];
    const rival = takenBy.get(table.tableId);
    if (rival !== undefined)
      return [
        about(null, `“${table.name}” is chosen for “${rival}” as well. Each needs a table of its own.`),
      ];
    takenBy.set(table.tableId, one.table);
    return columnProblems(one.columns, table, placement, tableOf).map(({ key, message }) =>
      about(key, message),
    );
  });
}

function columnProblems(
  columns: readonly WantedColumn[],
  table: BaseTable,
  { fields, leftOut = [] }: Placement,
  tableOf: (resource: string) => BaseTable | null,
): { key: string; message: string }[] {
  const takenBy = new Map<string, string>();
  return columns.flatMap((column) => {
    const { key } = column;
    if (leftOut.includes(key)) return [];
    const target = column.target === undefined ? null : tableOf(column.target);
    const fieldId = fields[key] ?? null;
    if (fieldId === null) {
      const named = table.fields.find(({ name }) => sameName(name, column.column));
      const isTaken = named !== undefined && Object.values(fields).includes(named.fieldId);
      if (!named || isTaken || misfit(named, column, target) !== null) return [];
      return [
        {
          key,
          message: `A field “${named.name}” of a fitting type is there already. Choose it, or rename it first so that a new one can be made.`,
        },
      ];
    }
    const field = table.fields.find((candidate) => candidate.fieldId === fieldId);
    if (!field) return [{ key, message: `The chosen field is not in “${table.name}” any more.` }];
    const rival = takenBy.get(fieldId);
    if (rival !== undefined)
      return [{ key, message: `“${field.name}” is chosen for ${rival} as well. One field holds one thing.` }];
    takenBy.set(fieldId, column.column);
    const message = misfit(field, column, target);
    return message === null ? [] : [{ key, message }];
  });
}

function sameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

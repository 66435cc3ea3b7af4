import type { Base, Table } from '../../server/sandbox/airtable/base.ts';
import { cellJson } from '../../server/sandbox/airtable/cellOutput.ts';
import type { AirtableWorld } from '../../server/sandbox/airtable/world.ts';

/** A row as a person sees it in the grid: cells by column, linked rows by their names. */
export type GridRow = { id: string; cells: Record<string, unknown> };

/** The base as it stands at this moment, past our server and its database. */
export type Grid = {
  rows(table: string): GridRow[];
  /** The row of a Buildium id. @throws when there is none, or more than one. */
  row(table: string, buildiumId: unknown): GridRow;
  columns(table: string): string[];
};

export function gridOf(world: AirtableWorld, baseId: string, nowMs: () => number): Grid {
  const base = (): Base => {
    const found = world.bases.get(baseId);
    if (!found) throw new Error(`There is no base ${baseId}`);
    return found;
  };
  const tableNamed = (name: string): Table => {
    const found = base().table(name);
    if (!found) throw new Error(`The base has no table "${name}"`);
    return found;
  };
  const rows = (name: string): GridRow[] => {
    const table = tableNamed(name);
    const reader = world.reader(base(), nowMs());
    return [...table.rows.values()].map((row) => ({
      id: row.id,
      cells: Object.fromEntries(
        table.fields.map((field) => {
          const cell = cellJson(reader, table, row, field);
          const linked = base().tableById(field.options?.linkedTableId);
          return [field.name, linked && Array.isArray(cell) ? namesOf(linked, cell) : cell];
        }),
      ),
    }));
    function namesOf(linked: Table, ids: unknown[]): unknown[] {
      const primary = linked.primaryField();
      return ids.map((id) => {
        const row = linked.rows.get(String(id));
        return row ? cellJson(reader, linked, row, primary) : id;
      });
    }
  };
  return {
    rows,
    row: (table, buildiumId) => {
      const found = rows(table).filter(({ cells }) => cells['Buildium ID'] === String(buildiumId));
      const [row] = found;
      if (!row || found.length > 1)
        throw new Error(`"${table}" has ${found.length} rows with the Buildium ID ${String(buildiumId)}`);
      return row;
    },
    columns: (table) => tableNamed(table).fields.map((field) => field.name),
  };
}

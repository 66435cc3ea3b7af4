import type { OwnRow } from '../ownTables/ownRows.ts';

/** What was read of a row, of a table of ours or beside the columns of a synced one. */
type Cells = Pick<OwnRow, 'values' | 'problems'>;

/** What was made of a row that a person entered. */
export type Judged<Stored> = {
  recordId: string;
  /** What calculations use; none for a row that they cannot use, or that is still blank. */
  stored: readonly Stored[];
  /** Why they cannot use it; null: they use it. */
  problem: string | null;
  isBlank: boolean;
  propertyId: number | null;
};

/** A row in which nothing but its name was filled in is not begun yet, and no problem. */
export function isUnfilled({ values, problems }: Cells, keys: readonly string[]): boolean {
  return (
    problems.length === 0 &&
    keys.every((key) => {
      const value = values[key];
      return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
    })
  );
}

/** The problems of cells that could not be read, as one sentence. */
export function cellProblem({ problems }: Cells): string | null {
  return problems.length === 0 ? null : `${problems.map(({ message }) => message).join('. ')}.`;
}

export type OneLink = { ok: true; id: number | null } | { ok: false; message: string };

/** The one Buildium id that a link cell holds; null where it is blank. */
export function oneLink(row: Cells, key: string, what: string): OneLink {
  const linked = row.values[key];
  const ids = Array.isArray(linked) ? (linked as readonly string[]) : [];
  if (ids.length > 1) return { ok: false, message: `Choose one ${what} only: make a row for each.` };
  const [id] = ids;
  if (id === undefined) return { ok: true, id: null };
  if (!/^\d+$/.test(id))
    return { ok: false, message: `The ${what} is a row that is not in Buildium. Choose one that is.` };
  return { ok: true, id: Number(id) };
}

/** All Buildium ids that a link cell holds. */
export function linkedIds(row: Cells, key: string): number[] {
  const linked = row.values[key];
  const ids = Array.isArray(linked) ? (linked as readonly string[]) : [];
  return ids.filter((id) => /^\d+$/.test(id)).map(Number);
}

export function textOf(row: Cells, key: string): string | null {
  const value = row.values[key];
  return typeof value === 'string' ? value : null;
}

export function numberOf(row: Cells, key: string): number | null {
  const value = row.values[key];
  return typeof value === 'number' ? value : null;
}

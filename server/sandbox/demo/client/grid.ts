import type { CellValue, Column, Row } from '../page/view.ts';
import { percent } from './words.ts';

/** A cell by its row and column. */
export type Place = { rowId: string; columnId: string };

/** A value that somebody typed over Buildium's, until Buildium's is back. */
export type Pending = Place & { value: CellValue | null; atMs: number };

/** After this long without an edit the sync puts Buildium's value back. */
export const STILL_MS = 10_000;

/** Why a cell cannot be typed into here; null when it can. */
export function lockedBecause(column: Column): string | null {
  if (column.origin === 'inverse') return "Airtable's other end of a link: it follows the link itself";
  if (column.origin === 'sync') return "The sync's own note about the row";
  if (column.origin === 'calculated') return 'Calculated: each calculation of its month writes it';
  if (column.kind === 'link' && column.origin === 'buildium') return 'Links are made in Buildium';
  if (column.kind === 'choices') return 'Read from Buildium every night';
  return null;
}

/** What the header says about a column's owner. */
export function ownerInWords(column: Column): string {
  switch (column.origin) {
    case 'buildium':
      return column.flowsBack
        ? 'Kept equal with Buildium. An edit here goes there after 10 seconds.'
        : 'From Buildium. An edit here is put back after 10 seconds.';
    case 'entered':
      return 'For you to fill in. The sync never overwrites it.';
    case 'yours':
      return 'Your own column. The sync does not touch it.';
    case 'sync':
      return "The sync's own note about the row.";
    case 'calculated':
      return 'Written by the sync from its calculations.';
    case 'inverse':
      return "Airtable's other end of a link.";
  }
}

/** The text that an editor begins with; of a link the id of the row that it leads to. */
export function editable(value: CellValue | undefined, column: Column): string {
  if (value === undefined) return '';
  if (typeof value === 'object') return value[0]?.[column.kind === 'link' ? 'id' : 'name'] ?? '';
  if (typeof value !== 'number') return String(value);
  if (column.kind === 'percent') return percent(value);
  return column.kind === 'money' ? value.toFixed(2) : String(value);
}

/** As Airtable takes it. */
export type Typed = string | number | boolean | readonly string[] | null;

/** What was typed or chosen, as Airtable takes it; an error in words where it doesn't. */
export function typedValue(text: string, column: Column): { value: Typed } | { error: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { value: null };
  if (column.kind === 'link') return { value: [trimmed] };
  if (column.kind === 'percent') {
    const value = Number(trimmed.replace(/\s*%$/, ''));
    // Airtable keeps the fraction.
    return Number.isFinite(value)
      ? { value: Number((value / 100).toPrecision(12)) }
      : { error: `${column.name} takes a percentage like 60 or 60%.` };
  }
  if (column.kind === 'money' || column.kind === 'number') {
    const value = Number(trimmed.replaceAll(/[$,\s]/g, ''));
    return Number.isFinite(value) ? { value } : { error: `${column.name} takes numbers only.` };
  }
  if (column.kind === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(trimmed))
    return { error: `${column.name} takes a date like 2026-03-31.` };
  return { value: column.kind === 'longText' ? text : trimmed };
}

/** The cell beside this one in a direction, if there is one. */
export function neighbour(
  { rowId, columnId }: Place,
  key: string,
  rows: readonly Row[],
  columns: readonly Column[],
): Place | null {
  const [down, right] = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    Tab: [0, 1],
  }[key] ?? [0, 0];
  const row = rows[rows.findIndex(({ id }) => id === rowId) + (down ?? 0)];
  const column = columns[columns.findIndex(({ id }) => id === columnId) + (right ?? 0)];
  if (!row || !column || (down === 0 && right === 0)) return null;
  return { rowId: row.id, columnId: column.id };
}

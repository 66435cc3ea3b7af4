import { isIdArray } from './base.ts';
import type { Base, Table } from './base.ts';
import { choiceName, computedValue, rowName, scopeOf } from './computed.ts';
import { formatDate } from './formula/dateFormat.ts';
import { FormulaError, isDate, isList, toText } from './formula/values.ts';
import type { Value } from './formula/values.ts';
import { zoneOf } from './instants.ts';
import { LinkList } from './linkList.ts';
import { isComputedType } from './model.ts';
import type { CellValue, Field, Row } from './model.ts';

/** How `cellFormat=string` shows cells: the reader's zone applies to fields that have none of their own. */
export type TextFormat = { timeZone: string; nowMs: number };

const US_DATE = 'M/D/YYYY';

function grouped(value: number, places: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}

function numberText(field: Field, value: number): string {
  const places = field.options?.precision ?? 0;
  switch (field.type) {
    case 'currency':
      return `${value < 0 ? '-' : ''}${field.options?.symbol ?? '$'}${grouped(Math.abs(value), places)}`;
    case 'percent':
      return `${(value * 100).toFixed(places)}%`;
    case 'number':
      return value.toFixed(places);
    case 'duration': {
      const minutes = Math.floor(Math.abs(value) / 60);
      const clock = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
      const seconds = `:${String(Math.floor(Math.abs(value) % 60)).padStart(2, '0')}`;
      return field.options?.durationFormat === 'h:mm' ? clock : clock + seconds;
    }
    default:
      return String(value);
  }
}

function dateText(field: Field, iso: string, format: TextFormat): string {
  const days = field.options?.dateFormat?.format ?? US_DATE;
  if (field.type === 'date') return formatDate({ ms: Date.parse(iso), zone: 'utc', dateOnly: true }, days);
  const zone = field.options?.timeZone ?? 'client';
  const times = field.options?.timeFormat?.format ?? 'h:mma';
  const at = {
    ms: Date.parse(iso),
    zone: zone === 'client' ? zoneOf(format.timeZone) : zoneOf(zone),
    dateOnly: false,
  };
  return `${formatDate(at, days)} ${formatDate(at, times)}`;
}

/** A stored value as a person sees it in the grid. */
export function storedText(
  base: Base,
  field: Field,
  value: CellValue | undefined,
  format: TextFormat,
): string {
  if (value === undefined) return '';
  if (value === true) return 'checked';
  if (typeof value === 'number') return numberText(field, value);
  if (value instanceof LinkList) {
    const table = base.tableById(field.options?.linkedTableId);
    const names = value.toArray().map((id) => {
      const row = table?.rows.get(id);
      return table && row ? rowName(base, table, row) : '';
    });
    return names.join(', ');
  }
  if (isIdArray(value)) {
    const name = (id: string): string =>
      field.type === 'multipleSelects' ? choiceName(field, id) : (base.users.get(id)?.name ?? '');
    return value.map(name).join(', ');
  }
  if (typeof value === 'object') {
    return 'barcode' in value
      ? value.barcode.text
      : value.attachments.map((file) => file.filename).join(', ');
  }
  if (field.type === 'singleSelect') return choiceName(field, value);
  if (field.type === 'singleCollaborator') return base.users.get(value)?.name ?? '';
  return field.type === 'date' || field.type === 'dateTime' ? dateText(field, value, format) : value;
}

function computedText(value: Value, format: TextFormat): string {
  if (isList(value)) return value.map((item) => computedText(item, format)).join(', ');
  if (!isDate(value)) return toText(value);
  return value.dateOnly
    ? formatDate(value, US_DATE)
    : formatDate({ ...value, zone: zoneOf(format.timeZone) }, `${US_DATE} h:mma`);
}

/** A cell as text, `cellFormat=string`; empty text when there is nothing to show. */
export function cellText(base: Base, table: Table, row: Row, field: Field, format: TextFormat): string {
  if (!isComputedType(field.type)) return storedText(base, field, row.cells.get(field.id), format);
  try {
    return computedText(computedValue(scopeOf(base, table, row, format.nowMs), field), format);
  } catch (error) {
    if (error instanceof FormulaError) return '#ERROR!';
    throw error;
  }
}

import type { Base, Table } from './base.ts';
import { castInput } from './cellCast.ts';
import { parseUrlAttachments } from './attachmentInput.ts';
import * as refuse from './errors.ts';
import { parseDay, parseInstant, zoneOf } from './instants.ts';
import { isId } from './ids.ts';
import { isObject } from './json.ts';
import { setLinks } from './links.ts';
import { isComputedType } from './model.ts';
import type { CellValue, Field, Row } from './model.ts';
import type { Transaction } from './transaction.ts';

const LONGEST_TEXT = 100_000;

/** Writes one cell as a client gave it, or throws Airtable's refusal. */
export function writeCell(
  tx: Transaction,
  table: Table,
  row: Row,
  field: Field,
  input: unknown,
  typecast: boolean,
): void {
  if (isComputedType(field.type)) throw refuse.computedField(field.name);
  const given = typecast ? castInput(tx, table, field, input) : input;
  if (field.type === 'multipleRecordLinks') {
    setLinks(tx, table, row, field, given === null ? [] : linkIds(tx.base, field, given));
    return;
  }
  const value = given === null ? undefined : parseCell(tx.base, row, field, given);
  tx.setCell(table, row, field, value);
}

/** A client's value as it is stored; undefined for a value that means empty. */
export function parseCell(base: Base, row: Row | null, field: Field, input: unknown): CellValue | undefined {
  switch (field.type) {
    case 'singleLineText':
    case 'multilineText':
    case 'email':
    case 'url':
    case 'phoneNumber':
    case 'richText':
      return parseText(field, input);
    case 'number':
    case 'percent':
    case 'currency':
      return typeof input === 'number' ? input : refuseValue(field);
    case 'duration':
      return typeof input === 'number' && input >= 0 ? input : refuseValue(field);
    case 'rating':
      return parseRating(field, input);
    case 'checkbox':
      if (typeof input !== 'boolean') return refuseValue(field);
      return input ? true : undefined;
    case 'singleSelect':
      return typeof input === 'string' ? choiceId(field, input) : refuseValue(field);
    case 'multipleSelects': {
      const ids = strings(field, input).map((name) => choiceId(field, name));
      return ids.length > 0 ? [...new Set(ids)] : undefined;
    }
    case 'date':
      return (typeof input === 'string' ? parseDay(input) : null) ?? refuseValue(field);
    case 'dateTime':
      return parseDateTime(field, input);
    case 'singleCollaborator':
      return collaboratorId(base, field, input);
    case 'multipleCollaborators': {
      if (!Array.isArray(input)) return refuseValue(field);
      const ids = input.map((item) => collaboratorId(base, field, item));
      return ids.length > 0 ? [...new Set(ids)] : undefined;
    }
    case 'multipleAttachments':
      return parseUrlAttachments(base, row?.cells.get(field.id), input);
    case 'barcode':
      return parseBarcode(field, input);
    default:
      throw refuse.computedField(field.name);
  }
}

function refuseValue(field: Field): never {
  throw refuse.invalidValue(field.name);
}

function parseText(field: Field, input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > LONGEST_TEXT) return refuseValue(field);
  if (input === '') return undefined;
  // Rich text comes back with its last line ended, whatever was sent.
  return field.type === 'richText' && !input.endsWith('\n') ? `${input}\n` : input;
}

function parseRating(field: Field, input: unknown): number | undefined {
  const max = field.options?.max ?? 10;
  if (typeof input !== 'number' || !Number.isInteger(input) || input < 0 || input > max)
    return refuseValue(field);
  return input === 0 ? undefined : input;
}

function parseDateTime(field: Field, input: unknown): string {
  const ms = typeof input === 'string' ? parseInstant(input, zoneOf(field.options?.timeZone)) : null;
  return ms === null ? refuseValue(field) : new Date(ms).toISOString();
}

function strings(field: Field, input: unknown): string[] {
  if (!Array.isArray(input)) return refuseValue(field);
  return input.map((item: unknown) => (typeof item === 'string' ? item : refuseValue(field)));
}

/** Without typecast a choice must exist by its exact name; even blank text asks for a new one. */
function choiceId(field: Field, name: string): string {
  const choice = field.options?.choices?.find((candidate) => candidate.name === name);
  if (!choice) throw refuse.unknownChoice(name);
  return choice.id;
}

function collaboratorId(base: Base, field: Field, input: unknown): string {
  if (!isObject(input)) return refuseValue(field);
  for (const userId of base.collaborators.keys()) {
    const user = base.users.get(userId);
    if (user && (user.id === input['id'] || user.email === input['email'])) return user.id;
  }
  return refuseValue(field);
}

function parseBarcode(field: Field, input: unknown): CellValue {
  if (!isObject(input) || typeof input['text'] !== 'string') return refuseValue(field);
  const { text, type } = input;
  return { barcode: typeof type === 'string' ? { text, type } : { text } };
}

function linkIds(base: Base, field: Field, input: unknown): string[] {
  const table = base.tableById(field.options?.linkedTableId);
  const ids = strings(field, input);
  for (const id of ids) {
    if (table?.rows.has(id)) continue;
    if (!isId('rec', id)) throw refuse.invalidRecordId(id);
    const elsewhere = base.row(id);
    if (elsewhere && table) throw refuse.rowInOtherTable(id, elsewhere.table.id, table.id);
    throw refuse.rowDoesNotExist(id);
  }
  return ids;
}

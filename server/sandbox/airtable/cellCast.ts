import type { Table } from './base.ts';
import { rowName } from './computed.ts';
import * as refuse from './errors.ts';
import { CHOICE_COLORS } from './fieldOptions.ts';
import { isId } from './ids.ts';
import { parseInstant, parseTypedDate, zoneOf } from './instants.ts';
import { isObject } from './json.ts';
import { indexKey } from './base.ts';
import type { Field } from './model.ts';
import { newRow } from './rows.ts';
import type { Transaction } from './transaction.ts';

/**
 * `typecast: true`, and what a person types: turns a loose value into the strict form of the field.
 * What cannot be read becomes empty; missing choices and linked records are created.
 */
export function castInput(tx: Transaction, table: Table, field: Field, input: unknown): unknown {
  if (input === null || input === undefined) return null;
  switch (field.type) {
    case 'singleLineText':
    case 'multilineText':
    case 'richText':
    case 'email':
    case 'url':
    case 'phoneNumber':
      return looseText(input);
    case 'number':
    case 'currency':
    case 'percent':
    case 'rating':
    case 'duration':
      return typeof input === 'number' ? input : looseNumber(field, looseText(input));
    case 'checkbox':
      return typeof input === 'boolean' ? input : /^(true|yes|checked|1|x)$/i.test(looseText(input).trim());
    case 'singleSelect':
      return chosen(tx, table, field, input);
    case 'multipleSelects':
      return looseList(input).flatMap((item) => chosen(tx, table, field, item) ?? []);
    case 'date':
      return parseTypedDate(looseText(input), field.options?.dateFormat?.name === 'european');
    case 'dateTime':
      return looseDateTime(field, looseText(input));
    case 'singleCollaborator':
      return collaborator(tx, Array.isArray(input) ? (input as unknown[])[0] : input);
    case 'multipleCollaborators':
      return looseList(input).flatMap((item) => collaborator(tx, item) ?? []);
    case 'multipleRecordLinks':
      return looseList(input).map((item) => linked(tx, field, item));
    case 'barcode':
      return isObject(input) ? input : { text: looseText(input) };
    default:
      return input;
  }
}

function looseText(input: unknown): string {
  if (typeof input === 'string') return input;
  if (Array.isArray(input)) return input.map(looseText).join(', ');
  if (isObject(input)) return typeof input['name'] === 'string' ? input['name'] : JSON.stringify(input);
  return String(input);
}

function looseList(input: unknown): unknown[] {
  if (Array.isArray(input)) return input;
  if (typeof input !== 'string') return [input];
  return input
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function looseNumber(field: Field, text: string): number | null {
  const clock = field.type === 'duration' ? /^(\d+):(\d{2})(?::(\d{2}))?$/.exec(text.trim()) : null;
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  const negative = /^\(.*\)$/.test(text.trim());
  const digits = text.replace(/[^0-9.eE+-]/g, '');
  if (digits === '' || !Number.isFinite(Number(digits))) return null;
  const value = negative ? -Number(digits) : Number(digits);
  return field.type === 'percent' && text.includes('%') ? value / 100 : value;
}

function looseDateTime(field: Field, text: string): string | null {
  const zone = zoneOf(field.options?.timeZone);
  const ms = parseInstant(text, zone);
  if (ms !== null) return new Date(ms).toISOString();
  const day = parseTypedDate(text, field.options?.dateFormat?.name === 'european');
  return day === null ? null : new Date(parseInstant(day, zone) ?? 0).toISOString();
}

/** The name of a choice, created when it is missing; null for nothing. */
function chosen(tx: Transaction, table: Table, field: Field, input: unknown): string | null {
  const choices = field.options?.choices ?? [];
  const byId = isObject(input) ? choices.find((choice) => choice.id === input['id']) : undefined;
  const name = byId?.name ?? looseText(input).trim();
  if (name === '') return null;
  if (!choices.some((choice) => choice.name === name)) {
    const color = CHOICE_COLORS[choices.length % CHOICE_COLORS.length] ?? 'blueLight2';
    const added = { id: tx.base.newId('sel'), name, color };
    tx.changeField(table, field, { options: { ...field.options, choices: [...choices, added] } });
  }
  return name;
}

function collaborator(tx: Transaction, input: unknown): { id: string } | null {
  const wanted = isObject(input) ? (input['id'] ?? input['email']) : input;
  for (const id of tx.base.collaborators.keys()) {
    const user = tx.base.users.get(id);
    if (user && [user.id, user.email, user.name].includes(String(wanted))) return { id };
  }
  return null;
}

/** A record by id, else by the text of its primary cell, else a new one with that text. */
function linked(tx: Transaction, field: Field, input: unknown): string {
  const table = tx.base.tableById(field.options?.linkedTableId);
  const wanted = isObject(input) ? looseText(input['id'] ?? input['name']) : looseText(input);
  if (!table) throw refuse.invalidValue(field.name);
  if (isId('rec', wanted)) return wanted;
  const primary = table.primaryField();
  const [exact] = table.idsWithValue(primary.id, indexKey(wanted) ?? '');
  if (exact !== undefined) return exact;
  for (const row of table.rows.values()) if (rowName(tx.base, table, row) === wanted) return row.id;
  if (primary.type !== 'singleLineText' && primary.type !== 'multilineText')
    throw refuse.invalidValue(field.name);
  const row = newRow(tx, table);
  tx.setCell(table, row, primary, wanted);
  return row.id;
}

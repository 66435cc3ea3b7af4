import type { Table } from './base.ts';
import { convertField, deleteField, deleteTable } from './convertField.ts';
import { invalidRequest, modelNotFound, recordNotFound } from './errors.ts';
import { CHOICE_COLORS, readOptions } from './fieldOptions.ts';
import { LinkList } from './linkList.ts';
import { deleteRow, restoreRow, setLinks } from './links.ts';
import { isComputedType, isFieldType } from './model.ts';
import type { Field, FieldOptions, Row } from './model.ts';
import type { NewField, PersonAction } from './personRequest.ts';
import { writeFields } from './recordWrite.ts';
import { newRow } from './rows.ts';
import { addField, createField, createTable, renameTable, setChoices, updateField } from './schema.ts';
import type { Transaction } from './transaction.ts';

function tableIn(tx: Transaction, name: string): Table {
  const found = tx.base.table(name);
  if (!found) throw modelNotFound();
  return found;
}

function fieldIn(tx: Transaction, tableName: string, name: string): { table: Table; field: Field } {
  const held = tableIn(tx, tableName);
  const found = held.field(name);
  if (!found) throw modelNotFound();
  return { table: held, field: found };
}

function rowIn(tx: Transaction, tableName: string, id: string): { table: Table; row: Row } {
  const held = tableIn(tx, tableName);
  const row = held.rows.get(id);
  if (!row) throw recordNotFound();
  return { table: held, row };
}

export function act(tx: Transaction, request: PersonAction): Record<string, unknown> {
  switch (request.action) {
    case 'createRecords':
    case 'updateRecords':
    case 'deleteRecords':
    case 'undoDelete':
    case 'duplicateRecord':
    case 'addComment':
      return actOnRecords(tx, request);
    case 'createTable':
      return { id: createTable(tx, request).id };
    case 'renameTable':
      renameTable(tx, tableIn(tx, request.table), { name: request.name });
      return {};
    case 'deleteTable':
      deleteTable(tx, tableIn(tx, request.table));
      return {};
    case 'addView':
      return addView(tx, request);
    case 'addField':
      return { id: addAnyField(tx, tableIn(tx, request.table), request.field).id };
    default:
      return actOnField(tx, request);
  }
}

type RecordAction = Extract<
  PersonAction,
  {
    action:
      | 'createRecords'
      | 'updateRecords'
      | 'deleteRecords'
      | 'undoDelete'
      | 'duplicateRecord'
      | 'addComment';
  }
>;

function actOnRecords(tx: Transaction, request: RecordAction): Record<string, unknown> {
  switch (request.action) {
    case 'createRecords': {
      const held = tableIn(tx, request.table);
      const rows = request.records.map((given) => {
        const row = newRow(tx, held);
        writeFields(tx, held, row, given.fields, true);
        return row;
      });
      return { ids: rows.map((row) => row.id) };
    }
    case 'updateRecords':
      for (const given of request.records) {
        const { table: held, row } = rowIn(tx, request.table, given.id);
        writeFields(tx, held, row, given.fields, true);
      }
      return {};
    case 'deleteRecords':
      for (const id of request.ids) {
        const { table: held, row } = rowIn(tx, request.table, id);
        deleteRow(tx, held, row);
      }
      return {};
    case 'undoDelete':
      undelete(tx, request.ids);
      return {};
    case 'duplicateRecord':
      return { id: duplicate(tx, request.table, request.id).id };
    case 'addComment': {
      const { row } = rowIn(tx, request.table, request.id);
      const id = tx.base.newId('com');
      const { text } = request;
      row.comments.push({ id, authorId: tx.actor.user.id, text, createdMs: tx.atMs, updatedMs: null });
      return { id };
    }
  }
}

function undelete(tx: Transaction, ids: readonly string[]): void {
  const found = ids.map((id) => {
    const gone = tx.base.trash.get(id);
    const held = tx.base.tableById(gone?.tableId);
    if (!gone || !held) throw recordNotFound();
    return { held, row: gone.row };
  });
  for (const { held, row } of found) restoreRow(tx, held, row);
}

function duplicate(tx: Transaction, tableName: string, id: string): Row {
  const { table: held, row } = rowIn(tx, tableName, id);
  const copy = newRow(tx, held);
  for (const cell of held.fields) {
    const value = row.cells.get(cell.id);
    if (value instanceof LinkList) setLinks(tx, held, copy, cell, value.toArray());
    else tx.setCell(held, copy, cell, value);
  }
  return copy;
}

function addView(
  tx: Transaction,
  request: Extract<PersonAction, { action: 'addView' }>,
): Record<string, unknown> {
  const { name, filterByFormula, sort } = request;
  const id = tx.base.newId('viw');
  const filter = filterByFormula === undefined ? {} : { filterByFormula };
  tableIn(tx, request.table).views.push({ id, name, type: 'grid', ...filter, ...(sort ? { sort } : {}) });
  return { id };
}

/** A person can also add the computed types that the API refuses. */
function addAnyField(tx: Transaction, held: Table, given: NewField): Field {
  if (!isFieldType(given.type) || !isComputedType(given.type)) return createField(tx, held, given);
  return addField(
    tx,
    held,
    { name: given.name, type: given.type },
    given.options as FieldOptions | undefined,
  );
}

type FieldAction = Extract<PersonAction, { field: string }>;

function actOnField(tx: Transaction, request: FieldAction): Record<string, unknown> {
  const { table: held, field: target } = fieldIn(tx, request.table, request.field);
  const choices = target.options?.choices ?? [];
  switch (request.action) {
    case 'renameField':
      updateField(tx, held, target, { name: request.name });
      return {};
    case 'deleteField':
      if (target === held.primaryField()) throw invalidRequest();
      deleteField(tx, held, target);
      return {};
    case 'changeFieldType':
      changeType(tx, held, target, request.type, request.options);
      return {};
    case 'addSelectOption': {
      const color = CHOICE_COLORS[choices.length % CHOICE_COLORS.length] ?? 'blueLight2';
      const added = { id: tx.base.newId('sel'), name: request.name, color };
      setChoices(tx, held, target, [...choices, added]);
      return { id: added.id };
    }
    case 'renameSelectOption': {
      const { option, name } = request;
      const renamed = choices.map((choice) =>
        choice.id === option || choice.name === option ? { ...choice, name } : choice,
      );
      setChoices(tx, held, target, renamed);
      return {};
    }
    case 'deleteSelectOption': {
      const { option } = request;
      const left = choices.filter((choice) => choice.id !== option && choice.name !== option);
      setChoices(tx, held, target, left);
      return {};
    }
  }
}

function changeType(tx: Transaction, held: Table, target: Field, type: string, given: unknown): void {
  if (!isFieldType(type)) throw invalidRequest();
  if (isComputedType(type)) {
    convertField(tx, held, target, type, given as FieldOptions | undefined);
    return;
  }
  const needsChoices = type === 'singleSelect' || type === 'multipleSelects';
  const wanted = given ?? (needsChoices ? { choices: [] } : undefined);
  const read = readOptions(tx.base, target.name, type, wanted);
  if (!read.ok) throw invalidRequest();
  convertField(tx, held, target, type, read.options);
}

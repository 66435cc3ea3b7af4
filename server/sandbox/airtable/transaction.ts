import type { Base, Table } from './base.ts';
import { cellsEqual } from './cellsEqual.ts';
import type { Actor, CellValue, Field, FieldType, Row } from './model.ts';

export type CellChange = { before: CellValue | undefined; after: CellValue | undefined };
export type FieldDefinition = { name: string; type: FieldType };
export type TableMetadata = { name: string; description: string | undefined };

/** What one transaction did to one table, with values as they were when it was committed. */
export type TableChanges = {
  created: Map<string, { createdMs: number; cells: ReadonlyMap<string, CellValue> }>;
  changed: Map<string, Map<string, CellChange>>;
  destroyed: Map<string, Row>;
  fieldsCreated: Map<string, FieldDefinition>;
  fieldsChanged: Map<string, { before: FieldDefinition; after: FieldDefinition }>;
  fieldsDestroyed: Set<string>;
  metadata: { before: TableMetadata; after: TableMetadata } | null;
};

/** One committed transaction: one API batch, or one action of a person. */
export type CommittedChange = {
  baseId: string;
  number: number;
  atMs: number;
  actor: Actor;
  tables: Map<string, TableChanges>;
  tablesCreated: Map<string, { metadata: TableMetadata; fields: Map<string, FieldDefinition> }>;
  tablesDestroyed: Set<string>;
};

const definitionOf = (field: Field): FieldDefinition => ({ name: field.name, type: field.type });
const metadataOf = (table: Table): TableMetadata => ({ name: table.name, description: table.description });

/**
 * Changes to a base that are committed together or undone together. Every change of rows, fields and
 * tables passes here, so that webhooks and subscribers see all of them.
 */
export class Transaction {
  readonly base: Base;
  readonly actor: Actor;
  readonly atMs: number;
  readonly #undo: (() => void)[] = [];
  readonly #tables = new Map<string, TableChanges>();
  readonly #tablesCreated = new Map<string, Table>();
  readonly #tablesDestroyed = new Set<string>();

  constructor(base: Base, actor: Actor, atMs: number) {
    this.base = base;
    this.actor = actor;
    this.atMs = Math.floor(atMs);
  }

  #changesOf(table: Table): TableChanges {
    let changes = this.#tables.get(table.id);
    if (!changes) {
      changes = {
        created: new Map(),
        changed: new Map(),
        destroyed: new Map(),
        fieldsCreated: new Map(),
        fieldsChanged: new Map(),
        fieldsDestroyed: new Set(),
        metadata: null,
      };
      this.#tables.set(table.id, changes);
    }
    return changes;
  }

  insertRow(table: Table, row: Row): void {
    table.insert(row);
    this.#changesOf(table).created.set(row.id, { createdMs: row.createdMs, cells: row.cells });
    this.#undo.push(() => table.remove(row));
  }

  removeRow(table: Table, row: Row): void {
    table.remove(row);
    this.base.trash.set(row.id, { tableId: table.id, row });
    const changes = this.#changesOf(table);
    changes.changed.delete(row.id);
    if (!changes.created.delete(row.id)) changes.destroyed.set(row.id, row);
    this.#undo.push(() => {
      this.base.trash.delete(row.id);
      table.insert(row);
    });
  }

  /** Writes one cell, undefined to empty it; an equal value is no change. Answers whether it changed. */
  setCell(table: Table, row: Row, field: Field, value: CellValue | undefined): boolean {
    const before = row.cells.get(field.id);
    if (cellsEqual(before, value)) return false;
    const { modifiedMs, modifiedBy, fieldModifiedMs } = row;
    table.store(row, field.id, value);
    this.#undo.push(() => {
      table.store(row, field.id, before);
      Object.assign(row, { modifiedMs, modifiedBy, fieldModifiedMs });
    });
    const changes = this.#changesOf(table);
    if (changes.created.has(row.id)) return true;
    row.modifiedMs = this.atMs;
    row.modifiedBy = this.actor.user.id;
    row.fieldModifiedMs = new Map(fieldModifiedMs).set(field.id, this.atMs);
    const cells = changes.changed.get(row.id) ?? new Map<string, CellChange>();
    changes.changed.set(row.id, cells);
    const first = cells.get(field.id);
    cells.set(field.id, { before: first ? first.before : before, after: value });
    return true;
  }

  addField(table: Table, field: Field): void {
    const { fields } = table;
    table.fields = [...fields, field];
    table.schemaVersion += 1;
    this.#changesOf(table).fieldsCreated.set(field.id, definitionOf(field));
    this.#undo.push(() => {
      table.fields = fields;
      table.schemaVersion += 1;
    });
  }

  /** Changes a field in place, so that whoever holds it sees the new definition. */
  changeField(table: Table, field: Field, patch: Partial<Field>): void {
    const before = { ...field };
    Object.assign(field, patch);
    table.schemaVersion += 1;
    const changes = this.#changesOf(table);
    if (changes.fieldsCreated.has(field.id)) changes.fieldsCreated.set(field.id, definitionOf(field));
    else {
      const first = changes.fieldsChanged.get(field.id);
      changes.fieldsChanged.set(field.id, {
        before: first ? first.before : definitionOf(before),
        after: definitionOf(field),
      });
    }
    this.#undo.push(() => {
      if (before.options === undefined) delete field.options;
      if (before.description === undefined) delete field.description;
      Object.assign(field, before);
      table.schemaVersion += 1;
    });
  }

  /** Takes a field away with its cells; links must have been cleared before. */
  removeField(table: Table, field: Field): void {
    const { fields } = table;
    table.fields = fields.filter((other) => other !== field);
    table.schemaVersion += 1;
    table.forgetIndex(field.id);
    for (const row of table.rows.values()) {
      const value = row.cells.get(field.id);
      if (value === undefined) continue;
      table.store(row, field.id, undefined);
      this.#undo.push(() => table.store(row, field.id, value));
    }
    const changes = this.#changesOf(table);
    for (const cells of changes.changed.values()) cells.delete(field.id);
    changes.fieldsDestroyed.add(field.id);
    this.#undo.push(() => {
      table.fields = fields;
      table.schemaVersion += 1;
    });
  }

  addTable(table: Table): void {
    this.base.tables.push(table);
    this.#tablesCreated.set(table.id, table);
    this.#undo.push(() => void this.base.tables.splice(this.base.tables.indexOf(table), 1));
  }

  changeTable(table: Table, patch: Partial<TableMetadata>): void {
    const before = metadataOf(table);
    Object.assign(table, patch);
    const changes = this.#changesOf(table);
    changes.metadata = { before: changes.metadata?.before ?? before, after: metadataOf(table) };
    this.#undo.push(() => void Object.assign(table, before));
  }

  removeTable(table: Table): void {
    const place = this.base.tables.indexOf(table);
    this.base.tables.splice(place, 1);
    this.#tables.delete(table.id);
    this.#tablesDestroyed.add(table.id);
    this.#undo.push(() => void this.base.tables.splice(place, 0, table));
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  /** The changes under the base's next transaction number, or null when nothing changed. */
  commit(): CommittedChange | null {
    for (const id of this.#tablesCreated.keys()) this.#tables.delete(id);
    if (this.#tables.size + this.#tablesCreated.size + this.#tablesDestroyed.size === 0) return null;
    this.base.transactionNumber += 1;
    for (const changes of this.#tables.values()) {
      for (const [id, cells] of changes.changed) if (cells.size === 0) changes.changed.delete(id);
    }
    this.#shareCreatedCells();
    const tablesCreated: CommittedChange['tablesCreated'] = new Map();
    for (const table of this.#tablesCreated.values()) {
      const fields = new Map(table.fields.map((field) => [field.id, definitionOf(field)]));
      tablesCreated.set(table.id, { metadata: metadataOf(table), fields });
    }
    return {
      baseId: this.base.id,
      number: this.base.transactionNumber,
      atMs: this.atMs,
      actor: this.actor,
      tables: this.#tables,
      tablesCreated,
      tablesDestroyed: this.#tablesDestroyed,
    };
  }

  /** Created rows are remembered by reference: the next writer to such a row copies its cells first. */
  #shareCreatedCells(): void {
    for (const [tableId, changes] of this.#tables) {
      const table = this.base.tableById(tableId);
      for (const [id, created] of changes.created) {
        const row = table?.rows.get(id);
        if (!row) continue;
        row.cellsShared = true;
        changes.created.set(id, { createdMs: created.createdMs, cells: row.cells });
      }
    }
  }
}

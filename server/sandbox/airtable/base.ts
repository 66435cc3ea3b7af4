import type { IdSource } from './ids.ts';
import { LinkList } from './linkList.ts';
import type { CellValue, Field, PermissionLevel, Row, User, View } from './model.ts';
import type { Webhook } from './webhooks.ts';

/** A stored value's key in an index; undefined for values that are not indexed. */
export function indexKey(value: CellValue | undefined): string | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return `n${value}`;
  return undefined;
}

/** One table: its fields in order, its views, and its records by id and, on demand, by value. */
export class Table {
  readonly id: string;
  name: string;
  description: string | undefined;
  fields: Field[];
  readonly views: View[];
  readonly rows = new Map<string, Row>();
  nextRowNumber = 1;
  /** Grows with every change of the fields, so that compiled formulas know when they are stale. */
  schemaVersion = 0;
  #idsInOrder: string[] | null = null;
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(id: string, name: string, fields: Field[], views: View[], description?: string) {
    this.id = id;
    this.name = name;
    this.description = description;
    this.fields = fields;
    this.views = views;
  }

  primaryField(): Field {
    const first = this.fields[0];
    if (!first) throw new Error(`Table ${this.name} has no field: a table is made with its primary field`);
    return first;
  }

  /** A field by id or by its exact name, as record requests name them. */
  field(idOrName: string): Field | undefined {
    return (
      this.fields.find((field) => field.id === idOrName) ??
      this.fields.find((field) => field.name === idOrName)
    );
  }

  view(idOrName: string): View | undefined {
    return this.views.find((view) => view.id === idOrName || view.name === idOrName);
  }

  insert(row: Row): void {
    this.rows.set(row.id, row);
    this.#idsInOrder = null;
    for (const [fieldId, index] of this.#indexes) this.#add(index, row.cells.get(fieldId), row.id);
  }

  remove(row: Row): void {
    this.rows.delete(row.id);
    this.#idsInOrder = null;
    for (const [fieldId, index] of this.#indexes) this.#drop(index, row.cells.get(fieldId), row.id);
  }

  /** Writes one cell and keeps the indexes; undefined empties it. */
  store(row: Row, fieldId: string, value: CellValue | undefined): void {
    if (row.cellsShared) {
      row.cells = new Map(row.cells);
      row.cellsShared = false;
    }
    const index = this.rows.get(row.id) === row ? this.#indexes.get(fieldId) : undefined;
    if (index) this.#drop(index, row.cells.get(fieldId), row.id);
    if (value === undefined) row.cells.delete(fieldId);
    else row.cells.set(fieldId, value);
    if (index) this.#add(index, value, row.id);
  }

  /** Record ids in Airtable's order without a view or a sort: by id. */
  idsInOrder(): readonly string[] {
    this.#idsInOrder ??= [...this.rows.keys()].sort();
    return this.#idsInOrder;
  }

  /** The records whose stored value has this key, from an index that is built on first use. */
  idsWithValue(fieldId: string, key: string): ReadonlySet<string> {
    let index = this.#indexes.get(fieldId);
    if (!index) {
      index = new Map();
      for (const row of this.rows.values()) this.#add(index, row.cells.get(fieldId), row.id);
      this.#indexes.set(fieldId, index);
    }
    return index.get(key) ?? new Set();
  }

  forgetIndex(fieldId: string): void {
    this.#indexes.delete(fieldId);
  }

  #add(index: Map<string, Set<string>>, value: CellValue | undefined, id: string): void {
    const key = indexKey(value);
    if (key === undefined) return;
    const ids = index.get(key);
    if (ids) ids.add(id);
    else index.set(key, new Set([id]));
  }

  #drop(index: Map<string, Set<string>>, value: CellValue | undefined, id: string): void {
    const key = indexKey(value);
    if (key === undefined) return;
    const ids = index.get(key);
    ids?.delete(id);
    if (ids?.size === 0) index.delete(key);
  }
}

/** One base (Airtable's word for a database): tables, people, webhooks, and what was deleted. */
export class Base {
  readonly id: string;
  name: string;
  readonly workspaceId: string;
  readonly tables: Table[] = [];
  /** User id → what the user may do here; who is not listed has no access. */
  readonly collaborators = new Map<string, PermissionLevel>();
  /** Everyone known to Airtable, by id; shared by all bases. */
  readonly users: Map<string, User>;
  readonly newId: IdSource;
  /** Records that the plan allows; null for no limit. */
  recordLimit: number | null;
  readonly webhooks = new Map<string, Webhook>();
  /** Deleted records, which a person can restore with their old id. */
  readonly trash = new Map<string, { tableId: string; row: Row }>();
  transactionNumber = 0;

  constructor(made: {
    id: string;
    name: string;
    workspaceId: string;
    users: Map<string, User>;
    newId: IdSource;
    recordLimit: number | null;
  }) {
    this.id = made.id;
    this.name = made.name;
    this.workspaceId = made.workspaceId;
    this.users = made.users;
    this.newId = made.newId;
    this.recordLimit = made.recordLimit;
  }

  /** A table by id or by name; names match whatever their case. */
  table(idOrName: string): Table | undefined {
    const wanted = idOrName.toLowerCase();
    return (
      this.tables.find((table) => table.id === idOrName) ??
      this.tables.find((table) => table.name.toLowerCase() === wanted)
    );
  }

  tableById(id: string | undefined): Table | undefined {
    return this.tables.find((table) => table.id === id);
  }

  fieldById(id: string): { table: Table; field: Field } | undefined {
    for (const table of this.tables) {
      const field = table.fields.find((candidate) => candidate.id === id);
      if (field) return { table, field };
    }
    return undefined;
  }

  /** A record anywhere in the base. */
  row(id: string): { table: Table; row: Row } | undefined {
    for (const table of this.tables) {
      const row = table.rows.get(id);
      if (row) return { table, row };
    }
    return undefined;
  }

  recordCount(): number {
    return this.tables.reduce((count, table) => count + table.rows.size, 0);
  }
}

export const linksOf = (value: CellValue | undefined): LinkList | undefined =>
  value instanceof LinkList ? value : undefined;

export const isIdArray = (value: CellValue | undefined): value is readonly string[] => Array.isArray(value);

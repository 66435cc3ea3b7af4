import type { Base } from '../airtable/base.ts';
import type { CommittedChange } from '../airtable/transaction.ts';
import type { AirtableWorld } from '../airtable/world.ts';
import { cellData, fieldData, recordData, tableData } from './baseData.ts';

/** A part of the base's data that is another now; `gone` stands for undefined, which JSON has not. */
export type ModelChange = { path: string[]; value?: unknown; gone?: true };

export type HostEvent =
  | { kind: 'model'; changes: ModelChange[] }
  | { kind: 'config'; updates: { path: string[]; value?: unknown }[] };

/** What an open page of Airtable is told of a committed change. */
export function modelChanges(world: AirtableWorld, base: Base, change: CommittedChange): ModelChange[] {
  const changes: ModelChange[] = [];
  for (const id of change.tablesCreated.keys()) {
    const table = base.tableById(id);
    if (table) changes.push({ path: ['tablesById', id], value: tableData(table) });
  }
  for (const id of change.tablesDestroyed) changes.push({ path: ['tablesById', id], gone: true });
  if (change.tablesCreated.size + change.tablesDestroyed.size > 0)
    changes.push({ path: ['tableOrder'], value: base.tables.map(({ id }) => id) });
  for (const [tableId, parts] of change.tables) {
    const table = base.tableById(tableId);
    if (!table) continue;
    const at = (...rest: string[]): string[] => ['tablesById', tableId, ...rest];
    if (parts.metadata) changes.push({ path: at('name'), value: table.name });
    for (const id of [...parts.fieldsCreated.keys(), ...parts.fieldsChanged.keys()]) {
      const field = table.field(id);
      if (field) changes.push({ path: at('fieldsById', id), value: fieldData(field) });
    }
    for (const id of parts.fieldsDestroyed) changes.push({ path: at('fieldsById', id), gone: true });
    for (const id of parts.created.keys()) {
      const row = table.rows.get(id);
      const value = row && recordData(world, base, table, row, table.fields, change.atMs);
      if (value) changes.push({ path: at('recordsById', id), value });
    }
    for (const [id, cells] of parts.changed) {
      const row = table.rows.get(id);
      for (const fieldId of cells.keys()) {
        const field = table.field(fieldId);
        if (!row || !field) continue;
        const value = cellData(world, base, table, row, field, change.atMs) ?? null;
        changes.push({ path: at('recordsById', id, 'cellValuesByFieldId', fieldId), value });
      }
    }
    for (const id of parts.destroyed.keys()) changes.push({ path: at('recordsById', id), gone: true });
  }
  return changes;
}

/** Events in order, for pages that ask what came after the last one they know. */
export class EventLog {
  readonly #events: HostEvent[] = [];
  readonly #waiting = new Set<() => void>();

  add(event: HostEvent): void {
    this.#events.push(event);
    for (const wake of this.#waiting) wake();
  }

  position(): number {
    return this.#events.length;
  }

  /** Answers at once when there is something, else when there is, or empty after the time. */
  async after(position: number, waitMs: number): Promise<{ next: number; events: HostEvent[] }> {
    if (this.#events.length <= position) await this.#something(waitMs);
    return { next: this.#events.length, events: this.#events.slice(position) };
  }

  #something(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#waiting.add(done);
    });
  }

  /** Lets everybody who waits go. */
  close(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

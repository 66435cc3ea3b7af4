import type { ApiResponse } from '../../shared/api.ts';
import { plannedTransactions } from '../../shared/planned/columns.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { advancePushes } from '../../server/jobs/push/pushRun.ts';
import { castOf, type Cast } from '../../server/sandbox/demo/cast.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import type { Transaction } from '../../server/sandbox/buildium/transactions.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { apiOf, type Journey } from '../support/journey.ts';
import { gridOf, type GridRow } from '../support/journeyBase.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';

export const MINUTE_MS = 60_000;

type Preview = NonNullable<ApiResponse<'push'>['preview']>;
type PushView = ApiResponse<'readPush'>;

/** A property manager's desk: planned rows in Airtable, the push, and Buildium to look into. No worker runs. */
export type Desk = {
  engine: Engine;
  clock: JourneyClock;
  cast: Cast;
  ask: Journey['ask'];
  /** Links by the Buildium id: `{ Lease: [['leases', 12]] }` becomes row ids. */
  plan(...rows: Readonly<Record<string, unknown>>[]): Promise<string[]>;
  edit(recordId: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  row(recordId: string): GridRow;
  to(resource: string, id: number): Promise<string[]>;
  preview(...recordIds: string[]): Promise<Preview>;
  /** Previews and confirms what can be sent; nothing is carried out yet. */
  confirm(...recordIds: string[]): Promise<PushView>;
  /** What the worker does when it is woken. */
  work(): Promise<void>;
  /** Previews, confirms and carries out. */
  push(...recordIds: string[]): Promise<PushView>;
  read(pushId: string): Promise<PushView>;
  breakBuildium(...faults: Fault[]): void;
  /** Everything in Buildium that was booked since the desk was set up. */
  booked(): Transaction[];
  close(): Promise<void>;
};

export async function openDesk(): Promise<Desk> {
  // A Monday morning in Boston.
  const clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  const engine = await startEngine({ clock });
  const { network, database } = engine;
  const ask = await apiOf(network, database, clock);
  const { world, baseId } = network.airtable;
  const grid = gridOf(world, baseId, clock.nowMs);
  const records = network.buildium.world.records;
  const before = new Set(records.transactions.keys());
  const desk: Desk = {
    engine,
    clock,
    ask,
    cast: castOf(network.buildium.world),
    plan: async (...rows) => {
      const touched = await engine.inAirtable('createRecords', {
        table: plannedTransactions.table,
        records: rows.map((fields) => ({ fields })),
      });
      return touched['ids'] as string[];
    },
    edit: async (recordId, fields) => {
      const table = plannedTransactions.table;
      await engine.inAirtable('updateRecords', { table, records: [{ id: recordId, fields }] });
    },
    row: (recordId) => {
      const found = grid.rows(plannedTransactions.table).find(({ id }) => id === recordId);
      if (!found) throw new Error(`There is no planned row ${recordId}`);
      return found;
    },
    to: async (resource, id) => {
      const links = await linksByEntity(database, network.connectionId, resource, [String(id)]);
      return [links.get(String(id))?.airtableRecordId ?? `${resource} ${id} has no row`];
    },
    preview: async (...recordIds) => {
      const { preview } = await ask('push', {}, { recordIds, dryRun: true });
      if (!preview) throw new Error('A dry run answers a preview');
      return preview;
    },
    confirm: async (...recordIds) => {
      const preview = await desk.preview(...recordIds);
      const going = preview.records.filter(({ previewHash }) => previewHash !== null);
      const confirmed = going.map(({ recordId, previewHash }) => ({ recordId, previewHash }));
      const { push } = await ask('push', {}, { records: confirmed, dryRun: false });
      if (!push) throw new Error('A confirmation answers a push');
      return push;
    },
    work: () => advancePushes(engine.job),
    push: async (...recordIds) => {
      const { pushId } = await desk.confirm(...recordIds);
      await desk.work();
      return desk.read(pushId);
    },
    read: (pushId) => ask('readPush', { pushId }),
    breakBuildium: (...faults) => network.buildium.faults.add(faults),
    booked: () => [...records.transactions.values()].filter(({ id }) => !before.has(id)),
    close: () => engine.close(),
  };
  return desk;
}

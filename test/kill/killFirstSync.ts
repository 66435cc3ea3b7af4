import type { Database } from '../../server/db/database.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { typeRents, unitRows, type Now, type UnitRow } from './killEdits.ts';
import { killed, type Sides, type Started } from './killedServer.ts';
import { eventually } from './eventually.ts';

/** Almost as long as the server waits: until then the rows are there, and it knows of none. */
const ANSWERED_AFTER_MS = 28_000;

/** To be called before the first sync comes to the units. */
export function holdUpUnits({ airtable }: Sides): void {
  const base = airtable.world.bases.get(airtable.baseId);
  const units = base && placesIn(base).get('units');
  if (!units) throw new Error('The table of units is gone');
  const effect = { kind: 'lateAnswer', delayMs: ANSWERED_AFTER_MS } as const;
  airtable.faults.add([{ method: 'PATCH', path: units.tableId, times: 2, effect }]);
}

/**
 * The server is killed once it has made rows of units and before it has remembered them, and somebody types a rent into
 * each: started again, it finds rows that nothing was ever agreed on.
 * @returns how many rows that were.
 */
export async function killInFirstSync(
  database: Database,
  server: Started,
  now: () => Now,
  wanted: Map<string, number>,
): Promise<number> {
  // Of the rows alone, without a question to the database: they are remembered within a second.
  await eventually(() => unitRows(now()).length > 0, 'rows of units');
  await killed(server);
  const rows = await unremembered(database, now());
  typeRents(now(), rows, 2000, wanted);
  return rows.length;
}

/** Rows of units that are there and that no link knows. */
async function unremembered(database: Database, now: Now): Promise<UnitRow[]> {
  const rows = unitRows(now);
  if (rows.length === 0) return [];
  const known = await database.query<{ id: string }>(
    `select airtable_record_id as id from links where resource = 'units' and airtable_record_id is not null`,
  );
  const ids = new Set(known.map(({ id }) => id));
  return rows.filter(({ recordId }) => !ids.has(recordId));
}

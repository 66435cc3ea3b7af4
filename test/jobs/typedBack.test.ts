import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
}, 60_000);
afterAll(() => engine.close());

test('Values that somebody types back, several at once, are that person’s and not ours, though we sent the same a moment ago', async () => {
  const [unit] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const id = unit?.id ?? '';
  const inBuildium = async (patch: Record<string, unknown>): Promise<void> => {
    await engine.inBuildium('updateUnit', { id: Number(id), patch });
    await engine.mark('units', [id]);
    await engine.drain('units');
  };
  const first = { MarketRent: 1_500, Description: 'Garden view', UnitSize: 800 };
  await inBuildium(first);
  await inBuildium({ MarketRent: 1_600, Description: 'Street view', UnitSize: 810 });
  await hearAirtable(engine.job);
  await engine.drain('units');

  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const typed = { marketRent: 1_500, description: 'Garden view', size: 800 };
  const fields = Object.fromEntries(
    Object.entries(typed).map(([key, value]) => [fieldIds[key] ?? '', value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await hearAirtable(engine.job);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');

  expect(await engine.cellsOf('units', id)).toMatchObject(typed);
  expect(await engine.job.buildium.get(`/v1/rentals/units/${id}`)).toMatchObject({ ok: true, value: first });
});

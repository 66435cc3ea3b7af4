import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import type { Job } from '../../server/jobs/job.ts';
import { err } from '../../shared/result.ts';
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

/** Buildium has what it was sent, and its answer never comes. */
function unanswered(job: Job): Job {
  const put: Job['buildium']['put'] = async (...asked) => {
    const answer = await job.buildium.put(...asked);
    expect(answer.ok).toBe(true);
    const said = { message: 'no answer', reason: 'no answer', outcome: 'unknown', call: 'PUT' } as const;
    return err({ kind: 'unavailable', status: null, type: null, ...said });
  };
  return { ...job, buildium: { ...job.buildium, put } };
}

describe('Where an edit has come to Buildium and nobody knows that yet', () => {
  async function editUnanswered(place: number): Promise<Unit> {
    const [unit] = await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 offset $1`,
      [place],
    );
    const id = unit?.id ?? '';
    await engine.inBuildium('updateUnit', { id: Number(id), patch: { Description: 'Garden view' } });
    await engine.mark('units', [id]);
    await engine.drain('units');
    const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
    const row = (description: string) => [
      { id: recordId, fields: { [fieldIds['description'] ?? '']: description } },
    ];
    await engine.inAirtable('updateRecords', { table: tableId, records: row('Street view') });
    await engine.mark('units', [id]);
    await drain(unanswered(engine.job), 'units');
    const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
    expect(answer).toMatchObject({ value: { Description: 'Street view' } });
    return { id, tableId, row };
  }
  type Unit = {
    id: string;
    tableId: string;
    row: (description: string) => { id: string; fields: Record<string, string> }[];
  };

  async function descriptions(id: string): Promise<unknown[]> {
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.mark('units', [id]);
    await engine.drain('units');
    const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
    const { Description } = (answer.ok ? answer.value : {}) as Record<string, unknown>;
    return [Description, (await engine.cellsOf('units', id))['description']];
  }

  test('an older write of ours that lands late in its row is nobody’s edit', async () => {
    const { id, tableId, row } = await editUnanswered(1);
    expect(await engine.job.airtable.updateRecords(tableId, row('Garden view'))).toMatchObject({ ok: true });
    expect(await descriptions(id)).toEqual(['Street view', 'Street view']);
  });

  test('the older value that a person types back is that person’s', async () => {
    const { id, tableId, row } = await editUnanswered(2);
    await engine.inAirtable('updateRecords', { table: tableId, records: row('Garden view') });
    expect(await descriptions(id)).toEqual(['Garden view', 'Garden view']);
  });
});

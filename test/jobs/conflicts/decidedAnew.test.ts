import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decideConflict } from '../../../server/db/conflicts.ts';
import type { ShownConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { resolveConflict, type ChoiceRefusal } from '../../../server/jobs/conflicts/conflicts.ts';
import { drain } from '../../../server/jobs/drain.ts';
import type { Job } from '../../../server/jobs/job.ts';
import type { Result } from '../../../shared/result.ts';
import { openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());

async function rentsApart(id: string): Promise<ShownConflict> {
  await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1100 });
  await bench.type('units', id, 'marketRent', 1200);
  await bench.look('units', id);
  return bench.theConflict(id);
}

const bothRents = async (id: string): Promise<unknown[]> => [
  (await bench.inBuildium(id))['MarketRent'],
  (await bench.engine.cellsOf('units', id))['marketRent'],
];

const choose = (
  { conflictId, version }: ShownConflict,
  value: number,
): Promise<Result<null, ChoiceRefusal>> =>
  resolveConflict(bench.job, { conflictId, version, value }, 'person');

/** An engine that is about to write into the row when this happens. */
function beforeItsWrite(meanwhile: () => Promise<void>): Job {
  const { airtable } = bench.job;
  let isOver = false;
  return {
    ...bench.job,
    airtable: {
      ...airtable,
      updateRecords: async (...asked) => {
        if (!isOver) await meanwhile();
        isOver = true;
        return airtable.updateRecords(...asked);
      },
    },
  };
}

test('whoever decides otherwise while a decision is being carried out is told so, and what is on record is what both sides show', async () => {
  const id = bench.unit();
  const conflict = await rentsApart(id);
  expect(await choose(conflict, 115_000)).toMatchObject({ ok: true });
  const second: Result<null, ChoiceRefusal>[] = [];
  const job = beforeItsWrite(async () => {
    second.push(await choose(conflict, 116_000));
  });
  await drain(job, 'units');
  expect(second).toEqual([
    {
      ok: false,
      error: {
        kind: 'settled',
        message:
          'It has been settled already, and that is being carried out at this moment. Read the conflict again in a minute: what was decided can be undone then.',
      },
    },
  ]);
  expect(await bothRents(id)).toEqual([1150, 1150]);
  expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved', decidedValue: 115_000 });
});

test('before it is being carried out everybody may decide otherwise', async () => {
  const id = bench.unit();
  const conflict = await rentsApart(id);
  expect(await choose(conflict, 115_000)).toMatchObject({ ok: true });
  expect(await choose(conflict, 116_000)).toMatchObject({ ok: true });
  await drain(bench.job, 'units');
  expect(await bothRents(id)).toEqual([1160, 1160]);
  expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved', decidedValue: 116_000 });
});

test('a decision that was taken just before the look began, and not read by it, is not called carried out', async () => {
  const id = bench.unit();
  const conflict = await rentsApart(id);
  const { conflictId, version } = conflict;
  expect(await choose(conflict, 115_000)).toMatchObject({ ok: true });
  const seen = { sawBuildium: version.buildium, sawAirtable: version.airtable };
  const decision = { conflictId, side: 'value' as const, value: 116_000, by: 'person', ...seen };
  const job = beforeItsWrite(async () => {
    const { database, connectionId } = bench.job;
    const now = new Date(Date.now() + 1).toISOString();
    expect(await decideConflict(database, connectionId, decision, now)).toBe(true);
  });
  await drain(job, 'units');
  await bench.look('units', id);
  expect(await bothRents(id)).toEqual([1150, 1150]);
  expect(await bench.theConflict(id)).toMatchObject({
    state: 'closed',
    endedWhy: 'Both sides have become equal.',
  });
});

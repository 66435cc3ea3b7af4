import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resolveConflict } from '../../../server/jobs/conflicts/conflicts.ts';
import { decideApproval, showApprovals } from '../../../server/jobs/losses/lossApprovals.ts';
import { openBench, type Bench } from './bench.ts';

let bench: Bench;
let ids: string[];
beforeAll(async () => {
  bench = await openBench();
  const rows = await bench.engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
  ids = rows.map(({ id }) => id);
}, 90_000);
afterAll(() => bench.engine.close());

async function decide(id: string, side: 'buildium' | 'airtable'): Promise<void> {
  const { conflictId, version } = await bench.theConflict(id);
  const choice = { conflictId, version, side };
  expect(await resolveConflict(bench.job, choice, 'person')).toEqual({ ok: true, value: null });
}

async function lookAtAll(): Promise<void> {
  for (const id of ids) await bench.askFor('units', id);
  await bench.engine.drain('units');
}

async function leave(): Promise<void> {
  const [asked] = await showApprovals(bench.job, 'open', 10);
  expect(await decideApproval(bench.job, asked?.approvalId ?? '', 'ignore', 'jo')).toBe('taken');
  await bench.engine.drain('units');
}

const bothRents = async (id: string): Promise<unknown[]> => [
  (await bench.inBuildium(id))['MarketRent'],
  (await bench.engine.cellsOf('units', id))['marketRent'],
];

test('a blank that was decided for, and left with many others when the breaker asked, is a person’s to decide anew', async () => {
  const [id = ''] = ids;
  for (const unit of ids) {
    await bench.engine.inBuildium('updateUnit', { id: Number(unit), patch: { MarketRent: null } });
    await bench.type('units', unit, 'marketRent', 1200);
  }
  await lookAtAll();
  for (const unit of ids) await decide(unit, 'buildium');
  await bench.engine.drain('units');
  expect(await bothRents(id)).toEqual([null, 1200]);

  await leave();
  expect(await bothRents(id)).toEqual([null, 1200]);
  expect(await bench.theConflict(id)).toMatchObject({
    ...{ state: 'open', decision: null },
    why: 'Somebody has answered since that the blanks of that day are not to be taken over, so what was decided was not carried out. Choose anew, or clear the cell in Airtable.',
  });
  expect((await bench.engine.cellsOf('units', id))['syncStatus']).toBe('Conflict');
  const since = bench.engine.calls.length;
  await lookAtAll();
  expect(bench.engine.airtableWrites(since)).toEqual([]);

  await decide(id, 'buildium');
  await bench.look('units', id);
  expect(await bothRents(id)).toEqual([null, null]);
  expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved' });
});

test('what was decided for Airtable’s blank, and is put back when the breaker asked, says so', async () => {
  await bench.engine.database.execute(`delete from losses`);
  // The first one was cleared by the sync a moment ago: a blank there is not a person's yet.
  const others = ids.slice(1);
  const [id = ''] = others;
  for (const unit of others) {
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(unit), marketRent: 1300 });
    await bench.type('units', unit, 'marketRent', 1300);
  }
  await lookAtAll();
  for (const unit of others) {
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(unit), marketRent: 1400 });
    await bench.type('units', unit, 'marketRent', null);
  }
  await lookAtAll();
  for (const unit of others) await decide(unit, 'airtable');
  await bench.engine.drain('units');
  expect(await bothRents(id)).toEqual([1400, null]);

  await leave();
  expect(await bothRents(id)).toEqual([1400, 1400]);
  expect(await bench.theConflict(id)).toMatchObject({
    state: 'closed',
    endedWhy:
      'The blank is one of many of that day, and a person has answered that these are not to be taken over.',
  });
});

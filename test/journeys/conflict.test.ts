import { expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

type Conflict = ApiResponse<'readConflict'>;

const TWO_WAY = { settings: { twoWay: true } };

/** A manager changes a rent in Airtable while somebody else changes it in Buildium, and no event tells of it. */
async function rentChangedOnBothSides(journey: Journey): Promise<{ unitId: number; conflict: Conflict }> {
  const unit = journey.grid.rows('Units')[0];
  const unitId = Number(unit?.cells['Buildium ID']);
  journey.network.buildium.setWebhook(null);
  await journey.inBuildium('changeMarketRent', { unitId, marketRent: 1444 });
  await edit(journey, unit?.id, 1555);
  const conflict = await eventually(async () => {
    const { conflicts } = await journey.ask('listConflicts', { state: 'open' });
    expect(conflicts).toMatchObject([
      {
        resource: 'units',
        entityId: String(unitId),
        field: { column: 'Market Rent' },
        buildium: 144400,
        airtable: 155500,
        stakesCents: 11100,
      },
    ]);
    return conflicts[0] as Conflict;
  });
  return { unitId, conflict };
}

/** Somebody types into the grid; the sync hears of it and waits until the row has been still for ten seconds. */
async function edit(journey: Journey, recordId: string | undefined, rent: number): Promise<void> {
  const typedAt = new Date(journey.clock.nowMs()).toISOString();
  await journey.inAirtable('updateRecords', {
    table: 'Units',
    records: [{ id: recordId, fields: { 'Market Rent': rent } }],
  });
  await eventually(async () => {
    const heard = await journey.database.query(
      `select webhook_id from airtable_webhooks where last_payload_at >= $1`,
      [typedAt],
    );
    expect(heard).toHaveLength(1);
  });
  journey.clock.advanceMs(15_000);
}

const resolve = (
  journey: Journey,
  { conflictId, version }: Conflict,
  side: 'buildium' | 'airtable',
): Promise<unknown> => journey.ask('resolveConflict', { conflictId }, { side, version });

async function bothShow(journey: Journey, unitId: number, rent: number): Promise<void> {
  await eventually(async () => {
    const unit = await (await journey.network.job()).buildium.get(`/v1/rentals/units/${unitId}`);
    expect(unit).toMatchObject({ ok: true, value: { MarketRent: rent } });
    expect(journey.grid.row('Units', unitId).cells).toMatchObject({
      'Market Rent': rent,
      'Sync Status': 'Synced',
    });
    expect((await journey.ask('listConflicts', { state: 'open' })).conflicts).toEqual([]);
  });
}

test(
  'A rent edited in Airtable reaches Buildium once the row has been still',
  walk(async (journey) => {
    const unit = journey.grid.rows('Units')[0];
    await edit(journey, unit?.id, 1666);
    await bothShow(journey, Number(unit?.cells['Buildium ID']), 1666);
  }, TWO_WAY),
);

test(
  'A rent changed on both sides is shown as a conflict, and lands on both sides as Airtable has it',
  walk(async (journey) => {
    const { unitId, conflict } = await rentChangedOnBothSides(journey);
    expect(journey.grid.row('Units', unitId).cells).toMatchObject({
      'Sync Status': 'Conflict',
      'Sync Note': 'Changed on both sides: Market Rent. Settle it in the extension, under Conflicts.',
    });
    await resolve(journey, conflict, 'airtable');
    await bothShow(journey, unitId, 1555);
  }, TWO_WAY),
);

test(
  'A conflict settled for Buildium puts its value in the row, and one settled on an old view is refused',
  walk(async (journey) => {
    const { unitId, conflict } = await rentChangedOnBothSides(journey);
    const stale = { ...conflict, version: { ...conflict.version, airtable: 'somethingElse' } };
    await expect(resolve(journey, stale, 'airtable')).rejects.toThrow('One of the two sides has changed');
    await resolve(journey, conflict, 'buildium');
    await bothShow(journey, unitId, 1444);
  }, TWO_WAY),
);

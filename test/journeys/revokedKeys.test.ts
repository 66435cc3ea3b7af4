import { expect, test } from '@jest/globals';
import { MINUTE_MS, walk, type Journey, type Side } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

const RETRIED_WITHIN_MS = 16 * MINUTE_MS;

test(
  'When a key is revoked on either side the status says what to do, and with the key back the sync goes on by itself',
  walk(async (journey) => {
    const { grid, network, control, inBuildium, inSync, later, ask } = journey;
    const unitId = Number(grid.rows('Units')[0]?.cells['Buildium ID']);
    const revoke = {
      buildium: (revoked: boolean) => control('buildium', 'keys', { revoked }),
      airtable: (revoked: boolean) =>
        control('airtable', 'token', { token: network.airtable.token, revoke: revoked }),
    };
    const advice = {
      buildium: 'Store a valid API key with `npm run cli -- setup`.',
      airtable: 'Store a valid token with `npm run cli -- setup`.',
    };

    for (const [index, side] of (['buildium', 'airtable'] as const).entries()) {
      await revoke[side](true);
      await inBuildium('changeMarketRent', { unitId, marketRent: 2001 + index });
      await eventually(async () =>
        expect(await sideOf(journey, side)).toMatchObject({
          ...{ state: 'down', kind: 'unauthorized', whatToDo: advice[side] },
        }),
      );

      await revoke[side](false);
      await later(RETRIED_WITHIN_MS);

      await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2001 + index));
      await inSync();
      await eventually(async () => expect(await sideOf(journey, side)).toMatchObject({ state: 'up' }));
    }
    const { held } = await ask('listHeld');
    expect(held).toEqual([]);
  }),
);

async function sideOf({ ask }: Journey, side: Side): Promise<object | undefined> {
  return (await ask('readStatus')).sides.find((one) => one.side === side);
}

import { expect, test } from '@jest/globals';
import { doctorSays, statusSays } from '../support/doctor.ts';
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
      buildium:
        'Make a key in Buildium (Settings > Developer Tools > API Keys) and store it with `npm run cli -- setup`.',
      airtable:
        'Make a token at https://airtable.com/create/tokens and store it with `npm run cli -- setup`.',
    };
    const said = {
      buildium: {
        doctor:
          /^Buildium key: Buildium does not accept the API key \(401 .*make a new key; then store it with/,
        status: /^Buildium side: Buildium does not accept the stored API key: it was revoked.*Make a key in/,
      },
      airtable: {
        doctor:
          /^Airtable token: Airtable does not accept the token \(401 .*Make a new token.*then store it with/,
        status: /^Airtable side: Airtable does not accept the stored token: it was revoked.*Make a token at/,
      },
    };

    for (const [index, side] of (['buildium', 'airtable'] as const).entries()) {
      await revoke[side](true);
      await inBuildium('changeMarketRent', { unitId, marketRent: 2001 + index });
      await eventually(async () =>
        expect(await sideOf(journey, side)).toMatchObject({
          ...{ state: 'down', kind: 'unauthorized', whatToDo: advice[side] },
        }),
      );
      const examined = await doctorSays(journey);
      expect(examined.filter((line) => /401|accept/.test(line))).toEqual([
        expect.stringMatching(said[side].doctor),
      ]);
      expect(await statusSays(journey)).toContainEqual(expect.stringMatching(said[side].status));

      await revoke[side](false);
      expect(await doctorSays(journey)).toContainEqual(
        expect.stringMatching(
          / side: \w+ refused calls since .* and answers again: the sync goes on by itself/,
        ),
      );
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

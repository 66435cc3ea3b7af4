import { expect, test } from '@jest/globals';
import { doctorSays, statusSays } from '../support/doctor.ts';
import { HOUR_MS, MINUTE_MS, walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'With the month’s calls used up no more data calls are made but one an hour, the status says so, and an upgrade helps',
  walk(async (journey) => {
    const { grid, control, inBuildium, later, ask, afterSweeps } = journey;
    const unitId = Number(grid.rows('Units')[0]?.cells['Buildium ID']);
    await control('airtable', 'quota', { monthlyCallLimit: 0 });

    await inBuildium('changeMarketRent', { unitId, marketRent: 2100 });
    await eventually(async () => {
      const airtable = (await ask('readStatus')).sides.find(({ side }) => side === 'airtable');
      expect(airtable).toMatchObject({ state: 'down', kind: 'quotaExhausted' });
      expect(airtable?.whatToDo).toMatch(/^Upgrade Airtable's plan .*, or wait for the first of the month/);
    });
    const calls = /month are used up: changes wait.*Upgrade Airtable's plan .*: nothing is lost/;
    expect((await doctorSays(journey)).filter((line) => calls.test(line))).toEqual([
      expect.stringMatching(/^Airtable calls: /),
    ]);
    expect(await statusSays(journey)).toContainEqual(expect.stringMatching(calls));
    const refused = refusedCalls(journey);
    for (let quarter = 1; quarter <= 3; quarter += 1) {
      await inBuildium('changeMarketRent', { unitId, marketRent: 2100 + quarter });
      await later(15 * MINUTE_MS);
      await journey.quiet();
    }
    expect(refusedCalls(journey)).toBe(refused);

    await later(HOUR_MS);
    await eventually(() => expect(refusedCalls(journey)).toBe(refused + 1));
    await journey.quiet();
    expect(refusedCalls(journey)).toBe(refused + 1);

    await control('airtable', 'quota', { monthlyCallLimit: null });
    // Whoever has upgraded the plan and asks is not told of the hour before.
    expect((await doctorSays(journey)).filter((line) => calls.test(line))).toEqual([]);
    await later(2 * HOUR_MS);
    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2103));
    await afterSweeps();
    expect((await ask('readStatus')).sides.map(({ state }) => state)).toEqual(['up', 'up']);
  }),
);

function refusedCalls({ network }: Journey): number {
  return network.airtable.world.calls.byStatus.get(429) ?? 0;
}

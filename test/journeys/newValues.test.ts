import { expect, test } from '@jest/globals';
import { doctorSays, statusSays } from '../support/doctor.ts';
import { walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A value that Buildium has never shown before becomes a new choice, and a notice tells of it',
  walk(async (journey) => {
    const { grid, ask, inSync } = journey;
    const unitId = firstUnitId(journey);

    showBedrooms(journey, unitId, 'TwentyBed');

    await eventually(() => expect(grid.row('Units', unitId).cells['Bedrooms']).toBe('Twenty bed'));
    await inSync();
    const { notices } = await ask('listNotices');
    expect(notices.map(({ kind, message }) => [kind, message])).toContainEqual([
      'newChoice',
      'Buildium shows a new value for Bedrooms: Twenty bed. It was added to the choices in Airtable.',
    ]);
    const told =
      'Notice: Buildium shows a new value for Bedrooms: Twenty bed. It was added to the choices in Airtable.';
    expect(await doctorSays(journey)).toContain(told);
    expect(await statusSays(journey)).toContain(told);
  }),
);

test(
  'Where Airtable does not let us add a choice, the row’s other values arrive, and this one once a person has added it',
  walk(async (journey) => {
    const { grid, ask, control, inBuildium, inAirtable, inSync } = journey;
    const unitId = firstUnitId(journey);
    await control('airtable', 'behaviour', { acceptsChoiceUpdates: false });

    await inBuildium('changeMarketRent', { unitId, marketRent: 2121 });
    showBedrooms(journey, unitId, 'TwentyBed');

    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2121));
    await eventually(async () => {
      const { notices } = await ask('listNotices');
      expect(notices.find(({ kind }) => kind === 'unknownChoice')?.message).toMatch(
        /^Buildium shows Twenty bed for Bedrooms, which is not a choice in Airtable.*Add the choice to the field by hand/,
      );
    });

    const told = expect.stringMatching(
      /^Notice: Buildium shows Twenty bed .*Add the choice to the field by hand/,
    );
    expect(await doctorSays(journey)).toContainEqual(told);
    expect(await statusSays(journey)).toContainEqual(told);
    await inAirtable('addSelectOption', { table: 'Units', field: 'Bedrooms', name: 'Twenty bed' });

    await eventually(() => expect(grid.row('Units', unitId).cells['Bedrooms']).toBe('Twenty bed'));
    await inSync();
  }),
);

function firstUnitId({ grid }: Journey): number {
  return Number(grid.rows('Units')[0]?.cells['Buildium ID']);
}

/** Buildium adds values to its lists without notice; its own screens would not let a person do it here. */
function showBedrooms({ network, clock }: Journey, unitId: number, value: string): void {
  const { buildium } = network;
  buildium.world.act(clock.nowMs(), (records) => {
    const unit = records.units.get(unitId);
    if (!unit) throw new Error(`There is no unit ${unitId}`);
    unit.saved = { ...unit.saved, UnitBedrooms: value as never };
    unit.updatedMs = clock.nowMs();
    records.emit({ name: 'RentalUnit.Updated', ids: { UnitId: unitId } });
  });
  buildium.setWebhook(buildium.world.outbox.subscription);
}

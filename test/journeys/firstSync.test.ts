import { expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { firstSync, walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'After the first sync every field of every record is the same on both sides, and a second look writes nothing',
  walk(
    async (journey) => {
      const { grid, ask } = journey;
      expect(grid.rows('Properties')).toEqual([]);

      await firstSync(journey);

      expect(await journey.differences()).toEqual([]);
      expect(grid.rows('Properties')).toHaveLength(3);
      expect(grid.rows('Units')).toHaveLength(7);
      expect(names(journey, 'Owners')).toEqual([
        'Birchwood Holdings LLC',
        'David Okafor',
        'Elaine Kowalski',
        'Maria Okafor',
      ]);
      const harborView = grid.rows('Owners').filter(({ cells }) => String(cells['Name']).endsWith('Okafor'));
      expect(harborView.map(({ cells }) => cells['Properties'])).toEqual([
        ['Harbor View Apartments'],
        ['Harbor View Apartments'],
      ]);
      const { runs } = await ask('listRuns');
      expect(runs).toMatchObject([{ kind: 'firstSync', state: 'finished', problem: null }]);

      const before = writes(journey);
      const { runId } = await ask('triggerSync', {}, {});
      await eventually(async () => {
        const latest = (await ask('listRuns')).runs.find((run) => run.runId === runId);
        expect(latest?.state).toBe('finished');
      });
      expect(writes(journey)).toEqual(before);
    },
    { firstSync: false },
  ),
);

test(
  'A person’s own columns and tables are never touched',
  walk(async ({ grid, inBuildium, inAirtable, afterSweeps, network }) => {
    const field = { name: 'NOI Class', type: 'singleLineText' };
    await inAirtable('addField', { table: 'Properties', field });
    const [property] = grid.rows('Properties');
    const id = property?.id ?? '';
    await inAirtable('updateRecords', {
      table: 'Properties',
      records: [{ id, fields: { 'NOI Class': 'A', 'Managed From': '2019-05-01' } }],
    });
    const own = network.airtable.world.bases.get(network.airtable.baseId)?.table('Table 1');
    const ownName = own?.name;

    const propertyId = Number(property?.cells['Buildium ID']);
    await inBuildium('updateProperty', { id: propertyId, patch: { Name: 'Harbor View Flats' } });

    const { cells } = await eventually(() => {
      const row = grid.row('Properties', propertyId);
      expect(row.cells['Name']).toBe('Harbor View Flats');
      return row;
    });
    expect(cells).toMatchObject({ 'NOI Class': 'A', 'Managed From': '2019-05-01' });
    expect(own?.name).toBe(ownName);
    // The units carry the property’s name.
    await afterSweeps();
  }),
);

function names({ grid }: Journey, resource: string): unknown[] {
  const table = resourceNamed(resource.toLowerCase()).table;
  return grid
    .rows(table)
    .map(({ cells }) => cells['Name'])
    .sort();
}

/** Every kind of call that changes something at Airtable or Buildium, with how often it was made. */
function writes({ network }: Journey): [string, number][] {
  const { airtable, buildium } = network;
  const atAirtable = [...airtable.world.calls.byKind].filter(([kind]) =>
    /create|update|delete|upsert/i.test(kind),
  );
  const atBuildium = [...buildium.world.calls].filter(([route]) => !route.startsWith('GET '));
  return [...atAirtable, ...atBuildium];
}

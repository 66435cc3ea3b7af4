import { eventually } from '../eventually.ts';
import { rowsOf, stillDiffers } from '../rows.ts';
import { must, timed, type Scene, type Step } from './step.ts';

/** What people do in Airtable, and what becomes of it. */
export const editPutBack: Step = {
  name: "an edit of a value that is Buildium's alone is put back, and the audit says so",
  whatToDo:
    'GET /api/v1/audit?action=putBack lists what was put back; Airtable must be able to reach the webhook.',
  play: async ({ network, people, cast, api }) => {
    const { unitId } = cast.unit('Harbor View Apartments', '2A');
    const [row] = rowsOf(network, 'units', unitId);
    must(row !== undefined, 'Unit 2A has no row');
    const before = row.values['name'] ?? null;
    const edit = { id: row.recordId, fields: { Name: 'Penthouse' } };
    const latencyMs = await timed(
      () => people.inAirtable('updateRecords', { table: 'Units', records: [edit] }),
      "Buildium's value to come back",
      () => stillDiffers(network, 'units', unitId, { name: before }),
      { withinMs: 30_000 },
    );
    let why = '';
    await eventually(
      'a line in the audit',
      async () => {
        const query = { action: 'putBack', entityId: String(unitId) };
        why = (await api('listAudit', { query })).entries[0]?.why ?? '';
        return why === '' ? 'there is none' : null;
      },
      { everyMs: 250 },
    );
    return { latencyMs, checked: ["Buildium's name is back", `the audit says: ${why}`] };
  },
};

export const ownColumns: Step = {
  name: "a person's own column and entries stay untouched",
  whatToDo: 'Look at the row in the base; nothing outside the mapped fields may change.',
  play: async (scene) => {
    const { network, people, cast } = scene;
    const { unitId, propertyId } = cast.unit('Cedar Cottage', 'Cedar Cottage');
    const [unit] = rowsOf(network, 'units', unitId);
    const [property] = rowsOf(network, 'properties', propertyId);
    must(unit !== undefined && property !== undefined, 'Cedar Cottage has no rows');
    const note = 'Paint the porch in spring';
    const field = { name: 'My Notes', type: 'multilineText' };
    await people.inAirtable('addField', { table: 'Units', field });
    const records = [{ id: unit.recordId, fields: { 'My Notes': note } }];
    await people.inAirtable('updateRecords', { table: 'Units', records });
    const managed = [{ id: property.recordId, fields: { 'Managed From': '2024-03-01' } }];
    await people.inAirtable('updateRecords', { table: 'Properties', records: managed });
    const latencyMs = await timed(
      async () => {
        await people.inBuildium('changeMarketRent', { unitId, marketRent: 2955 });
        await people.inBuildium('updateProperty', { id: propertyId, patch: { YearBuilt: 2004 } });
      },
      "Buildium's changes of the same rows",
      () =>
        stillDiffers(network, 'units', unitId, { marketRent: 295_500 }) ??
        stillDiffers(network, 'properties', propertyId, { yearBuilt: 2004 }),
    );
    must(cellOf(scene, 'Units', unit.recordId, 'My Notes') === note, 'The note is gone');
    must(
      cellOf(scene, 'Properties', property.recordId, 'Managed From') === '2024-03-01',
      'Managed From is gone',
    );
    return { latencyMs, checked: ['"My Notes" and "Managed From" are as they were typed'] };
  },
};

export const renamed: Step = {
  name: 'a renamed table and field go on being synced',
  whatToDo: 'The sync goes by ids: GET /api/v1/sync/status tells the problem of the table.',
  play: async ({ network, people, cast }) => {
    const { unitId } = cast.unit('Harbor View Apartments', '1B');
    const latencyMs = await timed(
      async () => {
        await people.inAirtable('renameField', { table: 'Units', field: 'Market Rent', name: 'Asking Rent' });
        await people.inAirtable('renameTable', { table: 'Units', name: 'Flats' });
        await people.inBuildium('changeMarketRent', { unitId, marketRent: 2111 });
      },
      'the market rent in the renamed column',
      () => stillDiffers(network, 'units', unitId, { marketRent: 211_100 }),
    );
    return { latencyMs, checked: ['"Flats" shows it in "Asking Rent"'] };
  },
};

export const deletedField: Step = {
  name: 'a deleted field is left out with a plain sentence, and repaired in one step',
  whatToDo: 'Run "npm run cli -- repair"; GET /api/v1/sync/status says what is missing.',
  play: async ({ network, people, cast, api, repair }) => {
    const vendorId = cast.vendorId('GreenLeaf Landscaping');
    await people.inAirtable('deleteField', { table: 'Vendors', field: 'Website' });
    let sentence = '';
    await eventually(
      'the status to name the deleted field',
      async () => {
        const { resources } = await api('readStatus');
        sentence = resources.find(({ resource }) => resource === 'vendors')?.problem ?? '';
        return sentence.includes('Website') ? null : 'the status says nothing about it';
      },
      { everyMs: 250 },
    );
    const email = 'office@greenleaf.example';
    const latencyMs = await timed(
      () => people.inBuildium('updateVendor', { id: vendorId, patch: { PrimaryEmail: email } }),
      'the rest of the row',
      () => stillDiffers(network, 'vendors', vendorId, { email }),
    );
    const repaired = await repair();
    await eventually('the field to be filled again', () =>
      stillDiffers(network, 'vendors', vendorId, { website: 'https://www.greenleaf.example' }),
    );
    return {
      latencyMs,
      checked: [
        `the status said: ${sentence}`,
        'the other fields went on',
        `repaired: ${repaired.join(', ')}`,
      ],
    };
  },
};

function cellOf({ network }: Scene, table: string, recordId: string, field: string): unknown {
  const { world, baseId } = network.airtable;
  const held = world.bases.get(baseId)?.table(table);
  return held?.rows.get(recordId)?.cells.get(held.field(field)?.id ?? '');
}

import { expect, test } from '@jest/globals';
import { everythingIn } from '../support/everythingIn.ts';
import { MINUTE_MS, walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

/** What Buildium holds and nobody else may ever see. */
const SECRETS = {
  'tax id of a tenant': '941-22-7788',
  'birth date of a tenant': '1991-07-23',
  'tax id of an owner': '900-12-3456',
  'birth date of an owner': '1968-04-11',
  'routing number': '011000015',
};

test(
  'Tax ids, bank numbers and birth dates never leave Buildium, and contact data is nowhere in our database in clear',
  walk(async (journey) => {
    const { grid, network, database, logged, inBuildium, inAirtable, inSync, later, breakDown, mend } =
      journey;
    const tenant = grid.rows('Tenants').find(({ cells }) => cells['Name'] === 'Amara Osei');
    const tenantId = Number(tenant?.cells['Buildium ID']);
    const patch = {
      TaxId: SECRETS['tax id of a tenant'],
      DateOfBirth: SECRETS['birth date of a tenant'],
      Email: 'amara.private@mail.example',
      Comment: 'Sister of the mayor',
    };
    await inBuildium('updateTenant', { id: tenantId, patch });
    await eventually(() => expect(grid.row('Tenants', tenantId).cells['Email']).toBe(patch.Email));
    // An edit that goes to Buildium, a refusal that is logged and parked, and an outage.
    const records = [{ id: tenant?.id, fields: { Email: 'typo@mail.example' } }];
    await inAirtable('updateRecords', { table: 'Tenants', records });
    await later(MINUTE_MS);
    await eventually(() => {
      const saved = network.buildium.world.records.tenants.get(tenantId)?.saved;
      expect(saved).toMatchObject({ ...patch, Email: 'typo@mail.example' });
    });
    const refusal = { error: { type: 'INVALID_VALUE_FOR_COLUMN', message: 'Cannot accept the value' } };
    await breakDown('airtable', [
      { body: 'second@mail', effect: { kind: 'status', status: 422, body: refusal } },
    ]);
    await inBuildium('updateTenant', { id: tenantId, patch: { Email: 'second@mail.example' } });
    await eventually(async () => expect(await parked(journey)).toBe(1));
    await mend('airtable');
    await journey.ask('redrive', {}, {});
    await eventually(() => expect(grid.row('Tenants', tenantId).cells['Email']).toBe('second@mail.example'));
    await inSync();

    const inPostgres = await everythingIn(database);
    const inGrid = JSON.stringify(
      [...(network.airtable.world.bases.get(network.airtable.baseId)?.tables ?? [])].map(({ name }) =>
        grid.rows(name),
      ),
    );
    const inLog = logged.join('');
    const bankNumbers = [...network.buildium.world.records.bankAccounts.values()].map(
      ({ saved }) => saved.AccountNumber ?? '',
    );
    expect(inGrid).toContain('second@mail.example');
    for (const secret of [...Object.values(SECRETS), ...bankNumbers.filter((number) => number.length > 4)]) {
      expect({ secret, found: inPostgres.includes(secret) }).toEqual({ secret, found: false });
      expect({ secret, found: inGrid.includes(secret) }).toEqual({ secret, found: false });
      expect({ secret, found: inLog.includes(secret) }).toEqual({ secret, found: false });
    }
    const contacts = [...network.buildium.world.records.tenants.values()].flatMap(({ saved }) => [
      ...[saved.Email, saved.PhoneNumbers?.Mobile, saved.Comment],
    ]);
    const personal = [...contacts, patch.Email, 'typo@mail.example', 'maria.okafor@mail.example', 'Okafor'];
    for (const value of personal.filter((one) => one)) {
      expect({ value, found: inPostgres.includes(String(value)) }).toEqual({ value, found: false });
      expect({ value, found: inLog.includes(String(value)) }).toEqual({ value, found: false });
    }
  }),
);

async function parked({ ask }: Journey): Promise<number> {
  return (await ask('listHeld')).held.filter(({ parkedAt }) => parkedAt !== null).length;
}

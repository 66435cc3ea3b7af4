import { describe, expect, test } from '@jest/globals';
import { RESOURCES, resourceNamed } from '../../shared/resources/index.ts';
import { airtableFieldSpec } from '../../shared/resources/columns.ts';
import { entityFromWire, putBodyWith } from '../../server/sync/entity.ts';

describe('every resource', () => {
  test.each(RESOURCES.map((resource) => [resource.name, resource] as const))(
    '%s links only to resources that come before it, or to itself',
    (_name, resource) => {
      const earlier = RESOURCES.slice(0, RESOURCES.indexOf(resource) + 1).map(({ name }) => name);
      for (const field of resource.fields) if (field.kind === 'link') expect(earlier).toContain(field.target);
    },
  );

  test.each(RESOURCES.map((resource) => [resource.name, resource] as const))(
    '%s begins with a text, as Airtable wants of a primary field',
    (_name, resource) => {
      expect(resource.fields[0]?.kind).toBe('text');
      expect(
        resource.fields[0]?.get({
          Id: 1,
          Name: 'A',
          Lines: [],
          Amount: 0,
          TransactionType: 'Bill',
          EntryDate: '',
        }),
      ).toBeTruthy();
    },
  );

  test('no field reads a tax number, a birth date or a bank number', () => {
    const planted = {
      TaxId: 'PLANTED',
      DateOfBirth: 'PLANTED',
      AccountNumber: 'PLANTED',
      RoutingNumber: 'PLANTED',
    };
    const wire = {
      Id: 1,
      ...planted,
      AccountNumberUnmasked: 'PLANTED',
      TaxInformation: { TaxPayerId: 'PLANTED', TaxPayerName1: 'PLANTED', IncludeIn1099: true },
      CurrentTenants: [{ Id: 1, ...planted }],
    };
    for (const resource of RESOURCES.filter(({ name }) => name !== 'glAccounts')) {
      const values = resource.fields.map((field) => {
        try {
          return field.get(wire);
        } catch {
          return null;
        }
      });
      expect([resource.name, JSON.stringify(values)]).not.toEqual([
        resource.name,
        expect.stringContaining('PLANTED'),
      ]);
    }
  });

  test('contact data is marked as such: names, addresses, phones and e-mails of people', () => {
    for (const name of ['owners', 'tenants', 'vendors']) {
      const people = resourceNamed(name).fields.filter(
        (field) =>
          ['email', 'phone'].includes(field.kind) ||
          ['name', 'street', 'city', 'postalCode'].includes(field.key),
      );
      expect(people.filter((field) => field.personal !== true).map((field) => field.key)).toEqual([]);
    }
  });

  test('amounts become currency columns and choices coloured selects', () => {
    const rent = resourceNamed('units').fields.find((field) => field.key === 'marketRent');
    expect(rent && airtableFieldSpec(rent)).toMatchObject({
      type: 'currency',
      options: { precision: 2, symbol: '$' },
    });
    const status = resourceNamed('leases').fields.find((field) => field.key === 'status');
    const spec = status && airtableFieldSpec(status);
    expect(spec?.options?.['choices']).toContainEqual({
      name: 'Active',
      color: expect.stringMatching(/Light2$/),
    });
  });
});

describe('a PUT body', () => {
  const property = resourceNamed('properties');
  const wire = {
    Id: 7,
    Name: 'Maple Court',
    RentalSubType: 'MultiFamily',
    OperatingBankAccountId: 2,
    Reserve: 500,
    YearBuilt: 1990,
    RentalManager: { Id: 44, FirstName: 'Ann' },
    Address: { AddressLine1: '1 Maple St', City: 'Austin', PostalCode: '78701', Country: 'UnitedStates' },
  };

  test('keeps everything that was not changed, since Buildium blanks what is left out', () => {
    const body = putBodyWith(property, wire, { reserve: 75000 });
    expect(body).toEqual({
      ok: true,
      value: expect.objectContaining({
        Name: 'Maple Court',
        Reserve: 750,
        PropertyManagerId: 44,
        YearBuilt: 1990,
        Address: wire.Address,
      }),
    });
  });

  test('is refused before it is sent when Buildium would refuse it', () => {
    const body = putBodyWith(property, wire, { postalCode: null, name: 'x'.repeat(128), manager: 'Bob' });
    expect(body.ok).toBe(false);
    const messages = body.ok ? [] : body.error.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('128 characters, Buildium takes 127'),
      expect.stringContaining('Postal Code must not be blank'),
      expect.stringContaining('Manager comes from Buildium'),
    ]);
  });
});

describe('an entity from Buildium', () => {
  test('shows enums in words and lets unknown ones through', () => {
    const lease = resourceNamed('leases');
    const { entity } = entityFromWire(lease, {
      Id: 1,
      LeaseType: 'FixedWithRollover',
      LeaseStatus: 'SomethingNew',
    });
    expect(entity).toMatchObject({ type: 'Fixed with rollover', status: 'Something new' });
  });

  test('shows countries as names', () => {
    const wire = { Id: 1, Name: 'A', Address: { Country: 'UnitedStates' } };
    expect(entityFromWire(resourceNamed('properties'), wire).entity['country']).toBe('United States');
  });

  test('leaves out what this read did not look at', () => {
    const { entity } = entityFromWire(resourceNamed('units'), { Id: 1, PropertyId: 2 });
    expect(entity).not.toHaveProperty('amenities');
    expect(entity).not.toHaveProperty('isOccupied');
  });
});

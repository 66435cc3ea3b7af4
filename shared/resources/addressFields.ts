import type { Field, PutBody } from './define.ts';
import { choice, longText, text } from './lens.ts';
import { street, type Address } from './wire.ts';

/** The wire's address, or blank. */
type Addressed = { Address?: Address };

const foldAddress =
  (change: (address: PutBody, value: unknown) => PutBody) =>
  (body: PutBody, value: unknown): PutBody => ({
    ...body,
    Address: change((body['Address'] ?? {}) as PutBody, value),
  });

/**
 * Street, city, state, postal code and country. Buildium requires street, postal code and country
 * on every save of a record with an address.
 * @param personal whether the address is somebody's home.
 */
export function addressFields<Wire extends Addressed>(options: { personal: boolean }): Field<Wire>[] {
  const { personal } = options;
  return [
    longText<Wire>({
      key: 'street',
      column: 'Street',
      description: 'Street address, up to three lines.',
      source: 'Address.AddressLine1–3',
      get: (wire) => street(wire.Address),
      put: foldAddress(foldStreet),
      required: true,
      personal,
    }),
    text<Wire>({
      key: 'city',
      column: 'City',
      description: 'City.',
      source: 'Address.City',
      get: (wire) => wire.Address?.City,
      put: foldAddress((address, value) => ({ ...address, City: value })),
      personal,
    }),
    text<Wire>({
      key: 'state',
      column: 'State',
      description: 'State or province, two letters in the US and Canada.',
      source: 'Address.State',
      get: (wire) => wire.Address?.State,
      put: foldAddress((address, value) => ({ ...address, State: value })),
      personal,
    }),
    text<Wire>({
      key: 'postalCode',
      column: 'Postal Code',
      description: 'ZIP or postal code.',
      source: 'Address.PostalCode',
      get: (wire) => wire.Address?.PostalCode,
      put: foldAddress((address, value) => ({ ...address, PostalCode: value })),
      required: true,
      personal,
    }),
    choice<Wire>({
      key: 'country',
      column: 'Country',
      description: 'Country.',
      source: 'Address.Country',
      values: ['UnitedStates', 'Canada', 'Mexico', 'UnitedKingdom'],
      areNames: true,
      get: (wire) => wire.Address?.Country,
    }),
  ];
}

function foldStreet(address: PutBody, value: unknown): PutBody {
  const lines = typeof value === 'string' ? value.split('\n').map((line) => line.trim()) : [];
  const [first = null, second = null, ...rest] = lines.filter((line) => line !== '');
  return {
    ...address,
    AddressLine1: first,
    AddressLine2: second,
    AddressLine3: rest.length > 0 ? rest.join(' ') : null,
  };
}

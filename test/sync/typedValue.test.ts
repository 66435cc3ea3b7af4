import { describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { typedValue } from '../../server/sync/typedValue.ts';

const fieldOf = (resource: string, key: string) => {
  const field = resourceNamed(resource).fields.find((one) => one.key === key);
  if (!field) throw new Error(`${resource} has no ${key}`);
  return field;
};

describe('a typed value', () => {
  const accepted: [string, string, unknown, unknown][] = [
    ['units', 'marketRent', 123456, 123456],
    ['units', 'marketRent', null, null],
    ['units', 'unitNumber', '  12A ', '12A'],
    ['units', 'bedrooms', 'Two bed', 'Two bed'],
    ['units', 'size', 850, 850],
    ['leases', 'to', '2027-02-28', '2027-02-28'],
    ['leases', 'isEvictionPending', true, true],
    ['tenants', 'mobilePhone', '(617) 555-0100', '(617) 555-0100'],
  ];
  test.each(accepted)('%s.%s takes %j as %j', (resource, key, typed, value) => {
    expect(typedValue(fieldOf(resource, key), typed)).toEqual({ ok: true, value });
  });

  const refused: [string, string, unknown, string][] = [
    ['units', 'marketRent', 1234.5, 'Market Rent must be a whole number of cents.'],
    ['units', 'marketRent', '1234', 'Market Rent must be a whole number of cents.'],
    ['units', 'unitNumber', null, 'Unit Number must not be blank: Buildium requires it.'],
    ['units', 'unitNumber', 'x'.repeat(31), 'Unit Number has 31 characters, Buildium takes 30.'],
    ['units', 'name', 'Penthouse', 'Name comes from Buildium and cannot be changed here.'],
    ['units', 'size', 'big', 'Size (sq ft) must be a number.'],
    ['units', 'size', 850.5, 'Size (sq ft) must be a whole number in Buildium (850.5).'],
    ['leases', 'to', '2027-02-30', 'To must be a calendar date from 1900 on, such as 2026-11-30.'],
    ['leases', 'isEvictionPending', 'yes', 'Eviction Pending must be true or false.'],
  ];
  test.each(refused)('%s.%s refuses %j', (resource, key, typed, message) => {
    expect(typedValue(fieldOf(resource, key), typed)).toEqual({ ok: false, error: message });
  });

  test('that is no choice of the field is refused with those there are', () => {
    const answer = typedValue(fieldOf('units', 'bedrooms'), 'Many');
    expect(answer.ok ? '' : answer.error).toMatch(/^Bedrooms must be one of Not set, Studio/);
  });
});

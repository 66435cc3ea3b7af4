import { describe, expect, test } from '@jest/globals';
import { policyFor, withPolicies, type Policy, type PolicySettings } from '../../shared/policies.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { judge, NO_EVIDENCE, type Evidence } from '../../server/sync/policy.ts';

const at = (time: string): string => `2026-11-20T${time}.000Z`;

describe('the newest wins', () => {
  const rows: [string, Partial<Evidence>, 'buildium' | 'airtable' | null, RegExp][] = [
    ['Airtable later', { airtableAt: at('10:05:00'), buildiumAt: at('10:00:00') }, 'airtable', /later one/],
    ['Buildium later', { airtableAt: at('10:00:00'), buildiumAt: at('10:05:00') }, 'buildium', /later one/],
    [
      'an event stands for a time that Buildium does not keep',
      { airtableAt: at('10:00:00'), buildiumEvents: [at('10:05:00')] },
      'buildium',
      /later one/,
    ],
    ['Airtable has not told', { buildiumAt: at('10:00:00') }, null, /Airtable has not told/],
    ['Buildium does not tell', { airtableAt: at('10:00:00') }, null, /Buildium does not tell/],
    ['within a minute', { airtableAt: at('10:00:00'), buildiumAt: at('10:00:59') }, null, /within a minute/],
    [
      'just a minute apart',
      { airtableAt: at('10:00:00'), buildiumAt: at('10:01:00') },
      'buildium',
      /later one/,
    ],
    [
      'the time may be that of our own write',
      {
        airtableAt: at('10:05:00'),
        buildiumAt: at('10:00:01'),
        ownWrites: [{ from: at('10:00:00'), until: at('10:00:02') }],
      },
      null,
      /our own write/,
    ],
    [
      'our own write was long before',
      {
        airtableAt: at('10:05:00'),
        buildiumAt: at('10:10:00'),
        ownWrites: [{ from: at('09:00:00'), until: at('09:00:02') }],
      },
      'buildium',
      /later one/,
    ],
    [
      'our own write was never answered: it may arrive at any time',
      {
        airtableAt: at('10:05:00'),
        buildiumAt: at('10:10:00'),
        ownWrites: [{ from: at('10:00:00'), until: null }],
      },
      null,
      /our own write/,
    ],
    [
      'events before and after the edit: either may have been the one',
      { airtableAt: at('10:05:00'), buildiumEvents: [at('10:00:00'), at('10:10:00')] },
      null,
      /both before and after/,
    ],
    [
      'several events, all of them before',
      { airtableAt: at('10:05:00'), buildiumEvents: [at('10:00:00'), at('10:01:00')] },
      'airtable',
      /later one/,
    ],
  ];
  test.each(rows)('%s', (_name, evidence, winner, why) => {
    const verdict = judge('newest', { ...NO_EVIDENCE, ...evidence });
    expect(verdict.winner).toBe(winner);
    expect(verdict.why).toMatch(why);
  });
});

test.each<[Policy, string | null]>([
  ['buildium', 'buildium'],
  ['airtable', 'airtable'],
  ['manual', null],
])('the policy %s asks no times: %s', (policy, winner) => {
  expect(judge(policy, NO_EVIDENCE).winner).toBe(winner);
});

describe('the most specific policy counts', () => {
  const unit = resourceNamed('units');
  const field = (name: string, key: string) => {
    const resource = resourceNamed(name);
    const found = resource.fields.find((one) => one.key === key);
    if (!found) throw new Error(`${name} has no ${key}`);
    return { resource, found };
  };
  const none: PolicySettings = { resources: {}, fields: {} };

  const defaults: [string, string, Policy][] = [
    ['units', 'marketRent', 'manual'],
    ['units', 'description', 'newest'],
    ['leases', 'to', 'manual'],
    ['tenants', 'mobilePhone', 'newest'],
    ['tenants', 'comment', 'airtable'],
    ['bills', 'memo', 'buildium'],
    ['bills', 'dueDate', 'buildium'],
  ];
  test.each(defaults)('%s.%s by default: %s', (name, key, policy) => {
    const { resource, found } = field(name, key);
    expect(policyFor(none, resource, found)).toEqual({ policy, from: 'default' });
  });

  test('field before resource before connection before default', () => {
    const { found } = field('units', 'marketRent');
    const connection = withPolicies(none, { connection: 'airtable' });
    expect(policyFor(connection, unit, found)).toEqual({ policy: 'airtable', from: 'connection' });
    const resource = withPolicies(connection, { resources: { units: 'newest' } });
    expect(policyFor(resource, unit, found)).toEqual({ policy: 'newest', from: 'resource' });
    const ofField = withPolicies(resource, { fields: { 'units.marketRent': 'buildium' } });
    expect(policyFor(ofField, unit, found)).toEqual({ policy: 'buildium', from: 'field' });
    const takenAway = withPolicies(ofField, { fields: { 'units.marketRent': null }, connection: null });
    expect(takenAway).toEqual({ resources: { units: 'newest' }, fields: {} });
  });
});

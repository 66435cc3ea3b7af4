import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drain } from '../../server/jobs/drain.ts';
import { checkSchema } from '../../server/jobs/schema.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { everythingIn } from '../support/everythingIn.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 90_000);
afterAll(() => engine.close());

const anyId = async (resource: string, at = 0): Promise<string> => {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' order by 1 limit 1 offset $2`,
    [resource, at],
  );
  return rows[0]?.id ?? '';
};

/** Somebody types; another edit of the same minute stands for the rest, which is to go on. */
async function type(resource: string, id: string, values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark(resource, [id]);
  await drain(engine.job, resource);
}

async function inBuildium(path: string): Promise<Record<string, unknown>> {
  const answer = await engine.job.buildium.get(path);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

const LIMIT = 245;
const emoji = '🏠';

const refused: [string, string, Record<string, unknown>, string, string][] = [
  [
    'a date before 1900',
    'leases',
    { to: '1899-12-31' },
    'To is not a calendar date from 1900 on (1899-12-31)',
    'To',
  ],
  [
    'an amount with three decimals',
    'units',
    { marketRent: 1234.567 },
    'Market Rent has more than two decimals (1234.567)',
    'Market Rent',
  ],
  [
    'a required text that is blank',
    'properties',
    { name: '' },
    'Name must not be blank: Buildium requires it',
    'Name',
  ],
  [
    'a part of an address that Buildium requires',
    'properties',
    { postalCode: '' },
    'Postal Code',
    'Postal Code',
  ],
  [
    'a text that an emoji takes over the limit',
    'bills',
    { memo: 'x'.repeat(LIMIT - 1) + emoji },
    `Memo has ${LIMIT + 1} characters, Buildium takes ${LIMIT}`,
    'Memo',
  ],
];

test.each(refused)('%s stays in the row, which says why; Buildium keeps what it has', async (...row) => {
  const [, resource, values, sentence] = row;
  const id = await anyId(resource);
  const before = await engine.cellsOf(resource, id);
  await type(resource, id, values);
  const [key = ''] = Object.keys(values);
  const cells = await engine.cellsOf(resource, id);
  expect(cells['syncStatus']).toBe('Problem');
  expect(cells['syncNote']).toContain(`Not taken over into Buildium: `);
  expect(cells['syncNote']).toContain(sentence);
  expect(cells[key]).toEqual(values[key] === '' ? null : values[key]);

  await type(resource, id, { [key]: before[key] });
  expect(await engine.cellsOf(resource, id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
});

test('a bad value beside a good one does not keep the good one from Buildium', async () => {
  const id = await anyId('units', 1);
  await type('units', id, { marketRent: 1.234, description: 'Freshly painted' });
  expect((await inBuildium(`/v1/rentals/units/${id}`))['Description']).toBe('Freshly painted');
  expect((await engine.cellsOf('units', id))['syncNote']).toContain('Market Rent has more than two decimals');
  await type('units', id, { marketRent: 1200 });
});

test('an emoji at the limit of a memo arrives whole', async () => {
  const id = await anyId('bills', 1);
  const memo = 'x'.repeat(LIMIT - emoji.length) + emoji;
  await type('bills', id, { memo });
  expect((await inBuildium(`/v1/bills/${id}`))['Memo']).toBe(memo);
  expect(await engine.cellsOf('bills', id)).toMatchObject({ memo, syncStatus: 'Synced' });
});

test.each(['", ""="', '=cmd', '}', "{Name}='x'"])(
  'the name %s is a name like every other',
  async (unitNumber) => {
    const id = await anyId('units', 2);
    await type('units', id, { unitNumber });
    expect((await inBuildium(`/v1/rentals/units/${id}`))['UnitNumber']).toBe(unitNumber);
    expect(await engine.cellsOf('units', id)).toMatchObject({ unitNumber, syncStatus: 'Synced' });
    const lookAgain = async (): Promise<void> => {
      await engine.mark('units', [id]);
      await drain(engine.job, 'units');
    };
    // Buildium's own name of the unit has changed with it.
    await lookAgain();
    expect((await engine.cellsOf('units', id))['name']).toContain(unitNumber);
    const since = engine.calls.length;
    await lookAgain();
    expect(engine.airtableWrites(since)).toEqual([]);
  },
);

test('a link to a row that is not synced is put back, and the audit says so', async () => {
  const id = await anyId('units', 3);
  const { property } = await engine.cellsOf('units', id);
  const made = await engine.inAirtable('createRecords', {
    table: 'Properties',
    records: [{ fields: { Name: 'Somebody’s own row' } }],
  });
  const stray = JSON.stringify(made).match(/rec\w+/)?.[0] ?? '';
  await type('units', id, { property: [stray] });
  expect((await engine.cellsOf('units', id))['property']).toEqual(property);
  const [audit] = await engine.database.query<{ why: string }>(
    `select why from audit where entity_id = $1 and action = 'putBack' order by audit_id desc limit 1`,
    [id],
  );
  expect(audit?.why).toContain('Property: changed in Airtable, but the value comes from Buildium');
});

test('text where a number belongs, after somebody changed the column to text, is left alone with a sentence', async () => {
  const id = await anyId('properties', 1);
  const before = await inBuildium(`/v1/rentals/${id}`);
  await engine.inAirtable('changeFieldType', {
    table: 'Properties',
    field: 'Year Built',
    type: 'singleLineText',
  });
  await checkSchema(engine.job);
  await type('properties', id, { 'Year Built': 'nineteen-ninety', city: 'Cambridge' });
  const cells = await engine.cellsOf('properties', id);
  expect(cells['syncNote']).toContain('Year Built');
  expect(await inBuildium(`/v1/rentals/${id}`)).toEqual({
    ...before,
    Address: { ...(before['Address'] as object), City: 'Cambridge' },
  });
});

test('contact data that Buildium or Airtable refuses, and quotes, is in no table of ours; the field and the rule are', async () => {
  const id = await anyId('tenants');
  const email = 'Jane.Private@mail.example';
  const path = `/v1/leases/tenants/${id}`;
  const body = {
    UserMessage: 'The tenant was not saved.',
    Errors: [
      { Key: 'Email', Value: `'${email.toLowerCase()}' is not a valid email` },
      { Key: 'PhoneNumbers', Value: '617 555 0177 is in use by another person' },
    ],
  };
  const typed = { email, mobilePhone: '(617) 555-0177' };
  engine.network.buildium.faults.add([
    { method: 'PUT', path, times: 1, effect: { kind: 'status', status: 422, body } },
  ]);
  await type('tenants', id, typed);
  const { syncStatus, syncNote } = await engine.cellsOf('tenants', id);
  expect(syncStatus).toBe('Problem');
  expect(syncNote).toContain("Email: '[withheld]' is not a valid email");
  expect(syncNote).toContain('PhoneNumbers: [withheld] is in use by another person');

  const other = await anyId('tenants', 1);
  const fromBuildium = 'late.night@mail.example';
  const message = `Cannot parse value "${fromBuildium}" for field Email`;
  engine.network.airtable.faults.add([
    {
      ...{ body: fromBuildium, times: 4 },
      effect: { kind: 'status', status: 422, body: { error: { type: 'INVALID_VALUE_FOR_COLUMN', message } } },
    },
  ]);
  await engine.inBuildium('updateTenant', { id: Number(other), patch: { Email: fromBuildium } });
  await type('tenants', other, {});
  const held = await everythingIn(engine.database);
  expect(/Cannot parse value \W+withheld\W+ for field Email/.test(held)).toBe(true);
  for (const value of [email, email.toLowerCase(), '617 555 0177', '(617) 555-0177', fromBuildium])
    expect({ value, found: held.includes(value) }).toEqual({ value, found: false });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drain } from '../../server/jobs/drain.ts';
import { markDirty } from '../../server/db/marks.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { chooseRole, savePerson } from '../../server/db/signInSessions.ts';
import { apiOf, type Journey } from '../support/journey.ts';
import { nightly } from '../../server/jobs/sweepRounds.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { everythingIn } from '../support/everythingIn.ts';

let engine: Engine;
let ask: Journey['ask'];
const rosa = { id: 'usrRosaRosaRosa01', email: 'rosa@example.com' };
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
  ask = await apiOf(engine.network, engine.database, engine.job.clock);
  const { connectionId } = engine.job;
  const person = {
    userId: rosa.id,
    email: rosa.email,
    levelRole: 'operator',
    lastSignedInAt: '2026-01-01T00:00:00Z',
  } as const;
  await savePerson(engine.database, connectionId, person);
  await chooseRole(engine.database, connectionId, rosa.id, 'viewer');
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
async function type(
  resource: string,
  id: string,
  values: Record<string, unknown>,
  user?: typeof rosa,
): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', {
    table: tableId,
    records: [{ id: recordId, fields }],
    ...(user ? { user } : {}),
  });
  await hearAirtable(engine.job);
  // A person asks for the look, so that it does not wait until the row has been still.
  const happenedAt = new Date(engine.job.clock.nowMs()).toISOString();
  const mark = { resource, entityId: id, reason: 'test', onBehalfOf: 'test', happenedAt };
  await markDirty(engine.database, engine.job.connectionId, [{ ...mark, priority: 'person' }], happenedAt);
  await drain(engine.job, resource);
}

async function inBuildium(path: string): Promise<Record<string, unknown>> {
  const answer = await engine.job.buildium.get(path);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

const LIMIT = 245;
const emoji = '🏠';

type BadEdit = { resource: string; values: Record<string, unknown>; sentence: string };

const refused: [string, BadEdit][] = [
  [
    'a date before 1900',
    {
      resource: 'leases',
      values: { to: '1899-12-31' },
      sentence: 'To is not a calendar date from 1900 on (1899-12-31)',
    },
  ],
  [
    'an amount with three decimals',
    {
      resource: 'units',
      values: { marketRent: 1234.567 },
      sentence: 'Market Rent has more than two decimals (1234.567)',
    },
  ],
  [
    'a part of a number that Buildium has only whole',
    {
      resource: 'units',
      values: { size: 812.5 },
      sentence: 'Size (sq ft) must be a whole number in Buildium (812.5)',
    },
  ],
  [
    'a choice that Buildium does not have',
    {
      resource: 'units',
      values: { bedrooms: 'Two bedrooms' },
      sentence: 'Bedrooms has no choice "Two bedrooms" in Buildium; it takes Not set, Studio, One bed',
    },
  ],
  [
    'a required text that is blank',
    {
      resource: 'properties',
      values: { name: '' },
      sentence: 'Name must not be blank: Buildium requires it',
    },
  ],
  [
    'a part of an address that Buildium requires',
    {
      resource: 'properties',
      values: { postalCode: '' },
      sentence: 'Postal Code must not be blank: Buildium requires it',
    },
  ],
  [
    'a text that an emoji takes over the limit',
    {
      resource: 'bills',
      values: { memo: 'x'.repeat(LIMIT - 1) + emoji },
      sentence: `Memo has ${LIMIT + 1} characters, Buildium takes ${LIMIT}`,
    },
  ],
  [
    'an edit by a person who may only look',
    {
      resource: 'vendors',
      values: { comments: 'Call before noon' },
      sentence: 'Comments was changed by rosa@example.com, who may only look here',
    },
  ],
];

test.each(refused)(
  '%s stays in the row, which says why, as does the API; the rest goes on',
  async (_what, { resource, values, sentence }) => {
    const id = await anyId(resource);
    const [neighbour, rent] = [await anyId('units', 4), 1000 + refused.findIndex(([what]) => what === _what)];
    const before = await engine.cellsOf(resource, id);
    await type(resource, id, values, sentence.includes('may only look') ? rosa : undefined);
    await type('units', neighbour, { marketRent: rent });

    const [key = ''] = Object.keys(values);
    const cells = await engine.cellsOf(resource, id);
    expect(cells).toMatchObject({ syncStatus: 'Problem', [key]: values[key] === '' ? null : values[key] });
    expect(cells['syncNote']).toContain(`Not taken over into Buildium: ${sentence}`);
    expect(Date.parse(String(cells['lastSynced']))).toBeGreaterThan(Date.parse(String(before['lastSynced'])));
    const { recordId } = await engine.rowOf(resource, id);
    const { held } = await ask('listHeld', { kind: 'refused', resource });
    expect(held).toMatchObject([
      {
        ...{ entityId: id, airtableRecordId: recordId, reason: expect.stringContaining(sentence) },
        whatToDo: expect.stringContaining('in Airtable or in Buildium') as unknown,
      },
    ]);
    const { now } = await ask('readRecordTimeline', { airtableRecordId: recordId });
    expect(now).toMatchObject({ state: 'held', sentence: expect.stringContaining(sentence) as unknown });
    expect([now.whatToDo, now.since]).toEqual([held[0]?.whatToDo, held[0]?.since]);
    expect(await inBuildium(`/v1/rentals/units/${neighbour}`)).toMatchObject({ MarketRent: rent });

    await type(resource, id, { [key]: before[key] });
    expect(await engine.cellsOf(resource, id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
    expect((await ask('listHeld', { kind: 'refused', resource })).held).toEqual([]);
  },
);

test('what somebody who may only look has typed is held however long ago that was', async () => {
  const id = await anyId('vendors', 1);
  const before = await engine.cellsOf('vendors', id);
  await type('vendors', id, { comments: 'Ask for Rosa' }, rosa);
  await engine.database.execute(`update airtable_edits set edited_at = edited_at - interval '100 days'`);
  await nightly(engine.job);
  await drain(engine.job, 'vendors');
  await type('vendors', id, {});
  expect((await inBuildium(`/v1/vendors/${id}`))['Comments'] ?? null).toBe(before['comments'] ?? null);
  expect((await engine.cellsOf('vendors', id))['syncNote']).toContain('who may only look here');
  await type('vendors', id, { comments: before['comments'] ?? null });
});

test('a bad value beside a good one does not keep the good one from Buildium', async () => {
  const id = await anyId('units', 1);
  await type('units', id, { marketRent: 1.234, description: 'Freshly painted' });
  expect((await inBuildium(`/v1/rentals/units/${id}`))['Description']).toBe('Freshly painted');
  expect((await engine.cellsOf('units', id))['syncNote']).toContain('Market Rent has more than two decimals');
  await type('units', id, { marketRent: 1200 });
});

test('what Buildium refuses is named in its words, does not keep the rest from it, and is not asked again', async () => {
  const id = await anyId('tenants', 2);
  const before = await engine.cellsOf('tenants', id);
  await type('tenants', id, { email: 'no address', mobilePhone: '617 555 0142', comment: 'Rings twice' });
  expect(await inBuildium(`/v1/leases/tenants/${id}`)).toMatchObject({
    ...{ Email: before['email'], Comment: 'Rings twice' },
    PhoneNumbers: expect.arrayContaining([{ Number: '617 555 0142', Type: 'Cell' }]) as unknown,
  });
  const { syncStatus, syncNote, email } = await engine.cellsOf('tenants', id);
  expect({ syncStatus, email }).toEqual({ syncStatus: 'Problem', email: 'no address' });
  expect(syncNote).toMatch(/^Not taken over into Buildium: Buildium says: Email: .*\.$/);

  const since = engine.calls.length;
  await engine.mark('tenants', [id]);
  await engine.database.execute(`update marks set on_behalf_of = 'sweep'`);
  await drain(engine.job, 'tenants');
  expect(engine.calls.slice(since).map(({ kind }) => kind)).not.toContainEqual(expect.stringMatching(/put$/));

  await type('tenants', id, { email: before['email'] });
  expect(await engine.cellsOf('tenants', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
});

test.each([
  ['a zero', 'Corner \u0000unit', 'Corner unit'],
  ['half an emoji', 'Corner unit \ud83c', 'Corner unit \ufffd'],
])(
  '%s in a text, which no database keeps, stops nothing: the rest of it is carried over',
  async (_what, typed, kept) => {
    const [id, neighbour] = [await anyId('units', 3), await anyId('units', 4)];
    for (const description of [typed, 'Corner unit']) {
      await type('units', id, { description });
      await type('units', neighbour, { marketRent: 1_400 + description.length });
      const shown = description === typed ? kept : 'Corner unit';
      expect((await inBuildium(`/v1/rentals/units/${id}`))['Description']).toBe(shown);
      expect(await inBuildium(`/v1/rentals/units/${neighbour}`)).toMatchObject({
        MarketRent: 1_400 + description.length,
      });
      expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
    }
  },
);

test('a comment longer than Buildium takes is told on its row, and does not stop the batch', async () => {
  const [id, other] = [await anyId('tenants', 1), await anyId('tenants', 2)];
  const before = await engine.cellsOf('tenants', id);
  await type('tenants', id, { comment: 'Rings twice. '.repeat(6_000) });
  await type('tenants', other, { comment: 'Rings once' });
  expect((await engine.cellsOf('tenants', id))['syncNote']).toContain('Not taken over into Buildium');
  expect(await inBuildium(`/v1/leases/tenants/${other}`)).toMatchObject({ Comment: 'Rings once' });
  await type('tenants', id, { comment: before['comment'] });
});

test('a street goes to Buildium line by line, without the blanks around them and the blank lines between', async () => {
  const id = await anyId('units', 5);
  await type('units', id, { street: '12 Elm St \n\n  Apt 3\nRear ' });
  expect((await inBuildium(`/v1/rentals/units/${id}`))['Address']).toMatchObject({
    ...{ AddressLine1: '12 Elm St', AddressLine2: 'Apt 3', AddressLine3: 'Rear' },
  });
  expect((await engine.cellsOf('units', id))['syncStatus']).toBe('Synced');
});

test('two days that Buildium refuses for one reason are told once', async () => {
  const id = await anyId('leases', 1);
  const { from, to } = await engine.cellsOf('leases', id);
  await type('leases', id, { from: '2030-01-01', to: '2029-01-01' });
  const { syncNote } = await engine.cellsOf('leases', id);
  expect(String(syncNote).split('\n')).toEqual([expect.stringContaining('The end date must not lie before')]);
  await type('leases', id, { from, to });
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
  const { recordId } = await engine.rowOf('units', id);
  const { steps, now } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  expect(now.state).toBe('inStep');
  expect(steps[0]?.sentence).toContain('Property');
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
  expect((await ask('listHeld', { kind: 'quarantined' })).held).toMatchObject([
    {
      ...{ resource: 'properties', whatToDo: null },
      reason: expect.stringMatching(/Year Built.* Change it back, or have it made anew: in the extension/),
    },
  ]);
  const { recordId } = await engine.rowOf('properties', id);
  const { now } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  expect(now.sentence).toContain('Year Built');
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

import Airtable from 'airtable';
import type { FieldSet, Table } from 'airtable';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import type { AirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import { actAsPerson } from '../../../server/sandbox/airtable/person.ts';
import { steppingClock } from './steppingClock.ts';
import { NO_SUCH_RECORD } from './support.ts';

let simulator: AirtableSimulator;
let jobs: Table<FieldSet>;

const client = (apiKey = simulator.token): Airtable =>
  new Airtable({ apiKey, endpointUrl: simulator.url, noRetryIfRateLimited: true });

beforeAll(async () => {
  simulator = await startAirtableSimulator({ clock: steppingClock() });
  jobs = client().base(simulator.baseId).table('Jobs');
});
afterAll(() => simulator.close());
beforeEach(() => {
  simulator.world.reset();
  const fields = [
    { name: 'Name', type: 'singleLineText' },
    { name: 'Cost', type: 'number', options: { precision: 0 } },
    { name: 'State', type: 'singleSelect', options: { choices: [{ name: 'Open' }] } },
    { name: 'Done', type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
  ];
  actAsPerson(simulator.world, { action: 'createTable', name: 'Jobs', fields }, simulator.clock.nowMs());
});

const costs = (count: number): { fields: FieldSet }[] =>
  Array.from({ length: count }, (_, place) => ({ fields: { Name: `Job ${place}`, Cost: place } }));

async function createMany(count: number): Promise<void> {
  const all = costs(count);
  for (let from = 0; from < count; from += 10) await jobs.create(all.slice(from, from + 10));
}

/** What a call is refused with; the client rejects with an object that is no Error. */
async function refusal(call: Promise<unknown>): Promise<{ error: string; statusCode: number }> {
  try {
    await call;
  } catch (error) {
    const { error: type, statusCode } = error as { error: string; statusCode: number };
    return { error: type, statusCode };
  }
  throw new Error('The call was not refused');
}

describe('the official client', () => {
  test('creates one record and several', async () => {
    const one = await jobs.create({ Name: 'Roof', Done: true });
    expect(one.fields).toEqual({ Name: 'Roof', Done: true });
    const several = await jobs.create(costs(3));
    expect(several.map((record) => record.get('Cost'))).toEqual([0, 1, 2]);
    const cast = await jobs.create([{ fields: { State: 'New' } }], { typecast: true });
    expect(cast[0]?.get('State')).toBe('New');
  });

  test('selects all pages', async () => {
    await createMany(250);
    const all = await jobs.select().all();
    expect(new Set(all.map((record) => record.id)).size).toBe(250);
    const sizes: number[] = [];
    await jobs.select({ pageSize: 100 }).eachPage((records, next) => {
      sizes.push(records.length);
      next();
    });
    expect(sizes).toEqual([100, 100, 50]);
  });

  test('selects with sort, filter, fields, maxRecords and view', async () => {
    await createMany(20);
    const found = await jobs
      .select({
        filterByFormula: 'AND({Cost}>=10, {Cost}<15)',
        sort: [{ field: 'Cost', direction: 'desc' }],
        fields: ['Cost'],
        maxRecords: 3,
        view: 'Grid view',
      })
      .firstPage();
    expect(found.map((record) => record.fields)).toEqual([{ Cost: 14 }, { Cost: 13 }, { Cost: 12 }]);
  });

  test('selects by POST when the address would be too long, and when told to', async () => {
    await createMany(10);
    const names = Array.from({ length: 800 }, (_, place) => `{Name}="Job ${place}"`);
    expect(await jobs.select({ filterByFormula: `OR(${names.join(',')})` }).all()).toHaveLength(10);
    const asked = await jobs
      .select({ method: 'post', timeZone: 'utc', userLocale: 'en', cellFormat: 'string' })
      .all();
    expect(asked[0]?.get('Cost')).toMatch(/^\d$/);
  });

  test('answers fields by id and counts comments', async () => {
    await createMany(1);
    const field = simulator.world.bases.get(simulator.baseId)?.table('Jobs')?.field('Name');
    const [record] = await jobs
      .select({ returnFieldsByFieldId: true, recordMetadata: ['commentCount'] })
      .firstPage();
    expect(record?.get(String(field?.id))).toBe('Job 0');
    expect(record?.commentCount).toBe(0);
  });

  test('finds, updates, replaces and destroys', async () => {
    const made = await jobs.create({ Name: 'Roof', Cost: 1 });
    expect((await jobs.find(made.id)).fields).toEqual({ Name: 'Roof', Cost: 1 });
    expect((await jobs.update(made.id, { Cost: 2 })).fields).toEqual({ Name: 'Roof', Cost: 2 });
    expect((await jobs.replace(made.id, { Name: 'Wall' })).fields).toEqual({ Name: 'Wall' });
    const [updated] = await jobs.update([{ id: made.id, fields: { Cost: 3 } }]);
    expect(updated?.fields).toEqual({ Name: 'Wall', Cost: 3 });
    const [replaced] = await jobs.replace([{ id: made.id, fields: { Cost: 4 } }]);
    expect(replaced?.fields).toEqual({ Cost: 4 });
    const other = await jobs.create({ Name: 'x' });
    expect((await jobs.destroy(made.id)).id).toBe(made.id);
    expect((await jobs.destroy([other.id])).map((record) => record.id)).toEqual([other.id]);
    expect(await jobs.select().all()).toEqual([]);
  });

  test('hears why it is refused', async () => {
    expect(await refusal(jobs.create({ Nope: 1 }))).toEqual({ error: 'UNKNOWN_FIELD_NAME', statusCode: 422 });
    expect(await refusal(jobs.create(costs(11)))).toEqual({ error: 'INVALID_RECORDS', statusCode: 422 });
    expect(await refusal(jobs.select({ filterByFormula: 'AND(' }).all())).toEqual({
      error: 'INVALID_FILTER_BY_FORMULA',
      statusCode: 422,
    });
    expect(await refusal(jobs.find(NO_SUCH_RECORD))).toEqual({ error: 'NOT_AUTHORIZED', statusCode: 403 });
    expect(await refusal(jobs.destroy(NO_SUCH_RECORD))).toEqual({ error: 'NOT_FOUND', statusCode: 404 });
    const stranger = client('patAAAAAAAAAAAAAA.0').base(simulator.baseId).table('Jobs');
    expect(await refusal(stranger.select().all())).toEqual({
      error: 'AUTHENTICATION_REQUIRED',
      statusCode: 401,
    });
  });

  test('hears of the rate limit', async () => {
    const { world } = simulator;
    // Six requests of this base have arrived at one instant.
    const arrival = {
      userId: 'usrAAAAAAAAAAAAAA',
      baseId: simulator.baseId,
      workspaceId: null,
      isMeta: true,
    };
    const atMs = simulator.clock.nowMs() + 250;
    expect(() => Array.from({ length: 6 }, () => world.limits.admit(arrival, atMs))).toThrow('RATE_LIMIT');
    expect(await refusal(jobs.select().firstPage())).toEqual({ error: 'TOO_MANY_REQUESTS', statusCode: 429 });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Airtable from 'airtable';
import type { AirtableClient, AirtableTable } from '../../server/airtable/client.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { fieldIdOf, simulatedAirtable, type SimulatedAirtable } from '../support/simulatedAirtable.ts';

/** Why undici carries our calls: what the official client makes of two answers that we must tell apart. */
let fresh: FreshDatabase;
let airtable: SimulatedAirtable;
let table: AirtableTable;

beforeAll(async () => {
  fresh = await freshDatabase();
  airtable = await simulatedAirtable(fresh.database);
  const created = await airtable.client.createTable({
    name: 'T',
    fields: [{ name: 'Name', type: 'singleLineText' }],
  });
  if (!created.ok) throw new Error(created.error.message);
  table = created.value;
});
afterAll(async () => {
  await airtable.close();
  await fresh.drop();
});

async function officialErrorOf(tableId: string): Promise<unknown> {
  const { url, token, baseId } = airtable.simulator;
  const official = new Airtable({ apiKey: token, endpointUrl: url, noRetryIfRateLimited: true }).base(baseId);
  return official(tableId)
    .select({ maxRecords: 1 })
    .firstPage()
    .then(
      () => null,
      (error: unknown) => error,
    );
}

async function ourErrorOf(client: AirtableClient, tableId: string): Promise<unknown> {
  const answer = await client.listRecords(tableId, { fieldIds: [fieldIdOf(table, 'Name')] });
  return answer.ok ? null : answer.error;
}

/** Past the second in which the last call counts. */
const later = (): void => airtable.clock.advance(60_000);

describe('the official client, kept from retrying', () => {
  test('replaces the type of a 403 by its own; ours keeps it', async () => {
    const gone = 'tblGone0000000000';
    expect(await officialErrorOf(gone)).toMatchObject({ statusCode: 403, error: 'NOT_AUTHORIZED' });
    expect(await ourErrorOf(airtable.client, gone)).toMatchObject({
      status: 403,
      type: 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
    });
  });

  test('shows a used-up month and a busy second as the same error; ours tells them apart', async () => {
    later();
    await airtable.control('quota', { monthlyCallLimit: 0 });
    const quota = await officialErrorOf(table.id);
    expect(await ourErrorOf(airtable.client, table.id)).toMatchObject({ kind: 'quotaExhausted' });
    await airtable.control('quota', { monthlyCallLimit: null });

    later();
    await airtable.control('faults', {
      faults: [
        {
          path: table.id,
          times: 2,
          effect: { kind: 'status', status: 429, body: { error: { type: 'RATE_LIMIT_REACHED' } } },
        },
      ],
    });
    const rate = await officialErrorOf(table.id);
    airtable.clock.advance(3_600_000);
    expect(await ourErrorOf(airtable.client, table.id)).toMatchObject({ kind: 'rateLimited' });
    expect(quota).toEqual(rate);
    expect(quota).toMatchObject({ statusCode: 429, error: 'TOO_MANY_REQUESTS' });
  });

  test('rejects with a plain object that is no Error', async () => {
    expect(await officialErrorOf('tblGone0000000000')).not.toBeInstanceOf(Error);
  });
});

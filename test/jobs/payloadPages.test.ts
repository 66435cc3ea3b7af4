import { describe, expect, test } from '@jest/globals';
import type { AirtablePayload } from '../../server/airtable/webhook.ts';
import { FIRST_PAGE, nextPageSize } from '../../server/jobs/payloadPages.ts';

/** Payloads of a write that added a link to a row which so many link to already. */
function payloads(count: number, links: number): AirtablePayload[] {
  const list = Array.from({ length: links }, (_, at) => ({ id: `rec${at}`, name: `Charge ${at}` }));
  const changed = [{ recordId: 'recA', current: { fldA: list }, previous: { fldA: list } }];
  const table = { tableId: 'tblA', created: [], changed, destroyed: [], fieldsChanged: false };
  return Array.from({ length: count }, (_, number) => ({
    ...{ timestamp: '2026-11-20T10:00:00.000Z', transactionNumber: number, source: 'publicApi', user: null },
    ...{ tables: [table], createdTableIds: [], destroyedTableIds: [] },
  }));
}

describe('a page of what happened in the base', () => {
  test('grows to the fifty that Airtable gives at most while payloads are small', () => {
    const sizes = [FIRST_PAGE];
    for (let step = 0; step < 4; step += 1) {
      const asked = sizes.at(-1) ?? 0;
      sizes.push(nextPageSize(asked, payloads(asked, 1)));
    }
    expect(sizes).toEqual([10, 20, 40, 50, 50]);
  });

  test('holds fewer payloads the more links each of them lists, and one at least', () => {
    expect(nextPageSize(50, payloads(50, 1_000))).toBe(30);
    expect(nextPageSize(30, payloads(30, 10_000))).toBe(3);
    expect(nextPageSize(3, payloads(3, 100_000))).toBe(1);
  });

  test('grows again afterwards', () => {
    expect(nextPageSize(1, payloads(1, 2))).toBe(2);
    expect(nextPageSize(2, [])).toBe(4);
  });
});

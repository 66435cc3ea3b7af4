import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEntry } from '../../../server/db/audit.ts';
import { ActivityLog } from '../../../server/sandbox/demo/page/activity.ts';

let nowMs = 0;
let log = new ActivityLog(() => nowMs);

beforeEach(() => {
  nowMs = 1_000_000;
  log = new ActivityLog(() => nowMs);
});

const unitRow = { resource: 'units', entityId: '2001', name: '1A', tableId: 'tblUnits', recordId: 'recUnit' };

function audited(entry: Partial<AuditEntry>): AuditEntry {
  return {
    ...{ auditId: '1', at: '', actor: 'sync', action: 'rowUpdated', resource: 'units', entityId: '2001' },
    ...{
      airtableRecordId: 'recUnit',
      changes: {},
      why: 'Buildium announced RentalUnit.Updated',
      runId: null,
    },
    ...{ hasSealedChanges: false },
    ...entry,
  };
}

function announced(atMs: number) {
  const body = JSON.stringify({ EventName: 'RentalUnit.Updated', UnitId: 2001 });
  const outcome = 'delivered' as const;
  return { eventName: 'RentalUnit.Updated', body, atMs, outcome, attempt: 1, status: 200 };
}

describe('the story of a click', () => {
  beforeEach(() => {
    log.begin({ kind: 'change', title: 'Market rent set to $2,400.00', keys: ['units:2001'] });
  });

  test('brings its webhook, look and row together, in the order in which they happened', () => {
    nowMs += 900;
    log.looked('GET /v1/rentals/units/2001', 95);
    log.heard(announced(nowMs - 200));
    log.written([unitRow], nowMs + 300);
    log.audited(audited({ changes: { marketRent: { before: 235_000, after: 240_000 } } }));

    const [item] = log.all();
    expect(item?.steps.map(({ text }) => text)).toEqual([
      'webhook RentalUnit.Updated',
      'looked at Buildium (95 ms)',
      'row written in Airtable',
    ]);
    expect(item).toMatchObject({
      state: 'done',
      latencyMs: 1_200,
      place: { tableId: 'tblUnits', recordId: 'recUnit' },
      detail: 'Market Rent $2,350.00 → $2,400.00 — Buildium announced RentalUnit.Updated.',
    });
    expect(log.latencies).toEqual([1_200]);
  });

  test('is held up by a side that does not answer, and then says nothing about an ordinary delay', () => {
    log.heard(announced(nowMs + 500));
    log.unanswered('Airtable');
    log.unanswered('Airtable');
    nowMs += 30_000;
    log.written([unitRow], nowMs);

    const [item] = log.all();
    expect(item?.steps.filter(({ text }) => text.startsWith('Airtable did not answer'))).toHaveLength(1);
    expect(item?.state).toBe('done');
    expect(log.latencies).toEqual([]);
  });

  test('is not ended by a row of something else', () => {
    log.written([{ ...unitRow, entityId: '2002' }], nowMs + 100);
    expect(log.waiting).toBe(1);
  });
});

test('rows that nobody clicked for and that come together are told as one', () => {
  log.written([unitRow, { ...unitRow, entityId: '2002' }], nowMs);
  log.written([{ ...unitRow, entityId: '2003' }], nowMs + 100);
  expect(log.all().map(({ title }) => title)).toEqual(['3 units brought up to date']);
});

test('the rows of a first sync are not told one by one', () => {
  log.quiet = true;
  log.written([unitRow], nowMs);
  expect(log.all()).toEqual([]);
});

test('a value that was put back says why', () => {
  log.begin({ kind: 'edit', title: 'Market Rent changed in Airtable', keys: ['units:2001'] });
  log.written([unitRow], nowMs + 10_300);
  const why = "Market Rent: changed in Airtable; Buildium's value was put back";
  log.audited(audited({ action: 'putBack', why }));
  expect(log.all()[0]).toMatchObject({ state: 'done', detail: `${why}.` });
  expect(log.latencies).toEqual([]);
});

describe('an edit whose row changes in Buildium before it is looked at', () => {
  beforeEach(() => {
    log.begin({ kind: 'edit', title: 'Market Rent changed in Airtable', keys: ['units:2001'] });
    nowMs += 1_000;
    log.begin({ kind: 'change', title: 'Market rent set to $2,450.00', keys: ['units:2001'] });
    nowMs += 1_000;
    log.written([unitRow], nowMs);
  });

  test('is told to be in conflict, and nothing is said to be on its way', () => {
    expect(log.waiting).toBe(1);
    log.inConflict('units:2001', nowMs);
    expect(log.waiting).toBe(0);
    const told = {
      state: 'note',
      detail: expect.stringContaining('to be settled in the extension') as unknown,
    };
    expect(log.all()).toMatchObject([told, told]);
    log.takeChanged();
    log.inConflict('units:2001', nowMs);
    expect(log.takeChanged()).toEqual([]);
    log.begin({
      kind: 'edit',
      title: 'Description changed in Airtable',
      keys: ['units:2001'],
      atMs: nowMs + 1,
    });
    log.inConflict('units:2001', nowMs);
    expect(log.waiting).toBe(1);
  });

  test('is told to be put back, itself and not the change of Buildium’s', () => {
    const why = "Occupied: changed in Airtable; Buildium's value was put back";
    log.audited(audited({ action: 'putBack', why }));
    expect(log.waiting).toBe(0);
    expect(log.all()).toMatchObject([
      { kind: 'change', detail: null },
      { kind: 'edit', state: 'done', detail: `${why}.` },
    ]);
  });
});

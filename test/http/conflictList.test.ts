import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { openConflicts, type FoundConflict } from '../../server/db/conflictsFound.ts';
import { UNDECIDED } from '../support/conflicts.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, addToken, newId, startTestApp, type TestApp } from './testApp.ts';

/** What the API says of conflicts, most money or oldest first, without asking either side. */
let fresh: FreshDatabase;
let app: TestApp;
let headers: Record<string, string>;
let connectionId: string;
const HOUR_MS = 3_600_000;
const nowMs = Date.now();
const ago = (hours: number): string => new Date(nowMs - hours * HOUR_MS).toISOString();

/** Stakes in cents and age in hours of the open ones, in the order in which they were opened. */
const OPEN: [entityId: string, stakesCents: number | null, hours: number][] = [
  ['4', 5_000, 40],
  ['2', null, 30],
  ['1', 5_000, 5],
  ['3', 90_000, 2],
  ['5', 0, 1],
];
/** How many hours each of the settled ones took, and how many ago it was opened. */
const SETTLED: [entityId: string, took: number, hours: number][] = [
  ['6', 1, 50],
  ['7', 23, 60],
  ['8', 26, 70],
];
const ids = new Map<string, string>();

beforeAll(async () => {
  fresh = await freshDatabase();
  ({ connectionId } = await addConnection(fresh.database));
  headers = (await addToken(fresh.database, connectionId, 'operator')).headers;
  for (const [entityId, stakesCents, hours] of OPEN) await open(entityId, stakesCents, hours);
  for (const [entityId, took, hours] of SETTLED) {
    const conflictId = await open(entityId, 100, hours);
    const decided = { decision: 'buildium', decidedBy: 'person' };
    await fresh.database.execute(
      `update conflicts set state = 'resolved', decision = $2, decided_by = $3, decided_at = $4, ended_at = $4
        where conflict_id = $1`,
      [conflictId, decided.decision, decided.decidedBy, ago(hours - took)],
    );
  }
  app = await startTestApp(fresh);
});
afterAll(async () => {
  await app.close();
  await fresh.drop();
});

async function open(entityId: string, stakesCents: number | null, hours: number): Promise<string> {
  const conflictId = newId();
  const found: FoundConflict = {
    ...{
      ...UNDECIDED,
      conflictId,
      resource: 'units',
      entityId,
      fieldKey: 'marketRent',
      why: 'Both changed.',
    },
    ...{ shown: { buildium: 1, airtable: 2, synced: null }, shownSealed: null },
    ...{ buildiumDigest: 'b', airtableDigest: 'a', stakesCents },
  };
  await openConflicts(fresh.database, connectionId, [found], ago(hours));
  ids.set(entityId, conflictId);
  return conflictId;
}

async function ask<Answer>(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Answer }> {
  const json = { 'content-type': 'application/json' };
  const init = { method, headers: { ...headers, ...json }, ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await app.fetch(`/api/v1${path}`, init);
  return { status: answer.status, body: (await answer.json()) as Answer };
}

test.each([
  ['stakes', ['3', '4', '1', '5', '2']],
  ['oldest', ['4', '2', '1', '3', '5']],
  ['newest', ['5', '3', '1', '2', '4']],
])('pages sorted by %s show each conflict once', async (sort, expected) => {
  const shown: string[] = [];
  let after = '';
  for (let pages = 0; pages < 3; pages += 1) {
    const { body } = await ask<ApiResponse<'listConflicts'>>(
      'GET',
      `/sync/conflicts?state=open&sort=${sort}&limit=2${after}`,
    );
    expect(body.total).toBe(OPEN.length);
    shown.push(...body.conflicts.map(({ entityId }) => entityId));
    after = `&after=${body.nextAfter ?? ''}`;
    if (body.nextAfter === null) break;
  }
  expect(shown).toEqual(expected);
});

test('what is settled is listed by when it was decided, the last first, whenever it was opened', async () => {
  const shown: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const path: string = `/sync/conflicts?state=resolved&sort=decided&limit=1${after}`;
    const { body } = await ask<ApiResponse<'listConflicts'>>('GET', path);
    shown.push(...body.conflicts.map(({ entityId }) => entityId));
    after = body.nextAfter === null ? null : `&after=${body.nextAfter}`;
  }
  expect(shown).toEqual(['7', '8', '6']);
  const { body } = await ask<ApiResponse<'listConflicts'>>('GET', '/sync/conflicts?sort=decided');
  expect(body.conflicts.slice(0, 3).map(({ entityId }) => entityId)).toEqual(shown);
  expect(body.conflicts).toHaveLength(OPEN.length + SETTLED.length);
});

test('the summary counts as settled within a day what was, and what is open for longer as missed', async () => {
  const { body } = await ask<ApiResponse<'conflictsSummary'>>('GET', '/sync/conflicts/summary');
  // Three are settled, two of them in time; two more are open for longer than a day.
  expect(body).toMatchObject({ open: 5, settled: 3, withinDay: 2 / 5, medianMs: 23 * HOUR_MS });
});

test('one whose sides have become equal meanwhile is answered as closed, with nothing left to choose', async () => {
  const conflictId = ids.get('3') ?? '';
  const seen = { side: 'buildium', version: { buildium: 'b', airtable: 'a' } };
  const moved = { ...seen, version: { buildium: 'older', airtable: 'a' } };
  expect((await ask('POST', `/sync/conflicts/${conflictId}/resolve`, moved)).status).toBe(409);
  await fresh.database.execute(
    `update conflicts set state = 'closed', ended_at = $2, ended_why = 'equal' where conflict_id = $1`,
    [conflictId, ago(0)],
  );
  expect(await ask('POST', `/sync/conflicts/${conflictId}/resolve`, seen)).toMatchObject({
    body: { conflictId, state: 'closed', choices: [] },
  });
  const bulk = { choices: [{ conflictId, ...seen }] };
  expect((await ask('POST', '/sync/conflicts/resolve', bulk)).body).toMatchObject({
    closed: [{ conflictId, message: expect.stringContaining('Both sides have become equal.') }],
  });
});

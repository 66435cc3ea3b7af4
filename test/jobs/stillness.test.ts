import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { claimMarks } from '../../server/db/claims.ts';
import { endStillness } from '../../server/db/dueMarks.ts';
import { markDirty, type Mark } from '../../server/db/marks.ts';
import { addConnection } from '../http/testApp.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const START_MS = Date.parse('2026-11-20T10:00:00Z');
const STILL_MS = 10_000;

let fresh: FreshDatabase;
let connectionId: string;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  connectionId = (await addConnection(fresh.database)).connectionId;
});

const after = (seconds: number): string => new Date(START_MS + seconds * 1_000).toISOString();

const markOf = (seconds: number, change: Partial<Mark>): Mark => ({
  ...{ resource: 'units', entityId: '5', reason: 'test', onBehalfOf: 'test', priority: 'normal' },
  ...{ happenedAt: after(seconds), ...change },
});

/** A key is pressed so many seconds after the start. */
const typed = (seconds: number): Mark =>
  markOf(seconds, { notBefore: after(seconds + STILL_MS / 1_000), stillSince: after(seconds) });

const mark = (seconds: number, ...marks: Mark[]) =>
  markDirty(fresh.database, connectionId, marks, after(seconds));

async function isDue(seconds: number): Promise<boolean> {
  const now = after(seconds);
  const claim = { connectionId, resource: 'units', owner: 'test', now, until: now, limit: 1 };
  return (await claimMarks(fresh.database, claim)).length === 1;
}

describe('a row that somebody types into', () => {
  test('is looked at ten seconds after the last keystroke', async () => {
    for (const seconds of [0, 6, 12]) await mark(seconds, typed(seconds));
    expect(await isDue(21)).toBe(false);
    expect(await isDue(22)).toBe(true);
  });

  test('is looked at two minutes after the first one, however long the typing goes on', async () => {
    for (let seconds = 0; seconds < 120; seconds += 5) await mark(seconds, typed(seconds));
    expect(await isDue(119)).toBe(false);
    expect(await isDue(120)).toBe(true);
    await mark(121, typed(121));
    expect(await isDue(130)).toBe(false);
    expect(await isDue(131)).toBe(true);
  });

  test('is not looked at half-typed because Buildium announces something', async () => {
    await mark(0, typed(0));
    await mark(3, markOf(3, {}));
    expect(await isDue(9)).toBe(false);
    expect(await isDue(10)).toBe(true);
  });

  test('waits although Buildium had announced something just before', async () => {
    await mark(0, markOf(0, {}));
    await mark(1, typed(1));
    expect(await isDue(10)).toBe(false);
    expect(await isDue(11)).toBe(true);
  });

  test('is looked at once for keystrokes that are heard together, counted from the first', async () => {
    await mark(130, typed(0), typed(60), typed(125));
    expect(await isDue(130)).toBe(true);
  });

  test('does not keep a person waiting', async () => {
    await mark(0, typed(0));
    await mark(1, markOf(1, { priority: 'person' }));
    expect(await isDue(1)).toBe(true);
  });

  test('nor one who asks for a sync of everything', async () => {
    await mark(0, typed(0));
    await endStillness(fresh.database, connectionId, 'units', after(2));
    expect(await isDue(2)).toBe(true);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listWebhooks } from '../../server/db/airtableWebhooks.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { renewAirtableWebhooks } from '../../server/jobs/connect/airtableWebhooks.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { eventually } from '../support/journeyEventually.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';

/** Airtable ends a webhook after seven days and keeps what it had to tell for seven: no edit may be lost for that. */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

let engine: Engine;
let clock: JourneyClock;
let unitId: string;
beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock, settings: { twoWay: true } });
  const [unit] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  unitId = unit?.id ?? '';
});
afterAll(() => engine.close());
beforeEach(async () => {
  // Whatever came before has been heard, and the webhook has its seven days.
  await renewAirtableWebhooks(engine.job);
  await hearAirtable(engine.job);
  await engine.drain('units');
  await engine.database.execute('delete from marks');
});

async function typeDescription(value: string): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  const records = [{ id: recordId, fields: { [fieldIds['description'] ?? '']: value } }];
  await engine.inAirtable('updateRecords', { table: tableId, records });
}

const marks = (): Promise<{ id: string; reason: string }[]> =>
  engine.database.query(`select entity_id as id, reason from marks where resource = 'units'`);

const rowReads = (since: number): number =>
  engine.calls.slice(since).filter(({ side, kind }) => side === 'airtable' && kind === 'records.list').length;

/** How Airtable itself says the webhook stands. */
async function daysLeft(): Promise<number> {
  const listed = await engine.job.airtable.webhooks.list();
  if (!listed.ok) throw new Error(listed.error.message);
  return (Date.parse(listed.value[0]?.expirationTime ?? '') - clock.nowMs()) / DAY_MS;
}

test('a webhook that nobody reads is renewed before its seven days end, and not more often than needed', async () => {
  clock.advanceMs(3 * DAY_MS);
  await renewAirtableWebhooks(engine.job);
  expect(await daysLeft()).toBeCloseTo(4, 2);
  clock.advanceMs(2 * DAY_MS);
  await renewAirtableWebhooks(engine.job);
  expect(await daysLeft()).toBeCloseTo(7, 2);
});

test('while Airtable does not say whose token it is nothing is heard, or our own writes would pass for somebody’s', async () => {
  await engine.inBuildium('updateUnit', { id: Number(unitId), patch: { Description: 'Ours' } });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  const cursor = async (): Promise<number | undefined> =>
    (await listWebhooks(engine.database, engine.job.connectionId))[0]?.cursor;
  const edits = (): Promise<unknown[]> =>
    engine.database.query(`select 1 from airtable_edits where entity_id = $1`, [unitId]);
  const before = await cursor();
  // As a worker that has just started, it asks for the first time.
  const { connectionId, settings } = engine.job;
  const changed = { ...settings, stillSeconds: settings.stillSeconds + 1 };
  await updateConnection(engine.database, connectionId, { settings: changed });
  const fresh = await engine.network.job();
  engine.network.airtable.faults.add([
    { path: 'meta/whoami', times: 1, effect: { kind: 'status', status: 403, body: {} } },
  ]);
  await hearAirtable(fresh);
  expect([await cursor(), await edits()]).toEqual([before, []]);
  await hearAirtable(fresh);
  expect(await cursor()).toBeGreaterThan(before ?? 0);
  expect(await edits()).toEqual([]);
});

test('an edit is heard by its payload, without reading any table', async () => {
  await typeDescription('Heard');
  clock.advanceMs(6 * DAY_MS);
  const since = engine.calls.length;
  await hearAirtable(engine.job);
  expect(await marks()).toMatchObject([{ id: unitId, reason: 'edited in Airtable' }]);
  expect(rowReads(since)).toBe(0);
});

test('payloads that were gone before they were read cost a full look, which finds the edit', async () => {
  await typeDescription('Told of by a payload that is gone');
  clock.advanceMs(5 * DAY_MS);
  await renewAirtableWebhooks(engine.job);
  clock.advanceMs(3 * DAY_MS);
  await engine.inAirtable('updateRecords', {
    table: 'Properties',
    records: [
      { id: (await engine.rowOf('properties', await anyProperty())).recordId, fields: { City: 'Lynn' } },
    ],
  });
  await hearAirtable(engine.job);
  expect(await marks()).toContainEqual({ id: unitId, reason: 'changes in Airtable went unheard' });
});

test.each(['read', 'renewed'] as const)(
  'an edit after the webhook had ended is found once it is %s first, and the webhook lives again',
  async (first) => {
    clock.advanceMs(8 * DAY_MS);
    await typeDescription(`No payload tells of this (${first})`);
    if (first === 'read') await hearAirtable(engine.job);
    await renewAirtableWebhooks(engine.job);
    expect(await marks()).toContainEqual({ id: unitId, reason: 'changes in Airtable went unheard' });
    expect(await daysLeft()).toBeCloseTo(7, 2);
    const [row] = await listWebhooks(engine.database, engine.job.connectionId);
    expect(Date.parse(row?.expiresAt ?? '')).toBeGreaterThan(clock.nowMs());
  },
);

test('a webhook that Airtable no longer knows is made anew where it pinged, and what was typed meanwhile is found', async () => {
  const [before] = await listWebhooks(engine.database, engine.job.connectionId);
  const listed = await engine.job.airtable.webhooks.list();
  const pinged = listed.ok ? listed.value[0]?.notificationUrl : null;
  expect(pinged).toEqual(expect.any(String));
  await engine.job.airtable.webhooks.remove(before?.webhookId ?? '');
  await typeDescription('Typed while nobody was told');
  await renewAirtableWebhooks(engine.job);
  const [after] = await listWebhooks(engine.database, engine.job.connectionId);
  expect(after).toMatchObject({ notificationUrl: pinged, problem: null });
  expect(after?.webhookId).not.toBe(before?.webhookId);
  expect(await marks()).toContainEqual({ id: unitId, reason: 'changes in Airtable went unheard' });
});

describe('two processes that look after webhooks at once', () => {
  const ids = async (): Promise<string[]> =>
    (await listWebhooks(engine.database, engine.job.connectionId)).map(({ webhookId }) => webhookId);

  test('make one anew, not two that each tell of every edit', async () => {
    const [before] = await ids();
    await engine.job.airtable.webhooks.remove(before ?? '');
    await Promise.all([renewAirtableWebhooks(engine.job), renewAirtableWebhooks(await engine.network.job())]);
    const listed = await engine.job.airtable.webhooks.list();
    expect(await ids()).toHaveLength(1);
    expect(listed.ok && listed.value.map(({ id }) => id)).toEqual(await ids());
  });

  test('leave to the one that hears how far it has come', async () => {
    clock.advanceMs(5 * DAY_MS);
    await typeDescription('Heard while the webhook is renewed');
    engine.network.airtable.faults.add([
      { path: '/refresh', times: 1, effect: { kind: 'delay', delayMs: 1500 } },
    ]);
    const other = await engine.network.job();
    const since = engine.calls.length;
    const renewal = renewAirtableWebhooks(engine.job);
    const kinds = (): string[] => engine.calls.slice(since).map(({ kind }) => kind);
    await eventually(() => expect(kinds()).toContain('webhooks.list'));
    await hearAirtable(other);
    const [heard] = await listWebhooks(engine.database, engine.job.connectionId);
    await renewal;
    expect(kinds()).toContain('webhooks.refresh');
    const [after] = await listWebhooks(engine.database, engine.job.connectionId);
    expect(after?.cursor).toBe(heard?.cursor);
  });
});

test('one that was made and never written down, as by a process that was killed in between, is removed; others’ are left alone', async () => {
  const [ours] = await listWebhooks(engine.database, engine.job.connectionId);
  const url = 'https://sync.example.com/webhooks/airtable/one';
  await engine.database.execute('update airtable_webhooks set notification_url = $1', [url]);
  const specification = { options: { filters: { dataTypes: ['tableData' as const] } } };
  const made = [url, 'https://elsewhere.example.com/'].map((notificationUrl) =>
    engine.job.airtable.webhooks.create({ notificationUrl, specification }),
  );
  const [orphan, foreign] = (await Promise.all(made)).map((answer) => (answer.ok ? answer.value.id : ''));
  const listed = async (): Promise<string[]> => {
    const answer = await engine.job.airtable.webhooks.list();
    return answer.ok ? answer.value.map(({ id }) => id) : [];
  };
  // Somebody may be about to write it down.
  await renewAirtableWebhooks(engine.job);
  expect(await listed()).toContain(orphan);
  clock.advanceMs(HOUR_MS);
  await engine.database.execute('update airtable_webhooks set notification_url = $1', [url]);
  await renewAirtableWebhooks(engine.job);
  expect((await listed()).sort()).toEqual([ours?.webhookId, foreign].sort());
  await engine.job.airtable.webhooks.remove(foreign ?? '');
});

test('a webhook that has ended is heard to its end before another takes its place: no table says who typed something', async () => {
  clock.advanceMs(5 * DAY_MS);
  const typedAt = new Date(clock.nowMs()).toISOString();
  await typeDescription('Told of before it ended');
  clock.advanceMs(3 * DAY_MS);
  await renewAirtableWebhooks(engine.job);
  const edits = await engine.database.query(
    `select 1 from airtable_edits where entity_id = $1 and field_key = 'description' and edited_at >= $2`,
    [unitId, typedAt],
  );
  expect(edits).toHaveLength(1);
});

test('a table that cannot be read after a gap is read at the next hearing, and the others meanwhile', async () => {
  clock.advanceMs(8 * DAY_MS);
  await typeDescription('Behind a table that does not answer');
  const { tableId } = await engine.rowOf('units', unitId);
  engine.network.airtable.faults.add([
    { path: `${tableId}/listRecords`, effect: { kind: 'status', status: 404, body: {} } },
  ]);
  await hearAirtable(engine.job);
  expect(await marks()).toEqual([]);
  const unread = (): Promise<{ resource: string }[]> =>
    engine.database.query(`select resource from airtable_tables where read_due_at is not null`);
  expect(await unread()).toEqual([{ resource: 'units' }]);
  engine.network.airtable.faults.clear();
  await hearAirtable(engine.job);
  expect(await marks()).toContainEqual({ id: unitId, reason: 'changes in Airtable went unheard' });
  expect(await unread()).toEqual([]);
});

describe('a payload', () => {
  /** Airtable shows this in place of what happened. */
  async function showing(payload: Record<string, unknown>): Promise<void> {
    const [row] = await listWebhooks(engine.database, engine.job.connectionId);
    const body = { payloads: [payload], cursor: (row?.cursor ?? 0) + 1, mightHaveMore: false };
    const effect = { kind: 'status', status: 200, body } as const;
    engine.network.airtable.faults.add([{ path: '/payloads', times: 1, effect }]);
  }

  test('that cannot be read costs a full look, which is not done for each of them', async () => {
    clock.advanceMs(HOUR_MS);
    await typeDescription('Told of in a way that nobody understands');
    await showing({ timestamp: 5 });
    await hearAirtable(engine.job);
    expect(await marks()).toContainEqual({ id: unitId, reason: 'changes in Airtable went unheard' });
    const since = engine.calls.length;
    await showing({ timestamp: 5 });
    await hearAirtable(engine.job);
    expect(rowReads(since)).toBe(0);
    clock.advanceMs(HOUR_MS);
    await hearAirtable(engine.job);
    expect(rowReads(since)).toBeGreaterThan(0);
  });

  test('that says the webhook is broken has it made anew', async () => {
    const [before] = await listWebhooks(engine.database, engine.job.connectionId);
    await showing({ error: true, code: 'INVALID_HOOK' });
    await hearAirtable(engine.job);
    await renewAirtableWebhooks(engine.job);
    const [after] = await listWebhooks(engine.database, engine.job.connectionId);
    expect(after).toMatchObject({ problem: null });
    expect(after?.webhookId).not.toBe(before?.webhookId);
  });
});

async function anyProperty(): Promise<string> {
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'properties' and standing = 'linked' order by 1 limit 1`,
  );
  return row?.id ?? '';
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertPush } from '../../server/db/pushes.ts';
import { insertIntent, type NewIntent } from '../../server/db/intents.ts';
import { runById } from '../../server/db/runs.ts';
import { resolveConflict } from '../../server/jobs/conflicts/conflicts.ts';
import { showConflicts, type ShownConflict } from '../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { advancePushes } from '../../server/jobs/push/pushRun.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { previewUndo, undoRun, type UndoPreview } from '../../server/jobs/audit/undoRun.ts';
import { markerFrom, withMarker } from '../../shared/marker.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
let units: string[];
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
  units = await idsOf('units');
}, 60_000);
afterAll(() => engine.close());

async function idsOf(resource: string): Promise<string[]> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' order by 1`,
    [resource],
  );
  return rows.map((row) => row.id);
}

/** Edits of one run: typed into rows, heard, and carried over on its account. */
async function run(
  runId: string,
  resource: string,
  id: string,
  values: Record<string, unknown>,
): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark(resource, [id]);
  await drain(engine.job, resource, runId);
}

async function inBuildium(path: string): Promise<Record<string, unknown>> {
  const answer = await engine.job.buildium.get(path);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

async function preview(runId: string): Promise<UndoPreview> {
  const found = await previewUndo(engine.job, runId);
  if (!found.ok) throw new Error(`No preview: ${found.error.kind}`);
  return found.value;
}

async function undo(runId: string, accepted: readonly string[] = []): Promise<string> {
  const { previewId } = await preview(runId);
  const undone = await undoRun(engine.job, runId, { previewId, accepted, by: 'jo' });
  if (!undone.ok) throw new Error(`Not undone: ${undone.error.kind}`);
  return undone.value.undoRunId;
}

async function rentConflictsOf(entityId: string): Promise<ShownConflict[]> {
  const all = { state: null, resource: 'units', fieldKey: 'marketRent', afterId: null, limit: 20 };
  return (await showConflicts(engine.job, { ...all, entityId })).conflicts;
}

async function settle(conflict: ShownConflict | undefined, value: number): Promise<void> {
  if (!conflict) throw new Error('No conflict');
  const { conflictId, version } = conflict;
  expect(await resolveConflict(engine.job, { conflictId, version, value }, 'jo')).toMatchObject({ ok: true });
  await engine.drain('units');
}

const stateOf = async (runId: string) => {
  await advanceRuns(engine.job);
  const found = await runById(engine.database, engine.job.connectionId, runId);
  return { state: found?.state, problem: found?.problem };
};

describe('the undo of a run’s edits', () => {
  test('shows what would go back, brings it back on both sides, and can be undone itself', async () => {
    const [id = ''] = units;
    const before = await inBuildium(`/v1/rentals/units/${id}`);
    const rent = Number(before['MarketRent']);
    await run('paste', 'units', id, { marketRent: rent + 100, description: 'New floors' });

    const { steps } = await preview('paste');
    expect(steps).toMatchObject([
      {
        ...{ what: 'fields', resource: 'units', entityId: id },
        fields: [
          { key: 'marketRent', now: (rent + 100) * 100, then: rent * 100 },
          { key: 'description', now: 'New floors', then: null },
        ],
      },
    ]);
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: rent + 100 });

    const undoRunId = await undo('paste');
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toEqual(before);
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: rent, description: null });
    expect(await stateOf(undoRunId)).toEqual({ state: 'finished', problem: null });
    expect((await preview('paste')).steps).toEqual([]);

    await undo(undoRunId);
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({
      MarketRent: rent + 100,
      Description: 'New floors',
    });
  });

  test('of what somebody pasted in one go brings all of it back', async () => {
    const ids = units.slice(4, 7);
    const sizes = await Promise.all(ids.map(async (id) => (await engine.cellsOf('units', id))['size']));
    const rows = await Promise.all(ids.map((id) => engine.rowOf('units', id)));
    await hearAirtable(engine.job);
    await engine.inAirtable('updateRecords', {
      table: rows[0]?.tableId,
      records: rows.map(({ recordId, fieldIds }) => ({
        id: recordId,
        fields: { [fieldIds['size'] ?? '']: 1 },
      })),
    });
    await hearAirtable(engine.job);
    await engine.database.execute(`update marks set not_before = since, still_since = null`);
    await engine.drain('units');
    const [edited] = await engine.database.query<{ runId: string }>(
      `select run_id as "runId" from audit where action = 'buildiumUpdated' order by audit_id desc limit 1`,
    );
    const undoRunId = await undo(edited?.runId ?? '');
    await engine.drain('units');
    expect(await Promise.all(ids.map(async (id) => (await engine.cellsOf('units', id))['size']))).toEqual(
      sizes,
    );
    expect(await stateOf(undoRunId)).toEqual({ state: 'finished', problem: null });
  });

  test('brings back also what had reached Buildium without an answer, and the story names who typed it', async () => {
    const [id = ''] = units.slice(3);
    const { MarketRent: rent } = await inBuildium(`/v1/rentals/units/${id}`);
    const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
    const { buildium } = engine.network;
    buildium.faults.add([{ method: 'PUT', path: 'units', times: 1, effect: { kind: 'tornAfter' } }]);
    const fields = { [fieldIds['marketRent'] ?? '']: 1717 };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    await hearAirtable(engine.job);
    await engine.database.execute(`update marks set not_before = since, still_since = null`);
    await engine.drain('units');
    expect(buildium.world.records.units.get(Number(id))?.saved.MarketRent).toBe(171_700);
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');

    const [told] = await engine.database.query<{ runId: string }>(
      `select action, actor, changes, run_id as "runId" from audit
        where entity_id = $1 and changes->'marketRent'->>'after' = '171700' order by audit_id desc`,
      [id],
    );
    expect(told).toMatchObject({
      ...{ action: 'buildiumUpdated', actor: 'airtable:owner@example.com' },
      changes: { marketRent: { before: Number(rent) * 100, after: 171_700 } },
    });
    await undo(told?.runId ?? '');
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: rent });
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: rent });
  });

  test('is refused when something has changed since the preview', async () => {
    const [, id = ''] = units;
    await run('second', 'units', id, { description: 'One' });
    const { previewId } = await preview('second');
    await run('later', 'units', id, { description: 'Two' });
    const undone = await undoRun(engine.job, 'second', { previewId, accepted: [], by: 'jo' });
    expect(undone).toEqual({ ok: false, error: { kind: 'moved' } });
    expect((await preview('second')).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining('has been changed since') },
    ]);
  });

  test('writes nothing over a value that has changed unheard, and says so', async () => {
    const [, , id = ''] = units;
    const { MarketRent: rent } = await inBuildium(`/v1/rentals/units/${id}`);
    await run('third', 'units', id, { marketRent: Number(rent) + 50 });
    const undoRunId = await undo('third');
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 4321 });
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 4321 });
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 4321 });
    expect(await stateOf(undoRunId)).toEqual({
      state: 'finished',
      problem: expect.stringContaining(`Market Rent of unit ${id}`),
    });
  });

  test('leaves a field in an open conflict to whoever settles it, and says what to do', async () => {
    const [id = ''] = units.slice(5);
    const { MarketRent: rent } = await inBuildium(`/v1/rentals/units/${id}`);
    await run('beforeConflict', 'units', id, { marketRent: 1200 });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1600 });
    await run('apart', 'units', id, { marketRent: 1700 });
    const [open] = await rentConflictsOf(id);
    expect(open).toMatchObject({ state: 'open', buildium: 160_000, airtable: 170_000 });

    const { steps, previewId } = await preview('beforeConflict');
    expect(steps).toMatchObject([
      {
        what: 'byHand',
        sentence: expect.stringMatching(
          /Market Rent of unit .*conflict is open\. Settle it first.*can be typed/,
        ),
      },
    ]);
    const accepted = steps.map(({ stepId }) => stepId);
    expect(await undoRun(engine.job, 'beforeConflict', { previewId, accepted, by: 'jo' })).toMatchObject({
      ...{ ok: false, error: { kind: 'nothing' } },
    });
    expect(await rentConflictsOf(id)).toEqual([open]);

    await settle(open, Number(rent) * 100);
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: rent });
    expect((await engine.cellsOf('units', id))['marketRent']).toBe(rent);
  });

  test('of which nothing is on record was no undo, and can be asked for again', async () => {
    const [id = ''] = units.slice(6);
    await run('lost', 'units', id, { description: 'Two balconies' });
    await undo('lost');
    await engine.drain('units');
    expect((await preview('lost')).message).toContain('has been undone already');
    await engine.database.execute(
      `update undone set conflict_id = gen_random_uuid() where of_run_id = 'lost'`,
    );
    expect((await preview('lost')).message).toBeNull();
  });

  test('is never partial in silence: what only Buildium can undo is named, with its place, and accepted', async () => {
    const [, , , id = ''] = units;
    const { Description } = await inBuildium(`/v1/rentals/units/${id}`);
    await engine.inBuildium('updateUnit', { id: Number(id), patch: { UnitNumber: '99Z' } });
    await run('mixed', 'units', id, { description: 'Corner unit' });
    const { steps, previewId } = await preview('mixed');
    const byHand = steps.filter(({ what }) => what === 'byHand');
    expect(byHand).toMatchObject([
      { sentence: expect.stringContaining(`change it in Buildium (Rentals > Properties > Units > ${id})`) },
    ]);
    const refused = await undoRun(engine.job, 'mixed', { previewId, accepted: [], by: 'jo' });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'notAccepted' } });

    await undo(
      'mixed',
      byHand.map(({ stepId }) => stepId),
    );
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ Description });
  });

  test('of a bill’s memo goes by the lock date of the property that the bill is booked on', async () => {
    const [bill] = await engine.database.query<{ id: string; property: string; day: string }>(
      `select entity_id as id, synced_buildium #>> '{properties,0}' as property, entity_date::text as day from links
        where resource = 'bills' and standing = 'linked'
          and jsonb_array_length(synced_buildium -> 'properties') = 1 order by 1 limit 1`,
    );
    const { id = '', property = '', day = '' } = bill ?? {};
    const before = (await engine.cellsOf('bills', id))['memo'] ?? null;
    await run('memo', 'bills', id, { memo: 'Second reminder' });
    const propertyId = Number(property);
    await engine.inBuildium('setLockDate', { date: day, propertyId });
    expect((await preview('memo')).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining(`the books are locked up to ${day}`) },
    ]);
    // The property's own day goes before the one of all, as everywhere.
    await engine.inBuildium('setLockDate', { date: day });
    await engine.inBuildium('setLockDate', { date: '2020-01-31', propertyId });
    expect((await preview('memo')).steps).toMatchObject([{ what: 'fields', entityId: id }]);
    await undo('memo');
    await engine.drain('bills');
    expect((await inBuildium(`/v1/bills/${id}`))['Memo'] ?? null).toBe(before);
    await engine.inBuildium('setLockDate', { date: null, propertyId });
    await engine.inBuildium('setLockDate', { date: null });
  });

  test('brings contact data back without showing it', async () => {
    const [id = ''] = await idsOf('tenants');
    const { AlternateEmail: before } = await inBuildium(`/v1/leases/tenants/${id}`);
    await run('contact', 'tenants', id, { alternateEmail: 'wrong@example.com' });
    const { steps } = await preview('contact');
    expect(steps[0]?.fields).toMatchObject([{ key: 'alternateEmail', isHidden: true }]);
    await undo('contact');
    const rows = await engine.database.query(
      `select shown, decided_value from conflicts where kind = 'undo'`,
    );
    expect(JSON.stringify(rows)).not.toContain('wrong@example.com');
    await engine.drain('tenants');
    expect(await inBuildium(`/v1/leases/tenants/${id}`)).toMatchObject({ AlternateEmail: before });
  });

  test('of a run that nobody knows is refused', async () => {
    expect(await previewUndo(engine.job, 'nobody')).toEqual({ ok: false, error: { kind: 'unknown' } });
  });
});

describe('the undo of a push', () => {
  let lease: string;
  let property: string;
  beforeAll(async () => {
    const [row] = await engine.database.query<{ id: string; property: string }>(
      `select entity_id as id, synced_buildium -> 'property' ->> 0 as property from links
        where resource = 'leases' and standing = 'linked' order by 1 limit 1`,
    );
    lease = row?.id ?? '';
    property = row?.property ?? '';
  });

  async function push(
    intent: Pick<NewIntent, 'kind' | 'path' | 'body' | 'partyResource' | 'partyId' | 'glAccountIds'>,
  ): Promise<string> {
    const pushId = engine.job.newId();
    const now = new Date().toISOString();
    await insertPush(engine.database, engine.job.connectionId, { pushId, requestedBy: 'jo', startedAt: now });
    const whole: NewIntent = {
      ...intent,
      ...{ intentId: engine.job.newId(), pushId, action: 'create', resource: 'transactions', method: 'POST' },
      ...{ marker: markerFrom(engine.job.randomBytes(5)), bodySealed: null, sealedFor: null },
      ...{ summary: 'Books it.', day: DAY, amountCents: 7500, beforeDigest: null },
      ...{ previewHash: 'seen', requestedBy: 'jo', message: 'Waits.', entityId: null, rows: [] },
    };
    const body = { ...whole.body, Memo: withMarker('Pushed', whole.marker) };
    await insertIntent(engine.database, engine.job.connectionId, { ...whole, body }, now);
    await advancePushes(engine.job);
    return pushId;
  }

  const DAY = new Date().toISOString().slice(0, 10);
  const typesOn = async (): Promise<string[]> => {
    const answer = await engine.job.buildium.get(`/v1/leases/${lease}/transactions`);
    if (!answer.ok) throw new Error(answer.error.message);
    const own = (answer.value as { TransactionType: string; Date: string; TotalAmount: number }[]).filter(
      (one) => one.Date === DAY && Math.abs(one.TotalAmount) === 75,
    );
    return own.map((one) => one.TransactionType).sort();
  };
  const income = async (): Promise<number> => {
    const answer = await engine.job.buildium.get('/v1/glaccounts', { limit: 1000 });
    if (!answer.ok) throw new Error(answer.error.message);
    const accounts = answer.value as { Id: number; Type: string }[];
    return accounts.find(({ Type }) => Type === 'Income')?.Id ?? 0;
  };

  test('waives an unpaid charge by a credit, once', async () => {
    const GLAccountId = await income();
    const body = { Date: DAY, Lines: [{ Amount: 75, GLAccountId }] };
    const pushId = await push({
      ...{ kind: 'leaseCharge', path: `/v1/leases/${lease}/charges`, body },
      ...{ partyResource: 'leases', partyId: lease, glAccountIds: [String(GLAccountId)] },
    });
    expect(await typesOn()).toEqual(['Charge']);
    expect((await preview(pushId)).steps).toMatchObject([{ what: 'reversal', amountCents: 7500 }]);
    const undoRunId = await undo(pushId);
    await advancePushes(engine.job);
    await advancePushes(engine.job);
    expect(await typesOn()).toEqual(['Charge', 'Credit']);
    expect(await stateOf(undoRunId)).toEqual({ state: 'finished', problem: null });
    expect((await preview(pushId)).steps).toEqual([]);
  });

  test('reverses a journal entry by its contra entry, and respects a locked period', async () => {
    const GLAccountId = await income();
    const cash = await engine.job.buildium.get('/v1/bankaccounts', {});
    const bank = cash.ok ? (cash.value as { GLAccount: { Id: number } }[])[0]?.GLAccount.Id : 0;
    const pushId = await push({
      kind: 'journalEntry',
      path: '/v1/generalledger/journalentries',
      body: {
        ...{ AccountingEntity: { Id: Number(property), AccountingEntityType: 'Rental' }, Date: DAY },
        Lines: [
          { GLAccountId: bank, PostingType: 'Debit', Amount: 75 },
          { GLAccountId, PostingType: 'Credit', Amount: 75 },
        ],
      },
      ...{ partyResource: 'properties', partyId: property, glAccountIds: [String(GLAccountId)] },
    });
    await engine.inBuildium('setLockDate', { date: DAY });
    expect((await preview(pushId)).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining('lies in a locked period') },
    ]);
    await engine.inBuildium('setLockDate', { date: null });
    await undo(pushId);
    await advancePushes(engine.job);
    const entries = await engine.database.query<{
      body: { Lines: { PostingType: string }[] };
      state: string;
    }>(`select body, state from intents where kind = 'journalEntry' order by created_at`);
    expect(entries.map(({ state, body }) => [state, body.Lines.map((line) => line.PostingType)])).toEqual([
      [expect.stringMatching(/created|done/), ['Debit', 'Credit']],
      [expect.stringMatching(/created|done/), ['Credit', 'Debit']],
    ]);
  });
});

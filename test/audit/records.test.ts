import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Result } from '../../shared/result.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { appendAudit, listActors, listAudit, type AuditFilter } from '../../server/db/audit.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { saveReceipts } from '../support/receipts.ts';
import { sealAudit, verifyAudit } from '../../server/jobs/audit/auditChain.ts';
import { forget } from '../../server/jobs/audit/forget.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { openVault } from '../../server/jobs/personalVault.ts';
import { entityTimeline, recordTimeline } from '../../server/jobs/audit/timeline.ts';
import type { Timeline } from '../../server/jobs/audit/timelinePage.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
  await hearAirtable(engine.job);
  await engine.database.execute(`delete from marks`);
}, 60_000);
afterAll(() => engine.close());

const firstOf = async (resource: string): Promise<string> => {
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' order by 1 limit 1`,
    [resource],
  );
  return row?.id ?? '';
};

function valueOf<T>(result: Result<T, { message: string }>): T {
  if (result.ok) return result.value;
  throw new Error(result.error.message);
}

/** Somebody types into a row, and the sync hears of it and carries it over. */
async function edit(resource: string, id: string, values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await hearAirtable(engine.job);
  await engine.drain(resource);
}

describe('forgetting a person', () => {
  let id: string;
  const sealedChanges = async (): Promise<string[]> => {
    const rows = await engine.database.query<{ sealed: string }>(
      `select changes_sealed as sealed from audit where resource = 'tenants' and entity_id = $1
          and changes_sealed is not null order by audit_id`,
      [id],
    );
    return rows.map((row) => row.sealed);
  };
  const open = async (sealed: string): Promise<unknown> =>
    (await openVault(engine.job, engine.database, 'tenants', [id])).open(id, sealed);

  beforeAll(async () => {
    id = await firstOf('tenants');
    await edit('tenants', id, { alternateEmail: 'once@example.com' });
  });

  test('makes what the audit holds of their contact data unreadable, and its chain still holds', async () => {
    const before = await sealedChanges();
    expect(JSON.stringify(await open(before.at(-1) ?? ''))).toContain('once@example.com');
    await sealAudit(engine.job);
    const forgotten = await forget(engine.job, resourceNamed('tenants'), id, 'cli');
    expect(forgotten).toEqual({ kind: 'forgotten', isLinked: true });
    for (const sealed of before) expect(await open(sealed)).toBeNull();
    expect(await sealedChanges()).toEqual(before);
    expect((await verifyAudit(engine.job)).broken).toBeNull();
  });

  test('leaves the row in step: its next look makes a new key, and opens nothing of what was before', async () => {
    const before = await sealedChanges();
    await engine.mark('tenants', [id]);
    await engine.drain('tenants');
    expect(await engine.cellsOf('tenants', id)).toMatchObject({
      alternateEmail: 'once@example.com',
      syncStatus: 'Synced',
    });
    await edit('tenants', id, { alternateEmail: 'twice@example.com' });
    const after = await sealedChanges();
    expect(JSON.stringify(await open(after.at(-1) ?? ''))).toContain('twice@example.com');
    for (const sealed of before) expect(await open(sealed)).toBeNull();
  });

  test('of whom nothing is kept, or who is no person, says so', async () => {
    expect(await forget(engine.job, resourceNamed('tenants'), '999999', 'cli')).toEqual({
      kind: 'nothingKept',
    });
    expect(await forget(engine.job, resourceNamed('units'), '1', 'cli')).toEqual({ kind: 'notPersonal' });
  });
});

describe('a row’s timeline', () => {
  let id: string;
  const story = async (): Promise<Timeline> =>
    entityTimeline(engine.job, { resource: 'units', entityId: id }, { before: null, limit: 50 });

  beforeAll(async () => {
    id = await firstOf('units');
    const now = new Date().toISOString();
    const receipt = { receiptId: 'r1', eventName: 'RentalUnit.Updated', eventAt: now, receivedAt: now };
    const { connectionId } = engine.job;
    await saveReceipts(engine.database, [{ ...receipt, connectionId, resource: 'units', ids: [id] }]);
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1234 });
    await engine.mark('units', [id]);
    await engine.drain('units');
    await edit('units', id, { marketRent: 1300 });
  });

  test('tells what happened on both sides, newest first, in plain sentences', async () => {
    const { steps, now } = await story();
    expect(now).toMatchObject({ state: 'inStep', whatToDo: null });
    expect(steps.map(({ at }) => at)).toEqual(
      steps
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    const told = [...steps].reverse().map(({ kind, sentence, details }) => [kind, sentence, ...details]);
    const withoutCreation = told.filter(([, sentence]) => !sentence?.startsWith('Its row was made'));
    expect(withoutCreation).toEqual([
      ['note', 'The sync saw this unit for the first time.'],
      ['heard', 'Buildium told of it (RentalUnit.Updated).'],
      [
        'written',
        'Its row was changed in Airtable: test.',
        expect.stringMatching(/^Market Rent: .+ → \$1,234\.00$/),
      ],
      ['heard', 'Market Rent was changed in Airtable.'],
      [
        'carried',
        'An edit was carried into Buildium: edited in Airtable.',
        'Market Rent: $1,234.00 → $1,300.00',
      ],
    ]);
    expect(steps[0]?.who).toMatch(/ in Airtable$/);
  });

  test('comes in pages that together are the whole, and is found by its row too', async () => {
    const whole = await story();
    const paged: string[] = [];
    for (let before: string | null = null; ; ) {
      const recordId = whole.airtableRecordId ?? '';
      const page: Timeline | null = valueOf(await recordTimeline(engine.job, recordId, { before, limit: 2 }));
      paged.push(...(page?.steps ?? []).map(({ stepId }) => stepId));
      before = page?.nextBefore ?? null;
      if (before === null) break;
    }
    expect(paged).toEqual(whole.steps.map(({ stepId }) => stepId));
  });

  test('shows no contact data', async () => {
    const tenant = await firstOf('tenants');
    const page = { before: null, limit: 50 };
    const told = await entityTimeline(engine.job, { resource: 'tenants', entityId: tenant }, page);
    expect(JSON.stringify(told)).not.toMatch(/once@|twice@/);
    expect(told.steps.flatMap(({ details }) => details)).toContain('Contact data; it is not shown here.');
  });

  test('tells what two people have changed to the same, which nobody had to carry over', async () => {
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 4321 });
    await edit('units', id, { marketRent: 4321 });
    const [step] = (await story()).steps.filter(({ sentence }) => sentence.startsWith('Both sides'));
    expect(step).toMatchObject({
      sentence: 'Both sides had come to the same: edited in Airtable.',
      details: ['Market Rent: $1,300.00 → $4,321.00'],
    });
  });

  describe('answers why a row has not synced', () => {
    const why = async (): Promise<{ state: string; sentence: string }> => (await story()).now;

    test('when it is marked, waits for stillness, or was refused too often', async () => {
      await engine.mark('units', [id]);
      expect(await why()).toMatchObject({ state: 'soon', sentence: 'It is marked (test) and comes next.' });
      await engine.database.execute(`update marks set not_before = now() + interval '1 minute'`);
      expect(await why()).toMatchObject({ state: 'soon', sentence: expect.stringContaining('next look at') });
      await engine.database.execute(`update marks set parked_at = now(), problem = 'Buildium says no.'`);
      expect(await why()).toMatchObject({
        ...{ state: 'held', sentence: 'Buildium says no.' },
        whatToDo: 'Set right what the reason names, then retry it.',
      });
      await engine.database.execute(
        `update marks set parked_at = null, problem = null, waiting_for_resource = 'properties', waiting_for_id = '1'`,
      );
      expect(await why()).toMatchObject({
        ...{ state: 'waiting', sentence: 'It waits for the row of property 1.' },
      });
      await engine.database.execute(`delete from marks`);
    });

    test('when a side is down, the sync is paused, or both sides changed', async () => {
      await engine.database.execute(
        `insert into side_health (connection_id, side, kind, message, since)
         values ($1, 'buildium', 'unavailable', 'No answer.', now())`,
        [engine.job.connectionId],
      );
      await engine.mark('units', [id]);
      expect(await why()).toMatchObject({ state: 'stopped', sentence: expect.stringContaining('Buildium') });
      await engine.database.execute(`delete from side_health`);
      await engine.database.execute(`delete from marks`);

      await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1400 });
      await edit('units', id, { marketRent: 1500 });
      expect(await why()).toMatchObject({
        state: 'conflict',
        sentence: 'Both sides changed Market Rent; everything else is in step.',
      });

      await updateConnection(engine.database, engine.job.connectionId, { state: 'paused' });
      const job = await engine.network.job();
      const subject = { resource: 'units', entityId: id };
      const told = await entityTimeline(job, subject, { before: null, limit: 1 });
      expect(told.now).toMatchObject({ state: 'stopped', whatToDo: 'Resume the sync.' });
      await updateConnection(engine.database, engine.job.connectionId, { state: 'running' });
    });
  });
});

describe('the audit is searched', () => {
  const none: AuditFilter = {
    ...{ resource: null, entityId: null, airtableRecordId: null, action: null, actor: null },
    ...{ beforeId: null, limit: 50 },
  };
  const found = (filter: Partial<AuditFilter>) =>
    listAudit(engine.database, engine.job.connectionId, { ...none, ...filter });

  test('by text in reasons, field names and values, a percent sign being nothing special', async () => {
    const told = await found({ text: '130000' });
    // As the value that an edit brought, and as the one that both sides left together.
    expect(told.map(({ action }) => action)).toEqual(['agreed', 'buildiumUpdated']);
    expect((await found({ text: 'EDITED in airtable' })).length).toBeGreaterThan(1);
    expect(await found({ text: '%' })).toEqual([]);
    expect(await found({ text: 'once@example.com' })).toEqual([]);
  });

  test('by a range of time and by person', async () => {
    const [newest] = await found({ limit: 1 });
    expect(await found({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect((await found({ to: newest?.at ?? '' })).map(({ auditId }) => auditId)).not.toContain(
      newest?.auditId,
    );
    const actors = await listActors(engine.database, engine.job.connectionId, '2020-01-01T00:00:00Z', 10);
    const person = actors.find(({ actor }) => actor.startsWith('airtable:'));
    expect((await found({ actor: person?.actor ?? '' })).length).toBe(person?.entries);
  });

  test('and a person who clicks, and whose push is booked later, is one', async () => {
    const { database, job } = engine;
    const entry = {
      ...{ action: 'settingsChanged' as const, resource: null, entityId: null, airtableRecordId: null },
      ...{ changes: {}, changesSealed: null, why: 'test', runId: null },
    };
    const rows = ['token:kim', 'kim'].map((actor) => ({ ...entry, actor, auditId: job.newId() }));
    await appendAudit(database, job.connectionId, rows, new Date().toISOString());
    const actors = await listActors(database, job.connectionId, '2020-01-01T00:00:00Z', 20);
    expect(actors.filter(({ actor }) => actor.includes('kim'))).toEqual([{ actor: 'kim', entries: 2 }]);
    expect(await found({ actor: 'kim' })).toHaveLength(2);
  });
});

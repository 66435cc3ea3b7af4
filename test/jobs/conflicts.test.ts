import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolicyPatch } from '../../shared/policies.ts';
import { openConflicts, type FoundConflict } from '../../server/db/conflictsFound.ts';
import { endConflicts } from '../../server/db/conflicts.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { listNotifications } from '../../server/db/notifications.ts';
import { markDirty } from '../../server/db/marks.ts';
import { saveReceipts } from '../support/receipts.ts';
import { chooseRole, savePerson } from '../../server/db/signInSessions.ts';
import { resolveConflict, resolveFound, undoConflict } from '../../server/jobs/conflicts/conflicts.ts';
import {
  showConflict,
  showConflicts,
  summarizeConflicts,
  type ShownConflict,
} from '../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../server/jobs/drain.ts';
import { lookAtEditsAgain } from '../../server/jobs/editRights.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import type { Job } from '../../server/jobs/job.ts';
import { previewPolicies } from '../../server/jobs/conflicts/policies.ts';
import { apiOf } from '../support/journey.ts';
import { UNDECIDED } from '../support/conflicts.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { eventually } from '../support/journeyEventually.ts';

const MINUTE_MS = 60_000;

let engine: Engine;
let job: Job;
/** Units by turns: every test leaves its own settled. */
let units: string[];

beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
  job = engine.job;
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
  units = rows.map(({ id }) => id);
  // The two were last agreed an hour ago: every time in these tests lies after it.
  await engine.database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
}, 90_000);
afterAll(() => engine.close());
beforeEach(() => {
  engine.network.airtable.faults.clear();
  engine.network.buildium.faults.clear();
});

const unit = (): string => {
  const [next = '', ...rest] = units;
  units = [...rest, next];
  return next;
};
const iso = (ms: number): string => new Date(ms).toISOString();

/** Somebody types into a row; Airtable tells of it. */
async function type(
  resource: string,
  entityId: string,
  key: string,
  value: unknown,
  user?: { id: string; email: string },
): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, entityId);
  const records = [{ id: recordId, fields: { [fieldIds[key] ?? '']: value } }];
  await engine.inAirtable('updateRecords', { table: tableId, records, ...(user ? { user } : {}) });
}

/** Buildium has announced a change of the unit at that time. */
async function announced(entityId: string, atMs: number): Promise<void> {
  const now = iso(Date.now());
  await saveReceipts(engine.database, [
    {
      ...{
        connectionId: job.connectionId,
        receiptId: `${entityId} ${atMs}`,
        eventName: 'RentalUnit.Updated',
      },
      ...{ eventAt: iso(atMs), receivedAt: now, resource: 'units', ids: [entityId] },
    },
  ]);
}

const NO_SUCH_VALUE: Fault = {
  method: 'PATCH',
  times: 1,
  effect: {
    kind: 'status',
    status: 422,
    body: { error: { type: 'INVALID_VALUE_FOR_COLUMN', message: 'Field cannot accept the provided value' } },
  },
};

/** A person's look does not wait until the row has been still. */
async function askFor(resource: string, entityId: string): Promise<void> {
  const now = iso(Date.now());
  const mark = {
    resource,
    entityId,
    reason: 'test',
    onBehalfOf: 'test',
    priority: 'person',
    happenedAt: now,
  } as const;
  await markDirty(engine.database, job.connectionId, [mark], now);
}

async function look(resource: string, entityId: string): Promise<void> {
  await askFor(resource, entityId);
  await drain(job, resource);
}

const describeUnit = (id: string, Description: string) =>
  engine.inBuildium('updateUnit', { id: Number(id), patch: { Description } });

/** Both sides describe the unit differently; Buildium's change was announced so long before (−) or after the edit. */
async function describedApart(id: string, buildiumLaterByMs: number | null): Promise<void> {
  await describeUnit(id, `Buildium's words about ${id}`);
  if (buildiumLaterByMs !== null) await announced(id, Date.now() + buildiumLaterByMs);
  await type('units', id, 'description', `Airtable's words about ${id}`);
  await look('units', id);
}

async function inBuildium(id: string): Promise<Record<string, unknown>> {
  const answer = await job.buildium.get(`/v1/rentals/units/${id}`);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

async function conflictsOf(entityId: string): Promise<ShownConflict[]> {
  const filter = { state: null, resource: null, entityId, sort: 'newest' as const, afterId: null, limit: 50 };
  return (await showConflicts(job, filter)).conflicts;
}

async function theConflict(entityId: string): Promise<ShownConflict> {
  const [conflict] = await conflictsOf(entityId);
  if (!conflict) throw new Error(`${entityId} has no conflict`);
  return conflict;
}

const bothDescribe = async (id: string): Promise<unknown[]> => [
  (await inBuildium(id))['Description'],
  (await engine.cellsOf('units', id))['description'],
];

/** The connection's policies from now on. */
async function setPolicies(patch: PolicyPatch): Promise<void> {
  const settings = { ...job.settings, policies: { resources: {}, fields: {}, ...patch } };
  await updateConnection(engine.database, job.connectionId, { settings });
  job = await engine.network.job();
}

describe('who changed it in Airtable', () => {
  const rentOf = (id: string, MarketRent: number) =>
    engine.inBuildium('updateUnit', { id: Number(id), patch: { MarketRent } });

  async function tokenOf(email: string): Promise<string> {
    const answer = await fetch(`${engine.network.airtable.url}/__control/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, role: 'edit', bases: 'all' }),
    });
    return ((await answer.json()) as { token: string }).token;
  }

  /** Through Airtable's ordinary API. */
  async function editWith(token: string, id: string, marketRent: number): Promise<string> {
    const { url, baseId } = engine.network.airtable;
    const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
    const answer = await fetch(`${url}/v0/${baseId}/${tableId}/${recordId}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fields: { [fieldIds['marketRent'] ?? '']: marketRent } }),
    });
    expect(answer.status).toBe(200);
    return recordId;
  }

  test.each([
    ['another token is told of with its time', 'pat@example.com'],
    ["the sync's own token cannot be told, and the story says so", null],
  ])('by an edit with %s', async (_what, email) => {
    const id = unit();
    await rentOf(id, 1700);
    const token = email === null ? engine.network.airtable.token : await tokenOf(email);
    const airtableRecordId = await editWith(token, id, 1650);
    await hearAirtable(job);
    await look('units', id);
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', field: { column: 'Market Rent' } });
    const { at, by } = conflict.changed.airtable;
    expect([at !== null, by]).toEqual([email !== null, email]);
    const ask = await apiOf(engine.network, engine.database, job.clock);
    const { steps } = await ask('readRecordTimeline', { airtableRecordId });
    const sentences = steps.map(({ sentence }) => sentence);
    const edit = expect.stringMatching(/^Market Rent was changed in Airtable/) as unknown;
    const untold = expect.stringMatching(/^Market Rent is in conflict: .*by whom, is not known: /) as unknown;
    expect(sentences).toContainEqual(email === null ? untold : edit);
    expect(sentences).not.toContainEqual(email === null ? edit : untold);
    await rentOf(id, 1650);
    await look('units', id);
  });
});

describe('newest wins', () => {
  test('for Airtable: its value lands in Buildium, and Buildium’s is kept and can be brought back', async () => {
    const id = unit();
    await describedApart(id, -5 * MINUTE_MS);
    expect(await bothDescribe(id)).toEqual([`Airtable's words about ${id}`, `Airtable's words about ${id}`]);
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({
      ...{ state: 'resolved', policy: 'newest', decision: 'airtable', decidedBy: 'policy', canUndo: true },
      ...{ buildium: `Buildium's words about ${id}`, choices: [] },
      changed: { airtable: { by: expect.stringContaining('@') } },
    });
    expect(conflict.why).toContain("Airtable's value is the later one");

    const undone = await undoConflict(job, conflict.conflictId, 'person');
    await drain(job, 'units');
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
    expect(await theConflict(id)).toMatchObject({
      ...{ kind: 'undo', state: 'resolved', undoes: conflict.conflictId },
      conflictId: undone.ok ? undone.value : '',
    });
    const again = await undoConflict(job, conflict.conflictId, 'person');
    expect(again.ok ? '' : again.error.message).toContain('brought back already');
  });

  test('for Buildium: its value lands in Airtable', async () => {
    const id = unit();
    await describedApart(id, 5 * MINUTE_MS);
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
    expect(await theConflict(id)).toMatchObject({ decision: 'buildium', state: 'resolved' });
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  });

  test('where nobody can tell which is newer a person decides, is told, and reads why', async () => {
    const id = unit();
    await describedApart(id, null);
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', policy: null });
    expect(conflict.why).toContain('Buildium does not tell when its value was entered');
    const told = await listNotifications(engine.database, job.connectionId, 50);
    const mine = told.find(({ text }) => text.includes(conflict.conflictId));
    expect(mine?.subject).toBe(`Conflict: Description of unit ${id}`);
    expect(JSON.stringify(mine)).not.toContain('words about');

    // The event comes late, and tells.
    await announced(id, Date.now() - 5 * MINUTE_MS);
    await engine.database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
    await look('units', id);
    expect(await theConflict(id)).toMatchObject({ state: 'resolved', decision: 'airtable' });
  });

  test('what loses is on record before it is overwritten, whatever becomes of the write', async () => {
    const id = unit();
    engine.network.airtable.faults.add([
      { method: 'PATCH', effect: { kind: 'status', status: 500 }, times: 1 },
    ]);
    await describedApart(id, 5 * MINUTE_MS);
    expect(await theConflict(id)).toMatchObject({
      ...{ state: 'resolving', decision: 'buildium', airtable: `Airtable's words about ${id}` },
    });
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = now() - interval '1 second'`);
    await drain(job, 'units');
    expect(await theConflict(id)).toMatchObject({ state: 'resolved', canUndo: true });
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
  });
});

describe('a person settles', () => {
  async function rentsApart(id: string, buildium: number, airtable: number): Promise<ShownConflict> {
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: buildium });
    await type('units', id, 'marketRent', airtable);
    await look('units', id);
    return theConflict(id);
  }
  const bothRents = async (id: string): Promise<unknown[]> => [
    (await inBuildium(id))['MarketRent'],
    (await engine.cellsOf('units', id))['marketRent'],
  ];
  const choose = async ({ conflictId, version }: ShownConflict, choice: object) => {
    const taken = await resolveConflict(job, { conflictId, version, ...choice }, 'person');
    await drain(job, 'units');
    return taken;
  };

  async function settledWith(id: string, value: number): Promise<ShownConflict> {
    const conflict = await rentsApart(id, 1100, 1200);
    await choose(conflict, { value });
    return conflict;
  }

  test('with a typed value, which lands on both sides', async () => {
    const id = unit();
    const conflict = await rentsApart(id, 1100, 1200);
    expect(conflict).toMatchObject({
      ...{ stakesCents: 10_000, policy: null },
      why: expect.stringContaining('The policy of this field, manual, leaves it to a person.'),
      choices: [
        {
          ...{ side: 'buildium', value: 110_000 },
          words: `Market Rent becomes Buildium's value ($1,100.00) in Airtable; Airtable's own ($1,200.00) is kept and can be brought back.`,
        },
        { side: 'airtable' },
      ],
    });
    const wrong = await choose(conflict, { value: 1150.5 });
    expect(wrong.ok ? '' : wrong.error).toEqual({
      kind: 'invalid',
      message: 'Market Rent must be a whole number of cents.',
    });
    expect(await choose(conflict, { value: 115_000 })).toEqual({ ok: true, value: null });
    expect(await bothRents(id)).toEqual([1150, 1150]);
    expect(await theConflict(id)).toMatchObject({
      state: 'resolved',
      decision: 'value',
      decidedValue: 115_000,
    });
  });

  test('once: the next one is told who has settled it and when, and one whose value has moved, that it has', async () => {
    const id = unit();
    const conflict = await rentsApart(id, 1100, 1200);
    const { version, conflictId } = conflict;
    const stale = await choose(
      { ...conflict, version: { ...version, buildium: 'older' } },
      { side: 'airtable' },
    );
    expect(stale.ok ? '' : stale.error.message).toMatch(
      /^One of the two sides has changed since you looked\./,
    );
    await choose(conflict, { side: 'airtable' });
    const { decidedAt } = await theConflict(id);
    const late = await choose(conflict, { side: 'buildium' });
    expect(late.ok ? '' : late.error).toEqual({
      kind: 'moved',
      message: `The conflict has been settled already, by person, for Airtable's value, at ${decidedAt}. To bring back what lost, undo it: POST /api/v1/sync/conflicts/${conflictId}/undo.`,
    });
  });

  test('with a typed value, of which either loser can be brought back, and after it the typed one', async () => {
    const id = unit();
    const { conflictId } = await settledWith(id, 115_000);
    expect(await theConflict(id)).toMatchObject({ canUndo: false, canUndoTo: ['buildium', 'airtable'] });
    const unsaid = await undoConflict(job, conflictId, 'jo');
    expect(unsaid.ok ? '' : unsaid.error.message).toContain('side=buildium or side=airtable');

    const first = await undoConflict(job, conflictId, 'jo', 'airtable');
    await drain(job, 'units');
    expect(await bothRents(id)).toEqual([1200, 1200]);
    const again = await undoConflict(job, conflictId, 'jo', 'buildium');
    expect(again.ok ? '' : again.error.message).toContain('was brought back already');
    expect(await undoConflict(job, first.ok ? first.value : '', 'jo')).toMatchObject({ ok: true });
    await drain(job, 'units');
    expect(await bothRents(id)).toEqual([1150, 1150]);
  });

  test('with a typed value that is undone to what Buildium had', async () => {
    const id = unit();
    const { conflictId } = await settledWith(id, 99_000);
    expect(await undoConflict(job, conflictId, 'jo', 'buildium')).toMatchObject({ ok: true });
    await drain(job, 'units');
    expect(await bothRents(id)).toEqual([1100, 1100]);
  });

  test('and a crash between the two sides leaves neither the decision nor the value behind', async () => {
    const id = unit();
    const conflict = await rentsApart(id, 1100, 1200);
    engine.network.buildium.faults.add([{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }]);
    await choose(conflict, { value: 130_000 });
    expect(await bothRents(id)).toEqual([1300, 1200]);
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = now() - interval '1 second'`);
    const since = engine.calls.length;
    await drain(job, 'units');
    expect(await bothRents(id)).toEqual([1300, 1300]);
    expect(engine.calls.slice(since).filter(({ call }) => call.startsWith('PUT'))).toEqual([]);
    expect(await theConflict(id)).toMatchObject({ state: 'resolved' });
  });

  test('with a value that Buildium refuses: the conflict is open again, and what was typed beside it arrives at once', async () => {
    const { units: records, unitsByProperty } = engine.network.buildium.world.records;
    const siblings = [...unitsByProperty.values()].find(({ length }) => length > 1) ?? [];
    const [id = '', taken = ''] = siblings.map((one) => String(one.id));
    await engine.inBuildium('updateUnit', { id: Number(id), patch: { UnitNumber: 'Attic' } });
    await type('units', id, 'unitNumber', records.get(Number(taken))?.saved.UnitNumber);
    await look('units', id);
    await type('units', id, 'marketRent', 1745);
    await choose(await theConflict(id), { side: 'airtable' });
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', decision: null });
    expect(conflict.why).toContain('Buildium did not take what was decided');
    expect(await bothRents(id)).toEqual([1745, 1745]);
    await choose(conflict, { side: 'buildium' });
    expect((await engine.cellsOf('units', id))['unitNumber']).toBe('Attic');
  });

  test.each<[string, Fault[]]>([
    ['', []],
    [', also where the look that decided could not write the row', [NO_SUCH_VALUE]],
  ])(
    'what Buildium refuses of a policy’s decision: the row says at once that it is a person’s, and nothing is sent again%s',
    async (_how, faults) => {
      const { units: records, unitsByProperty } = engine.network.buildium.world.records;
      const siblings = [...unitsByProperty.values()].findLast(({ length }) => length > 1) ?? [];
      const [id = '', taken = ''] = siblings.map((one) => String(one.id));
      await engine.database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
      await engine.inBuildium('updateUnit', {
        id: Number(id),
        patch: { UnitNumber: `Cellar ${faults.length}` },
      });
      await announced(id, Date.now() - 5 * MINUTE_MS);
      await type('units', id, 'unitNumber', records.get(Number(taken))?.saved.UnitNumber);
      for (const fault of faults) {
        engine.network.airtable.faults.add([fault]);
        await look('units', id);
        expect(await theConflict(id)).toMatchObject({ state: 'resolving', policy: 'newest' });
      }
      await look('units', id);
      const conflict = await theConflict(id);
      expect(conflict).toMatchObject({ state: 'open', decision: null });
      expect(conflict.why).toContain('Buildium did not take what was decided');
      const shown = await engine.cellsOf('units', id);
      expect(shown).toMatchObject({
        syncStatus: 'Conflict',
        syncNote: 'Changed on both sides: Unit Number. Settle it in the extension, under Conflicts.',
      });
      const since = engine.calls.length;
      await askFor('units', id);
      await drain(job, 'units');
      expect(engine.calls.slice(since).filter(({ call }) => /^(PUT|PATCH|POST .*upsert)/.test(call))).toEqual(
        [],
      );
      await choose(conflict, { side: 'buildium' });
      expect((await engine.cellsOf('units', id))['unitNumber']).toBe(`Cellar ${faults.length}`);
    },
  );

  test('and brings the loser back only while both sides show what was decided', async () => {
    const id = unit();
    const conflict = await rentsApart(id, 1100, 1200);
    await choose(conflict, { side: 'airtable' });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1400 });
    await look('units', id);
    const refused = await undoConflict(job, conflict.conflictId, 'person');
    expect(refused.ok ? '' : refused.error.kind).toBe('moved');
    expect(await bothRents(id)).toEqual([1400, 1400]);
  });

  test('an undo that finds a side moved writes nothing', async () => {
    const id = unit();
    const conflict = await rentsApart(id, 1100, 1200);
    await choose(conflict, { side: 'airtable' });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1500 });
    expect(await undoConflict(job, conflict.conflictId, 'person')).toMatchObject({ ok: true });
    await drain(job, 'units');
    expect(await bothRents(id)).toEqual([1500, 1500]);
    expect(await theConflict(id)).toMatchObject({ kind: 'undo', state: 'closed' });
    expect((await showConflict(job, conflict.conflictId))?.undoneBy).toBeNull();
  });

  test('all of a kind at once, if there are as many as were seen', async () => {
    const [first, second] = [unit(), unit()];
    await rentsApart(first, 1100, 1900);
    await rentsApart(second, 1100, 1300);
    const open = await showConflicts(job, {
      state: 'open',
      resource: 'units',
      sort: 'stakes',
      afterId: null,
      limit: 1,
    });
    expect(open).toMatchObject({ total: 2, conflicts: [{ entityId: first, stakesCents: 80_000 }] });
    const afterId = open.conflicts[0]?.conflictId ?? null;
    const next = await showConflicts(job, {
      state: 'open',
      resource: 'units',
      sort: 'stakes',
      afterId,
      limit: 1,
    });
    expect(next.conflicts).toMatchObject([{ entityId: second }]);

    const wish = { side: 'buildium' as const };
    expect(await resolveFound(job, { resource: 'units' }, { ...wish, count: 3 }, 'person')).toBeNull();
    const outcome = await resolveFound(job, { resource: 'units' }, { ...wish, count: 2 }, 'person');
    expect(outcome?.taken).toHaveLength(2);
    await drain(job, 'units');
    expect([await bothRents(first), await bothRents(second)]).toEqual([
      [1100, 1100],
      [1100, 1100],
    ]);
    expect(await summarizeConflicts(job)).toMatchObject({ open: 0, stakesCents: 0, withinDay: 1 });
  });

  test('about contact data, which the database holds sealed', async () => {
    const [tenant] = await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'tenants' and standing = 'linked' order by 1 limit 1`,
    );
    const id = tenant?.id ?? '';
    await engine.inBuildium('updateTenant', { id: Number(id), patch: { Email: 'in.buildium@example.com' } });
    await type('tenants', id, 'email', 'in.airtable@example.com');
    await look('tenants', id);
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({
      buildium: 'in.buildium@example.com',
      airtable: 'in.airtable@example.com',
    });
    await resolveConflict(
      job,
      { conflictId: conflict.conflictId, version: conflict.version, value: 'typed@example.com' },
      'person',
    );
    await drain(job, 'tenants');
    expect(await engine.cellsOf('tenants', id)).toMatchObject({ email: 'typed@example.com' });
    const rows = await engine.database.query(`select * from conflicts where resource = 'tenants'`);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/in\.buildium@|in\.airtable@|typed@/);
  });
});

describe('what a choice does to the month’s net operating income', () => {
  /** No amount of an account flows to Buildium by itself today; what a conflict over one would say is proven all the same. */
  async function effectsOf(accountKind: string): Promise<unknown> {
    const [line] = await engine.database.query<{ id: string }>(
      `select l.entity_id as id from links l join links a on a.connection_id = l.connection_id and a.resource = 'glAccounts'
          and a.entity_id = l.synced_buildium -> 'glAccount' ->> 0
        where l.resource = 'billLines' and l.standing = 'linked' and a.synced_buildium ->> 'type' = $1
          and a.synced_buildium ->> 'subType' like 'Operating%' order by l.entity_id limit 1`,
      [accountKind],
    );
    const conflictId = job.newId();
    const shown = { buildium: 10_000, airtable: 12_500, synced: { buildium: 9_000, airtable: 9_000 } };
    const conflict: FoundConflict = {
      ...{ ...UNDECIDED, conflictId, resource: 'billLines', entityId: line?.id ?? '', fieldKey: 'amount' },
      ...{ why: 'Both were changed.', shown, shownSealed: null, buildiumDigest: 'b', airtableDigest: 'a' },
    };
    await openConflicts(engine.database, job.connectionId, [conflict], iso(Date.now()));
    const { choices } = (await showConflict(job, conflictId)) ?? { choices: [] };
    await endConflicts(
      engine.database,
      job.connectionId,
      { resolved: [], closed: [conflictId] },
      iso(Date.now()),
    );
    return choices.map(({ side, noiEffectCents }) => [side, noiEffectCents]);
  }

  test('a larger expense in Buildium lowers it by the difference; what goes to Airtable changes nothing', async () => {
    expect(await effectsOf('Expense')).toEqual([
      ['buildium', 0],
      ['airtable', -2_500],
    ]);
  });

  test('a rent that a unit is offered at is no income yet, so that it has none', async () => {
    const id = unit();
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1300 });
    await type('units', id, 'marketRent', 1400);
    await look('units', id);
    const { conflictId } = await theConflict(id);
    const { choices } = (await showConflict(job, conflictId)) ?? { choices: [] };
    expect(choices.map(({ noiEffectCents }) => noiEffectCents)).toEqual([null, null]);
  });
});

describe('no edit vanishes', () => {
  test('in the gap between our look at a row and our write: it loses a conflict and can be brought back', async () => {
    const id = unit();
    await hearAirtable(job);
    // An edit of an earlier test's may still wait until its row is still.
    await look('units', id);
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1600 });
    engine.network.airtable.faults.add([
      { method: 'PATCH', times: 1, effect: { kind: 'delay', delayMs: 1_500 } },
    ]);
    await askFor('units', id);
    const since = iso(Date.now());
    const written = drain(job, 'units');
    await eventually(async () => {
      const sent = await engine.database.query(
        `select 1 from sent where entity_id = $1 and side = 'airtable' and sent_at >= $2`,
        [id, since],
      );
      expect(sent).toHaveLength(1);
    });
    await type('units', id, 'marketRent', 1234);
    await written;
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1600 });

    await hearAirtable(job);
    const conflict = await theConflict(id);
    expect(conflict).toMatchObject({
      kind: 'overwritten',
      state: 'resolved',
      airtable: 123_400,
      buildium: 160_000,
    });
    expect(conflict.changed.airtable.by).toContain('@');
    const notices = await engine.database.query(`select message from notices where kind = 'overwritten'`);
    expect(notices).toHaveLength(1);
    await drain(job, 'units');
    await undoConflict(job, conflict.conflictId, 'person');
    await drain(job, 'units');
    expect([(await inBuildium(id))['MarketRent'], (await engine.cellsOf('units', id))['marketRent']]).toEqual(
      [1234, 1234],
    );
  });

  test('in Buildium between our GET and our PUT without a notice: one event more than ours tells', async () => {
    const id = unit();
    await type('units', id, 'marketRent', 1700);
    await look('units', id);
    const [write] = await engine.database.query<{ from: string; until: string }>(
      `select sent_at as from, done_at as until from sent where entity_id = $1 and side = 'buildium' order by fence desc limit 1`,
      [id],
    );
    await announced(id, Date.parse(write?.until ?? ''));
    await look('units', id);
    const notices = () =>
      engine.database.query(`select 1 from notices where kind = 'possiblyOverwritten' and entity_id = $1`, [
        id,
      ]);
    expect(await notices()).toEqual([]);
    await announced(id, Date.parse(write?.from ?? '') + 1);
    await look('units', id);
    expect(await notices()).toHaveLength(1);
  });

  test('when two processes read Airtable’s changes at once, and it falls behind what the quicker one read', async () => {
    const [first, second] = [unit(), unit()];
    await hearAirtable(job);
    await type('units', first, 'description', 'Read by both');
    engine.network.airtable.faults.add([
      { path: 'payloads', times: 1, effect: { kind: 'delay', delayMs: 1_500 } },
    ]);
    const readers = [hearAirtable(job), hearAirtable({ ...job, owner: 'another process' })];
    await Promise.race(readers);
    await type('units', second, 'description', 'Seen by the slower one alone');
    await Promise.all(readers);
    const marked = await engine.database.query<{ id: string }>(
      `select entity_id as id from marks where resource = 'units'`,
    );
    expect(marked.map(({ id }) => id)).toEqual(expect.arrayContaining([first, second]));
    await look('units', first);
    await look('units', second);
  });

  test('when somebody types the very value that we sent a moment ago', async () => {
    const id = unit();
    for (const marketRent of [1810, 1820]) {
      await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent });
      await look('units', id);
    }
    await type('units', id, 'marketRent', 1810);
    await hearAirtable(job);
    await look('units', id);
    expect((await inBuildium(id))['MarketRent']).toBe(1810);
  });
});

test('an edit by somebody who may only look is held with a note, until an admin lets it through', async () => {
  const id = unit();
  const viewer = { id: 'usrViewerViewer01', email: 'viewer@example.com' };
  const person = {
    userId: viewer.id,
    email: viewer.email,
    levelRole: 'operator',
    lastSignedInAt: iso(0),
  } as const;
  await savePerson(engine.database, job.connectionId, person);
  await chooseRole(engine.database, job.connectionId, viewer.id, 'viewer');
  const before = (await inBuildium(id))['Description'];
  await type('units', id, 'description', 'By a viewer', viewer);
  await hearAirtable(job);
  await look('units', id);
  expect((await inBuildium(id))['Description']).toEqual(before);
  expect(await engine.cellsOf('units', id)).toMatchObject({
    ...{ description: 'By a viewer', syncStatus: 'Problem' },
    syncNote: expect.stringContaining(
      'Description was changed by viewer@example.com, who may only look here',
    ),
  });

  await chooseRole(engine.database, job.connectionId, viewer.id, null);
  const asked = { connectionId: job.connectionId, userId: viewer.id, by: 'admin', now: iso(Date.now()) };
  await lookAtEditsAgain(engine.database, job.queues, asked);
  await drain(job, 'units');
  expect((await inBuildium(id))['Description']).toBe('By a viewer');
  const [audit] = await engine.database.query<{ actor: string }>(
    `select actor from audit where entity_id = $1 and action = 'buildiumUpdated' order by audit_id desc limit 1`,
    [id],
  );
  expect(audit?.actor).toBe('airtable:viewer@example.com');
});

test('a policy of one field decides it, and a preview tells what it would have done before', async () => {
  const preview = await previewPolicies(job, { fields: { 'units.marketRent': 'buildium' } }, 30);
  expect(preview.before.manual).toBeGreaterThanOrEqual(6);
  expect(preview.after.manual).toBe(preview.before.manual - preview.changed.length);
  expect(preview.changed[0]).toMatchObject({
    before: 'manual',
    after: 'buildium',
    field: { column: 'Market Rent' },
  });

  await setPolicies({ fields: { 'units.marketRent': 'airtable' } });
  const id = unit();
  await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1910 });
  await type('units', id, 'marketRent', 1920);
  await look('units', id);
  expect((await inBuildium(id))['MarketRent']).toBe(1920);
  expect(await theConflict(id)).toMatchObject({ policy: 'airtable', state: 'resolved' });
});

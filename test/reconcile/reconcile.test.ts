import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Cause, Reconciliation } from '../../shared/api/reconciliation.ts';
import { listConflicts } from '../../server/db/conflictLists.ts';
import { decideConflict } from '../../server/db/conflicts.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { listOpenNotices } from '../../server/db/notices.ts';
import { certificateOf, reconciliationById } from '../../server/db/reconciliations.ts';
import {
  listDiscrepancies,
  resourceResults,
  type DiscrepancyRow,
  type ResourceResult,
} from '../../server/db/reconciliationParts.ts';
import { attach, detach } from '../../server/jobs/losses/detach.ts';
import { certificatePdf } from '../../server/jobs/reconcile/certificatePdf.ts';
import type { Certificate } from '../../server/jobs/reconcile/certificate.ts';
import {
  advanceReconciliations,
  isDailyDue,
  reconcileDay,
  startReconciliation,
} from '../../server/jobs/reconcile/reconcile.ts';
import { repair } from '../../server/jobs/reconcile/reconcileRepair.ts';
import { reconciliationView } from '../../server/jobs/reconcile/reconcileView.ts';
import { enabledResources } from '../../server/jobs/schemaColumns.ts';
import type { Job } from '../../server/jobs/job.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 60_000);
afterAll(() => engine.close());

/** Nobody works in between here: there is nothing to wait for. */
const AT_ONCE = { settlingMs: 0 };

type Compared = Reconciliation & {
  found: DiscrepancyRow[];
  resources: ResourceResult[];
  certificate: Certificate;
};

async function reconcile(job: Job = engine.job): Promise<Compared> {
  const { reconciliationId } = await startReconciliation(job, 'test');
  await advanceReconciliations(job, AT_ONCE);
  const compared = await read(reconciliationId);
  expect(compared).toMatchObject({ state: 'finished', problem: null });
  return compared;
}

async function read(reconciliationId: string): Promise<Compared> {
  const { database, job } = engine;
  const row = await reconciliationById(database, job.connectionId, reconciliationId);
  if (!row) throw new Error(`There is no reconciliation ${reconciliationId}`);
  const every = { resource: null, entityIds: null, cause: null, onlyOpen: false, after: null, limit: 100 };
  const stored = await certificateOf(database, job.connectionId, reconciliationId);
  return {
    ...reconciliationView(row),
    found: await listDiscrepancies(database, job.connectionId, reconciliationId, every),
    resources: await resourceResults(database, job.connectionId, reconciliationId),
    certificate: JSON.parse(stored?.certificate ?? 'null') as Certificate,
  };
}

const causeOf = ({ found }: Compared, resource: string, entityId: string): Cause | null =>
  found.find((one) => one.resource === resource && one.entityId === entityId)?.cause ?? null;

async function idsOf(resource: string): Promise<string[]> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' order by 1`,
    [resource],
  );
  return rows.map(({ id }) => id);
}

/** A person types into the grid, and we hear nothing of it. */
async function type(resource: string, entityId: string, values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, entityId);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
}

async function drainAll(): Promise<void> {
  for (const { name } of enabledResources(engine.job)) await engine.drain(name);
}

const personalValues = ['changed@example.com', '+16175550199'];

describe('both sides', () => {
  test('are equal after the first sync: accuracy is 100%, both hash trees have the same root, nothing is written', async () => {
    const since = engine.calls.length;
    const compared = await reconcile();
    const writes = engine.calls
      .slice(since)
      .filter(({ call }) => !call.startsWith('GET') && !call.endsWith('listRecords'));
    expect(writes.map(({ call }) => call)).toEqual([]);
    expect(compared).toMatchObject({ accuracy: 1, discrepancies: 0, state: 'finished', found: [] });
    expect(compared.records).toBeGreaterThan(200);
    expect(compared.rootHash?.buildium).toBe(compared.rootHash?.airtable);
    expect(compared.resources.map(({ resource }) => resource).sort()).toEqual(
      enabledResources(engine.job)
        .map(({ name }) => name)
        .sort(),
    );
  });

  test('are equal where a property is taken out of the sync: what is linked to its row stays so', async () => {
    const [entityId = ''] = await idsOf('properties');
    const ref = { resource: 'properties', entityId };
    expect((await detach(engine.job, ref, 'test')).ok).toBe(true);
    await drainAll();
    const compared = await reconcile();
    expect(compared.found).toEqual([]);
    expect(compared.rootHash?.buildium).toBe(compared.rootHash?.airtable);
    expect(compared.resources.find(({ resource }) => resource === 'properties')?.leftOut.detached).toBe(1);
    await attach(engine.job, ref, 'test');
    await drainAll();
  });

  test('are compared as they are now, whatever our own tables believe', async () => {
    const [unitId = ''] = await idsOf('units');
    await engine.database.execute(
      `update links set synced_buildium = jsonb_set(synced_buildium, '{marketRent}', '1') where resource = 'units'`,
    );
    await type('units', unitId, { marketRent: 4321 });
    await engine.database.execute(
      `update links set synced_buildium = jsonb_set(synced_buildium, '{marketRent}', '432100') where resource = 'units'`,
    );
    expect(causeOf(await reconcile(), 'units', unitId)).not.toBeNull();
    await engine.mark('units', await idsOf('units'));
    await engine.drain('units');
  });
});

describe('what stands apart is named with its likely cause:', () => {
  let compared: Compared;
  const at: Record<string, string> = {};

  beforeAll(async () => {
    await settleUnits();
    const [propertyId = ''] = await idsOf('properties');
    const [lost = '', edited = '', conflicted = '', queued = '', cleared = ''] = await idsOf('units');
    const [vendorRow = ''] = await idsOf('vendors');
    const [tenantId = ''] = await idsOf('tenants');
    const [, , leaseId = ''] = await idsOf('leases');
    Object.assign(at, { lost, edited, conflicted, queued, cleared, vendorRow, tenantId });

    await engine.inBuildium('changeMarketRent', { unitId: Number(lost), marketRent: 1234.56 });
    await engine.inBuildium('updateTenant', { id: Number(tenantId), patch: { Email: personalValues[0] } });
    await type('units', edited, { name: 'My own name' });
    await type('units', cleared, { buildiumId: '' });

    await engine.inBuildium('changeMarketRent', { unitId: Number(conflicted), marketRent: 2001 });
    await type('units', conflicted, { marketRent: 2002 });
    await engine.mark('units', [conflicted]);
    await engine.drain('units');

    await engine.inBuildium('changeMarketRent', { unitId: Number(queued), marketRent: 3003 });
    await engine.mark('units', [queued]);

    const { tableId, recordId } = await engine.rowOf('vendors', vendorRow);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });

    const paid = await engine.inBuildium('recordRentPayment', { leaseId: Number(leaseId), amount: 77 });
    at['payment'] = String(paid['transactionId']);

    const cursed = await engine.inBuildium('postCharge', {
      leaseId: Number(leaseId),
      amount: 5,
      memo: 'cursed',
    });
    at['parked'] = String(cursed['transactionId']);
    await faults([{ body: 'cursed', effect: { kind: 'status', ...REFUSED } }]);
    await engine.mark('transactions', [at['parked']]);
    await engine.drain('transactions');
    // Refused, and then put back in Buildium: equal again, and still given up.
    const [, heldTenant = ''] = await idsOf('tenants');
    at['heldTenant'] = heldTenant;
    const { comment } = await engine.cellsOf('tenants', heldTenant);
    await engine.inBuildium('updateTenant', { id: Number(heldTenant), patch: { Comment: 'cursed' } });
    await engine.mark('tenants', [heldTenant]);
    await engine.drain('tenants');
    const patch = { Comment: typeof comment === 'string' ? comment : '' };
    await engine.inBuildium('updateTenant', { id: Number(heldTenant), patch });
    await faults([]);

    const { unitId } = await engine.inBuildium('createUnit', {
      body: { PropertyId: Number(propertyId), UnitNumber: '99Z', Address: ADDRESS },
    });
    const lease = await engine.inBuildium('createLease', { body: { ...LEASE, UnitId: unitId } });
    at['waiting'] = String(lease['leaseId']);
    at['newUnit'] = String(unitId);
    await engine.mark('leases', [at['waiting']]);
    await engine.drain('leases');

    const bills = await idsOf('bills');
    const deletable = await deletedBill(bills);
    at['deletedBill'] = deletable;

    const { tableId: tenantTable } = await engine.rowOf('tenants', tenantId);
    await engine.inAirtable('createRecords', { table: tenantTable, records: [{ fields: { Name: 'Mine' } }] });
    const { tableId: unitTable, recordId: unitRow } = await engine.rowOf('units', lost);
    await engine.inAirtable('duplicateRecord', { table: unitTable, id: unitRow });

    compared = await reconcile();
  }, 60_000);

  test.each<[string, string, string, Cause, DiscrepancyRow['kind']]>([
    ['a change in Buildium whose event was lost', 'units', 'lost', 'lostEvent', 'differs'],
    ['a payment whose event was lost', 'transactions', 'payment', 'lostEvent', 'noRow'],
    ['a one-way cell that somebody typed over', 'units', 'edited', 'editedInAirtable', 'differs'],
    ['a Buildium ID that somebody cleared', 'units', 'cleared', 'editedInAirtable', 'differs'],
    ['an open conflict', 'units', 'conflicted', 'conflict', 'differs'],
    ['a mark that nobody has looked at yet', 'units', 'queued', 'queued', 'differs'],
    ['a row that somebody deleted', 'vendors', 'vendorRow', 'deletedRow', 'noRow'],
    ['a record that Airtable refused', 'transactions', 'parked', 'parked', 'noRow'],
    ['a refusal that nobody tried again, equal as the sides are', 'tenants', 'heldTenant', 'parked', 'held'],
    ['a lease whose unit has no row yet', 'leases', 'waiting', 'waiting', 'noRow'],
    [
      'a deletion in Buildium that we did not hear of',
      'bills',
      'deletedBill',
      'deletedInBuildium',
      'notInBuildium',
    ],
    ['contact data whose event was lost', 'tenants', 'tenantId', 'lostEvent', 'differs'],
  ])('%s', (_, resource, name, cause, kind) => {
    const found = compared.found.find((one) => one.resource === resource && one.entityId === at[name]);
    expect(found).toMatchObject({ cause, kind, repairedAt: null });
    expect(found?.explanation).toMatch(/\.$/);
  });

  test('the fields that differ with both values, and of contact data only that it differs', () => {
    const lost = compared.found.find(
      ({ entityId, resource }) => resource === 'units' && entityId === at['lost'],
    );
    expect(lost?.fields).toMatchObject([{ key: 'marketRent', buildium: 123456, isPersonal: false }]);
    const tenant = compared.found.find(({ entityId }) => entityId === at['tenantId']);
    expect(tenant?.fields).toMatchObject([
      { key: 'email', buildium: null, airtable: null, isPersonal: true },
    ]);
    expect(JSON.stringify([compared.found, compared.certificate])).not.toContain(personalValues[0]);
  });

  test('held and differing records are what is missing from the accuracy, and nothing else', () => {
    expect(compared.found.length).toBe(compared.discrepancies);
    expect(compared.matching).toBe(compared.records - compared.discrepancies);
    expect(compared.accuracy).toBeCloseTo(compared.matching / compared.records, 12);
    expect(compared.rootHash?.buildium).not.toBe(compared.rootHash?.airtable);
  });

  test('rows that are a person’s own are counted and no fault', () => {
    const leftOutOf = (name: string) => compared.resources.find(({ resource }) => resource === name)?.leftOut;
    expect(leftOutOf('tenants')).toMatchObject({ rowsOfPeople: 1 });
    expect(leftOutOf('units')).toMatchObject({ copies: 1 });
  });

  test('the sums of both sides differ by just the amounts of the rows that are missing or too many', async () => {
    const months = compared.certificate.resources.find(({ resource }) => resource === 'transactions')?.months;
    const sum = (side: 'buildium' | 'airtable'): number =>
      (months ?? []).reduce((all, month) => all + (month[side].sumsCents['amount'] ?? 0), 0);
    const stray = compared.found.filter(
      ({ resource, kind }) => resource === 'transactions' && kind === 'notInBuildium',
    );
    let strayCents = 0;
    for (const { entityId } of stray) {
      const { amount } = await engine.cellsOf('transactions', entityId);
      strayCents += Math.round(Number(amount) * 100);
    }
    expect(strayCents).toBeGreaterThan(0);
    expect(sum('buildium') - sum('airtable')).toBe(7700 + 500 - strayCents);
  });

  test('under 99.5% a notice is open, told once however often it is found', async () => {
    const { reconciliationId } = await reconcile();
    expect((await read(reconciliationId)).accuracy).toBeLessThan(0.995);
    const notices = await listOpenNotices(engine.database, engine.job.connectionId, 50);
    expect(notices.filter(({ kind }) => kind === 'alertAccuracy')).toHaveLength(1);
    const told = await engine.database.query(`select 1 from notifications where kind = 'alert'`);
    expect(told).toHaveLength(1);
  });

  test('a repair has the sync look at all of it, and leaves to a person what only a person can decide', async () => {
    const { job } = engine;
    const answer = await repair(job, compared.reconciliationId, {
      resource: null,
      entityIds: null,
      by: 'test',
    });
    expect(answer.needPerson).toBe(1);
    expect(answer.marked).toBeGreaterThanOrEqual(9);
    await drainAll();
    await drainAll();
    await advanceReconciliations(job, AT_ONCE);
    const repaired = await read(compared.reconciliationId);
    expect(repaired.found.filter(({ repairedAt }) => repairedAt === null)).toMatchObject([
      { cause: 'conflict' },
    ]);
    expect(repaired).toMatchObject({ repair: 'done', repaired: repaired.discrepancies - 1 });
    expect(repaired.accuracyAfterRepair).toBeGreaterThan(repaired.accuracy ?? 1);
    // What was certified stays as it was.
    expect(repaired.accuracy).toBe(compared.accuracy);
    expect(repaired.certificateHash).toBe(compared.certificateHash);
  });

  test('and with the conflict decided, accuracy is 100% again and the notice closes', async () => {
    const { database, job } = engine;
    const page = { state: 'open', resource: null, afterId: null, limit: 10 } as const;
    const [conflict] = await listConflicts(database, job.connectionId, page);
    const saw = { sawBuildium: conflict?.buildiumDigest ?? '', sawAirtable: conflict?.airtableDigest ?? '' };
    const decision = {
      conflictId: conflict?.conflictId ?? '',
      side: 'buildium' as const,
      by: 'test',
      ...saw,
    };
    await decideConflict(database, job.connectionId, decision, new Date().toISOString());
    await engine.mark('units', [at['conflicted'] ?? '']);
    await drainAll();
    const after = await reconcile();
    expect(after.found).toEqual([]);
    expect(after).toMatchObject({ accuracy: 1, discrepancies: 0 });
    const notices = await listOpenNotices(database, job.connectionId, 50);
    expect(notices.filter(({ kind }) => kind === 'alertAccuracy')).toEqual([]);
  });
});

describe('what is rightly not in Airtable', () => {
  test('is counted by its reason; and stands apart as soon as the connection wants it', async () => {
    const { job, network, database } = engine;
    const { reconciliationId } = await startReconciliation(job, 'test');
    await advanceReconciliations(job, AT_ONCE);
    const narrow = await read(reconciliationId);
    const olderOf = ({ resources }: Compared): number =>
      resources.reduce((sum, { leftOut }) => sum + leftOut.outsideWindow, 0);
    await updateConnection(database, network.connectionId, {
      settings: { twoWay: true, keepMonthsInAirtable: 1 },
    });
    const kept = await reconcile(await network.job());
    expect(kept.accuracy).toBe(1);
    expect(olderOf(kept)).toBe(olderOf(narrow));
    expect(kept.records).toBe(narrow.records);
  });

  test('rows of what was deleted in Buildium stay as a record, and count for nothing', async () => {
    const compared = await reconcile();
    const bills = compared.resources.find(({ resource }) => resource === 'bills');
    expect(bills?.leftOut.deletedInBuildium).toBeGreaterThanOrEqual(1);
    expect(compared.accuracy).toBe(1);
  });
});

describe('the certificate', () => {
  test('is the same bytes however often it is asked for, names the one before, and cannot be changed', async () => {
    const { database, job } = engine;
    const first = await reconcile();
    const second = await reconcile();
    // Of unchanged sides two comparisons have one root.
    expect(second.rootHash).toEqual(first.rootHash);
    const stored = await certificateOf(database, job.connectionId, second.reconciliationId);
    expect(
      createHash('sha256')
        .update(stored?.certificate ?? '')
        .digest('hex'),
    ).toBe(second.certificateHash);
    expect(second.certificate.previousCertificate).toEqual({
      reconciliationId: first.reconciliationId,
      hash: first.certificateHash,
    });
    const change = `update reconciliations set certificate = '{}' where reconciliation_id = $1`;
    await expect(database.execute(change, [second.reconciliationId])).rejects.toThrow('never changed');
    if (!stored) throw new Error('no certificate');
    const [one, other] = await Promise.all([certificatePdf(stored), certificatePdf(stored)]);
    expect(one.subarray(0, 5).toString()).toBe('%PDF-');
    expect(one.equals(other)).toBe(true);
  });
});

describe('a comparison under way', () => {
  test('is done once when two processes are at it, and a second click gets the one that is there', async () => {
    const { job } = engine;
    const other = { ...job, owner: 'another process' };
    const [one, same] = [await startReconciliation(job, 'one'), await startReconciliation(other, 'two')];
    expect(same).toEqual({ reconciliationId: one.reconciliationId, isNew: false });
    const since = engine.calls.length;
    await Promise.all([advanceReconciliations(job, AT_ONCE), advanceReconciliations(other, AT_ONCE)]);
    expect((await read(one.reconciliationId)).state).toBe('finished');
    const lists = engine.calls
      .slice(since)
      .flatMap(({ call }) => (call.endsWith('listRecords') ? [call] : []));
    expect(lists.length).toBeLessThan(2 * new Set(lists).size);
  });

  test('looks again at what changed between the two reads, before it calls it different', async () => {
    const { job } = engine;
    const [unitId = ''] = await idsOf('units');
    const { tableId } = await engine.rowOf('units', unitId);
    const { listRecords } = job.airtable;
    let changes = 0;
    const slow: typeof listRecords = async (table, query, options) => {
      // Buildium has been read, Airtable not yet: a person changes the rent, and the sync carries it over.
      if (table === tableId && changes === 0) {
        changes += 1;
        await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: 5151 });
        await engine.mark('units', [unitId]);
        await engine.drain('units');
      }
      return listRecords(table, query, options);
    };
    const compared = await reconcile({ ...job, airtable: { ...job.airtable, listRecords: slow } });
    expect([changes, compared.found, compared.accuracy]).toEqual([1, [], 1]);
  });

  test('of the day is begun once, whoever asks how often', async () => {
    const begun = await Promise.all([
      reconcileDay(engine.job),
      reconcileDay({ ...engine.job, owner: 'other' }),
    ]);
    expect(begun.filter((isNew) => isNew)).toHaveLength(1);
    await advanceReconciliations(engine.job, AT_ONCE);
    expect(await reconcileDay(engine.job)).toBe(false);
  });

  test('of the day is begun, however often people have compared since', async () => {
    const { job, database } = engine;
    const isDue = (): Promise<boolean> => isDailyDue(job, '2020-01-01T00:00:00.000Z');
    expect(await isDue()).toBe(false);
    for (let n = 0; n < 50; n += 1)
      await database.execute(
        `insert into reconciliations (connection_id, reconciliation_id, kind, state, requested_by, day, started_at,
           resources, records, matching, discrepancies, repair)
         values ($1, $2, 'onDemand', 'finished', 'person', $3, $4, 0, 0, 0, 0, 'none')`,
        [job.connectionId, job.newId(), '2026-11-16', '2026-11-16T12:00:00.000Z'],
      );
    expect(await isDue()).toBe(false);
  });

  test('says what stops it, and goes on where it was', async () => {
    const { job } = engine;
    const table = (await engine.rowOf('vendors', (await idsOf('vendors'))[0] ?? '')).tableId;
    await faults([{ path: table, effect: { kind: 'status', ...REFUSED, status: 503 } }]);
    const { reconciliationId } = await startReconciliation(job, 'test');
    await advanceReconciliations(job, AT_ONCE);
    const stopped = await read(reconciliationId);
    expect(stopped).toMatchObject({ state: 'running', problem: expect.stringContaining('503') });
    expect(stopped.progress.resourcesDone).toBeGreaterThan(0);
    await faults([]);
    const since = engine.calls.length;
    await advanceReconciliations(job, AT_ONCE);
    expect(engine.calls.length).toBe(since);
    const later = { ...job, clock: { ...job.clock, nowMs: () => job.clock.nowMs() + 6 * 60_000 } };
    await advanceReconciliations(later, AT_ONCE);
    expect(await read(reconciliationId)).toMatchObject({ state: 'finished', problem: null, accuracy: 1 });
    const again = engine.calls.slice(since).filter(({ call }) => call.includes('/v1/rentals?'));
    expect(again).toEqual([]);
  });
});

const REFUSED = {
  status: 422,
  body: { error: { type: 'INVALID_VALUE_FOR_COLUMN', message: 'Field "Memo" cannot accept the value' } },
};

const ADDRESS = {
  ...{ AddressLine1: '5 Pearl Street', City: 'Boston', State: 'MA' },
  ...{ PostalCode: '02110', Country: 'UnitedStates' },
};

const LEASE = {
  ...{ LeaseType: 'Fixed', LeaseFromDate: '2028-01-01', LeaseToDate: '2028-12-31', SendWelcomeEmail: false },
  Tenants: [{ FirstName: 'Nadia', LastName: 'Rahimi', Address: ADDRESS }],
};

async function faults(given: readonly object[]): Promise<void> {
  await fetch(`${engine.network.airtable.url}/__control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ faults: given, clear: true }),
  });
}

async function settleUnits(): Promise<void> {
  await engine.mark('units', await idsOf('units'));
  await engine.drain('units');
}

/** A bill that Buildium lets go of. */
async function deletedBill(bills: readonly string[]): Promise<string> {
  for (const id of bills) {
    const done = await engine.inBuildium('deleteBill', { billId: Number(id) }).catch(() => null);
    if (done) return id;
  }
  throw new Error('No bill can be deleted');
}

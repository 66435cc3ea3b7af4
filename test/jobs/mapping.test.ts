import { beforeEach, expect, test } from '@jest/globals';
import { listAudit } from '../../server/db/audit.ts';
import { changeMapping, type Wish } from '../../server/jobs/connect/mappingChange.ts';
import { proposePlaces } from '../../server/jobs/connect/mappingProposals.ts';
import { viewMapping } from '../../server/jobs/connect/mappingView.ts';
import { proposePairing } from '../../server/jobs/connect/pairing.ts';
import { approvePairing, finishPairing } from '../../server/jobs/connect/pairingDecisions.ts';
import { drain } from '../../server/jobs/drain.ts';
import { advanceReconciliations, startReconciliation } from '../../server/jobs/reconcile/reconcile.ts';
import { resourceResults } from '../../server/db/reconciliationParts.ts';
import { ensureSchema } from '../../server/jobs/schema.ts';
import type { Job } from '../../server/jobs/job.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { freshBases, listIn } from '../support/freshBases.ts';
import { jobOn } from '../support/twoSides.ts';

const on = freshBases();
let job: Job;
beforeEach(async () => {
  job = await on.connect();
});

type Wire = { Id: number; Name: string; Address: { AddressLine1: string } };

const properties = () => listIn<Wire>(job, '/v1/rentals');

const base = () => [...on.sides.airtable.world.bases.values()][0];
const tableId = (name: string): string => base()?.tables.find((table) => table.name === name)?.id ?? '';
const fieldId = (table: string, name: string): string =>
  [...(base()?.tables.find((one) => one.name === table)?.fields ?? [])].find((field) => field.name === name)
    ?.id ?? '';

/** A base as its owner kept it, in words of their own. */
async function makeBuildings(extra: readonly Record<string, unknown>[] = []): Promise<void> {
  on.sides.inAirtable({
    action: 'createTable',
    name: 'Buildings',
    fields: [
      { name: 'Building', type: 'singleLineText' },
      { name: 'Where', type: 'multilineText' },
      { name: 'Book no', type: 'singleLineText' },
      { name: 'Units there', type: 'number', options: { precision: 0 } },
    ],
  });
  const rows = (await properties()).map(({ Id, Name, Address }) => ({
    ...{ Building: Name, Where: Address.AddressLine1, 'Book no': String(Id) },
  }));
  const records = [...rows, ...extra].map((fields) => ({ fields }));
  on.sides.inAirtable({ action: 'createRecords', table: 'Buildings', records });
}

async function change(wishes: readonly Wish[], dryRun = false) {
  const done = await changeMapping(job, wishes, { dryRun, by: 'token:test' });
  if (!done.ok) throw new Error(done.error.message);
  job = await jobOn(on.context, job.connectionId);
  return done.value;
}

async function placeOf(resource: string) {
  const view = await viewMapping(job);
  if (!view.ok) throw new Error(view.error.message);
  const found = view.value.resources.find((one) => one.resource === resource);
  return { ...found, fields: Object.fromEntries(found?.fields.map((one) => [one.key, one.fieldId]) ?? []) };
}

async function firstSync(): Promise<void> {
  const finished = await finishPairing(job, 'test', null);
  if (!finished.ok) throw new Error(finished.error.message);
  job = await jobOn(on.context, job.connectionId);
  await advanceRuns(job);
  await drain(job, 'properties');
}

test('an existing base under names of its own is proposed by its content, mapped, matched and synced without a second row', async () => {
  await makeBuildings([{ Building: 'A shed of my own' }]);
  const proposals = await proposePlaces(job, {});
  const proposed = proposals.ok
    ? proposals.value.find(({ resource }) => resource === 'properties')
    : undefined;
  const fields = Object.fromEntries(
    proposed?.fields.flatMap(({ key, fieldId: id }) => (id ? [[key, id]] : [])) ?? [],
  );
  expect(proposed).toMatchObject({ tableId: tableId('Buildings') });
  expect(fields).toMatchObject({
    name: fieldId('Buildings', 'Building'),
    street: fieldId('Buildings', 'Where'),
    buildiumId: fieldId('Buildings', 'Book no'),
  });
  const wish = { resource: 'properties', tableId: tableId('Buildings'), fields };
  const before = on.writesSoFar();
  expect(await change([wish], true)).toMatchObject({ problems: [], stopsSync: false });
  expect((await placeOf('properties')).tableId).toBeNull();
  await change([wish]);
  expect(on.writesSoFar()).toBe(before);
  expect(await placeOf('properties')).toMatchObject({ tableId: tableId('Buildings'), fields });

  await proposePairing(job);
  const approved = await approvePairing(job, { minScore: 90 }, 'test');
  const count = (await properties()).length;
  expect(approved.ok && approved.value.approved.map(({ score }) => score)).toEqual(Array(count).fill(100));
  await firstSync();
  expect(on.sides.rows('Buildings')).toHaveLength(count + 1);
  expect(base()?.tables.some(({ name }) => name === 'Properties')).toBe(false);
  const [row] = on.sides.rows('Buildings');
  expect(row?.cells).toMatchObject({ City: expect.any(String), 'Last Synced': expect.any(String) });
}, 60_000);

test('a wrong type is refused with a sentence, and nothing of the change is saved', async () => {
  await makeBuildings();
  const fields = { name: fieldId('Buildings', 'Units there'), street: fieldId('Buildings', 'Where') };
  const answer = await change([{ resource: 'properties', tableId: tableId('Buildings'), fields }]);
  expect(answer.problems).toEqual([
    {
      ...{ resource: 'properties', key: 'name' },
      message: expect.stringContaining(
        '“Units there” is a number field; Name needs single line text or long text.',
      ),
    },
  ]);
  expect((await placeOf('properties')).tableId).toBeNull();
});

test('while it runs, another field takes over: it is filled, the old one stays, and nothing goes to Buildium', async () => {
  await firstSync();
  const [first] = await properties();
  on.sides.inAirtable({
    ...{ action: 'addField', table: 'Properties' },
    field: { name: 'Official name', type: 'singleLineText' },
  });
  const wish = {
    ...{ resource: 'properties', tableId: tableId('Properties') },
    fields: { name: fieldId('Properties', 'Official name') },
  };
  const answer = await change([wish]);
  expect(answer).toMatchObject({
    ...{ stopsSync: false, problems: [] },
    changes: ['Properties: Name stands in “Official name” instead of “Name”.'],
  });
  expect(job.state).toBe('running');
  await drain(job, 'properties');
  const row = on.sides.rows('Properties').find(({ cells }) => cells['Buildium ID'] === String(first?.Id));
  expect(row?.cells).toMatchObject({ Name: first?.Name, 'Official name': first?.Name });
  expect((await properties())[0]?.Name).toBe(first?.Name);
  const entries = await listAudit(job.database, job.connectionId, NO_FILTER);
  expect(entries.some(({ actor, why }) => actor === 'token:test' && why.includes('Official name'))).toBe(
    true,
  );
}, 60_000);

test('a field is left out: what stands in the base stays, edits of it go nowhere, both sides still compare; it comes back with nothing lost', async () => {
  await firstSync();
  const [first, second] = await properties();
  const rowOf = (one: Wire | undefined) =>
    on.sides.rows('Properties').find(({ cells }) => cells['Buildium ID'] === String(one?.Id));
  const cities = (): unknown[] => [first, second].map((one) => rowOf(one)?.cells['City']);
  const [, ofSecond] = cities();
  const place = { resource: 'properties', tableId: tableId('Properties') };
  const refused = await change([{ ...place, fields: {}, leftOut: ['name'] }]);
  expect(refused.problems.map(({ message }) => message)).toEqual([
    'Name cannot be left out: the sync finds or names its rows by it, or people fill it in.',
  ]);
  const out = await change([{ ...place, fields: {}, leftOut: ['city'] }]);
  expect(out).toMatchObject({
    ...{ stopsSync: false, problems: [] },
    changes: ['Properties: left out: City. What stands in the base stays as it is.'],
  });
  const before = await properties();
  on.sides.inAirtable({
    ...{ action: 'updateRecords', table: 'Properties' },
    records: [
      { id: rowOf(first)?.id ?? '', fields: { City: 'Mine alone' } },
      { id: rowOf(second)?.id ?? '', fields: { City: null } },
    ],
  });
  await drain(job, 'properties');
  // A repair makes nothing of it either.
  expect(await ensureSchema(job)).toMatchObject({ ok: true, value: { fieldsCreated: [] } });
  expect(cities()).toEqual(['Mine alone', undefined]);
  expect(await properties()).toEqual(before);
  const { reconciliationId } = await startReconciliation(job, 'test');
  await advanceReconciliations(job, { settlingMs: 0 });
  const results = await resourceResults(job.database, job.connectionId, reconciliationId);
  const compared = results.find(({ resource }) => resource === 'properties');
  expect(compared).toMatchObject({ fieldsLeftOut: ['City: left out by choice.'] });
  expect(compared?.matching).toBe(compared?.records);

  const back = await change([{ ...place, fields: { city: fieldId('Properties', 'City') }, leftOut: [] }]);
  expect(back.problems).toEqual([]);
  await drain(job, 'properties');
  // The blank is filled; two values that were never agreed on ask a person.
  expect(cities()).toEqual(['Mine alone', ofSecond]);
  const conflicts = await job.database.query('select kind, entity_id, field_key from conflicts');
  expect(conflicts).toEqual([{ kind: 'neverAgreed', entity_id: String(first?.Id), field_key: 'city' }]);
}, 60_000);

test('while it runs, another table stops the sync until its rows are matched by id: none is made twice, and the way back is open', async () => {
  await firstSync();
  await makeBuildings();
  const count = (await properties()).length;
  const there = on.sides.rows('Buildings').map(({ id }) => id);
  const wish = {
    ...{ resource: 'properties', tableId: tableId('Buildings') },
    fields: { name: fieldId('Buildings', 'Building'), buildiumId: fieldId('Buildings', 'Book no') },
  };
  const answer = await change([wish]);
  expect(answer).toMatchObject({ stopsSync: true, problems: [] });
  // What links to the table that is left gets a link to the new one, and says so before it is saved.
  expect(answer.changes).toContain('Units: new fields in the table: Property.');
  expect(job.state).toBe('pairing');
  await proposePairing(job);
  await approvePairing(job, { minScore: 90 }, 'test');
  await firstSync();
  expect(on.sides.rows('Buildings').map(({ id }) => id)).toEqual(there);
  expect(on.sides.rows('Properties')).toHaveLength(count);

  const back = await change(
    [{ resource: 'properties', tableId: tableId('Properties'), fields: OWN_FIELDS() }],
    true,
  );
  expect(back.stopsSync).toBe(true);
}, 90_000);

const NO_FILTER = {
  ...{ resource: null, entityId: null, airtableRecordId: null, action: null, actor: null },
  ...{ beforeId: null, limit: 200 },
};
const OWN_FIELDS = () => ({ buildiumId: fieldId('Properties', 'Buildium ID') });

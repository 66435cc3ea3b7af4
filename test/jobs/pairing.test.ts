import { describe, expect, test } from '@jest/globals';
import { linksByEntity } from '../../server/db/links.ts';
import { resolveFound } from '../../server/jobs/conflicts/conflicts.ts';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Job } from '../../server/jobs/job.ts';
import { listProposals, proposePairing } from '../../server/jobs/connect/pairing.ts';
import { approvePairing, finishPairing, rejectPairing } from '../../server/jobs/connect/pairingDecisions.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { freshBases, listIn } from '../support/freshBases.ts';
import { jobOn } from '../support/twoSides.ts';

const on = freshBases();
let job: Job;

type Wire = { Id: number; Name: string; Address: { AddressLine1: string } };
type Unit = { Id: number; PropertyId: number; UnitNumber: string };

const inBuildium = <T>(path: string): Promise<T[]> => listIn<T>(job, path);

/** What a person kept in Airtable before: their own fields beside those that the sync knows. */
function makeProperties(rows: readonly Record<string, unknown>[]): string[] {
  on.sides.inAirtable({
    action: 'createTable',
    name: 'Properties',
    fields: [
      { name: 'Name', type: 'singleLineText' },
      { name: 'Street', type: 'multilineText' },
      { name: 'My Notes', type: 'singleLineText' },
    ],
  });
  return create('Properties', rows);
}

function create(table: string, rows: readonly Record<string, unknown>[]): string[] {
  const before = new Set(on.sides.rows(table).map((row) => row.id));
  on.sides.inAirtable({ action: 'createRecords', table, records: rows.map((fields) => ({ fields })) });
  return on.sides.rows(table).flatMap((row) => (before.has(row.id) ? [] : [row.id]));
}

async function propose() {
  const found = await proposePairing(job);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

async function begin(): Promise<void> {
  job = await on.connect();
}

describe('a base that has rows already', () => {
  test('is read and not written: matches are proposed with their differences', async () => {
    await begin();
    const [first, second] = await inBuildium<Wire>('/v1/rentals');
    const [exact, partly] = makeProperties([
      { Name: first?.Name.toUpperCase(), Street: first?.Address.AddressLine1, 'My Notes': 'mine' },
      { Name: second?.Name, Street: 'Elsewhere 9' },
      { Name: 'A shed of my own' },
    ]);
    const before = on.writesSoFar();
    const [summary] = await propose();
    expect(summary).toMatchObject({
      resource: 'properties',
      rows: 3,
      proposed: 2,
      ambiguous: 0,
      unmatchedRows: 1,
    });
    expect(on.writesSoFar()).toBe(before);
    const proposals = await listProposals(job);
    expect(proposals.map((one) => [one.entityId, one.airtableRecordId, one.decision])).toEqual([
      [String(first?.Id), exact, 'proposed'],
      [String(second?.Id), partly, 'proposed'],
    ]);
    expect(proposals[0]?.score).toBeGreaterThanOrEqual(90);
    expect(proposals[1]?.score).toBeLessThan(90);
    expect(proposals[1]?.differences['street']).toEqual({
      buildium: second?.Address.AddressLine1,
      airtable: 'Elsewhere 9',
    });
    expect(
      await linksByEntity(on.context.database, job.connectionId, 'properties', [String(first?.Id)]),
    ).toEqual(new Map());
  });

  test('whose units link to its properties is matched through them', async () => {
    await begin();
    const properties = await inBuildium<Wire>('/v1/rentals');
    const units = await inBuildium<Unit>('/v1/rentals/units');
    const propertyRows = makeProperties(
      properties.map((one) => ({ Name: one.Name, Street: one.Address.AddressLine1 })),
    );
    on.sides.inAirtable({
      action: 'createTable',
      name: 'Units',
      fields: [
        { name: 'Unit', type: 'singleLineText' },
        { name: 'Unit Number', type: 'singleLineText' },
        {
          name: 'Property',
          type: 'multipleRecordLinks',
          options: { linkedTableId: tableId('Properties') },
        },
      ],
    });
    const rowOf = (propertyId: number): string =>
      propertyRows[properties.findIndex((one) => one.Id === propertyId)] ?? '';
    create(
      'Units',
      units.map((unit) => ({ 'Unit Number': unit.UnitNumber, Property: [rowOf(unit.PropertyId)] })),
    );
    const summaries = await propose();
    const matched = summaries.find((one) => one.resource === 'units');
    expect(matched).toMatchObject({ rows: units.length, proposed: units.length, ambiguous: 0 });
    const proposals = (await listProposals(job)).filter((one) => one.resource === 'units');
    expect(proposals.every((one) => one.score >= 90)).toBe(true);
    // As the row would be called if the sync had made it.
    const [unit] = units;
    const property = properties.find((one) => one.Id === unit?.PropertyId);
    expect(proposals.find((one) => one.entityId === String(unit?.Id))?.entityName).toBe(
      `${property?.Name} – ${unit?.UnitNumber}`,
    );
  });

  test('keeps contact data out of the proposals: a field is named, its values are not', async () => {
    await begin();
    const [tenant] = await inBuildium<{ FirstName: string; LastName: string; Email: string }>(
      '/v1/leases/tenants',
    );
    on.sides.inAirtable({
      action: 'createTable',
      name: 'Tenants',
      fields: [
        { name: 'Name', type: 'singleLineText' },
        { name: 'Email', type: 'email' },
      ],
    });
    create('Tenants', [{ Name: `${tenant?.FirstName} ${tenant?.LastName}`, Email: 'private@example.com' }]);
    await propose();
    const [proposal] = await listProposals(job);
    expect(proposal?.differences['email']).toEqual({ personal: true });
    const [stored] = await on.context.database.query<{ text: string }>(
      `select string_agg(to_jsonb(p)::text, '') as text from pairing_matches p where connection_id = $1`,
      [job.connectionId],
    );
    expect(stored?.text).not.toContain('private@example.com');
    expect(stored?.text).not.toContain(tenant?.Email);
    expect(stored?.text).not.toContain(tenant?.LastName);
  });
});

describe('two rows that fit one entity', () => {
  test('are never approved by score alone, only by name; the other is rejected with it', async () => {
    await begin();
    const [first] = await inBuildium<Wire>('/v1/rentals');
    const same = { Name: first?.Name, Street: first?.Address.AddressLine1 };
    const [, second = ''] = makeProperties([same, same]);
    const [summary] = await propose();
    expect(summary).toMatchObject({ proposed: 2, ambiguous: 2 });
    const all = await approvePairing(job, { minScore: 0 }, 'test');
    expect(all.ok && all.value.approved).toEqual([]);

    const entityId = String(first?.Id);
    const unnamed = await approvePairing(job, { resource: 'properties', entityId }, 'test');
    expect(!unnamed.ok && unnamed.error).toContain(second);
    const named = await approvePairing(
      job,
      { resource: 'properties', entityId, airtableRecordId: second },
      'test',
    );
    expect(named.ok && named.value.approved).toHaveLength(1);
    expect(
      (await listProposals(job)).map((one) => [one.airtableRecordId === second, one.decision]).sort(),
    ).toEqual([
      [false, 'rejected'],
      [true, 'approved'],
    ]);
  });

  test('are one row and one entity again once the other pair is rejected', async () => {
    await begin();
    const [first] = await inBuildium<Wire>('/v1/rentals');
    const same = { Name: first?.Name, Street: first?.Address.AddressLine1 };
    const [wrong = '', right = ''] = makeProperties([same, same]);
    await propose();
    const entityId = String(first?.Id);
    expect(await rejectPairing(job, { resource: 'properties', entityId, airtableRecordId: wrong })).toBe(1);
    const all = await approvePairing(job, { minScore: 90 }, 'test');
    expect(all.ok && all.value.approved.map((one) => one.airtableRecordId)).toEqual([right]);
  });
});

test('a rejected pair is not proposed again, and an approved one is no longer open', async () => {
  await begin();
  const [first, second] = await inBuildium<Wire>('/v1/rentals');
  makeProperties([first, second].map((one) => ({ Name: one?.Name, Street: one?.Address.AddressLine1 })));
  await propose();
  await rejectPairing(job, { resource: 'properties', entityId: String(first?.Id) });
  await approvePairing(job, { minScore: 90 }, 'test');
  const [summary] = await propose();
  expect(summary).toMatchObject({ rows: 1, proposed: 0, unmatchedRows: 1 });
  expect((await listProposals(job)).map((one) => one.decision).sort()).toEqual(['approved', 'rejected']);
});

test('the first sync fills the approved row, asks where both hold a value, and makes rows for the rest only', async () => {
  await begin();
  const properties = await inBuildium<Wire>('/v1/rentals');
  const [first] = properties;
  const [mine = '', shed = ''] = makeProperties([
    { Name: first?.Name.toLowerCase(), Street: first?.Address.AddressLine1, 'My Notes': 'keep me' },
    { Name: 'A shed of my own', 'My Notes': 'mine alone' },
  ]);
  await propose();
  await approvePairing(job, { minScore: 90 }, 'test');
  const finished = await finishPairing(job, 'test', null);
  expect(finished.ok).toBe(true);
  job = await jobOn(on.context, job.connectionId);
  expect(job.state).toBe('running');
  await advanceRuns(job);
  await drain(job, 'properties');
  expect(on.sides.rows('Properties').find((row) => row.id === mine)?.cells).toMatchObject({
    ...{ Name: first?.Name.toLowerCase(), City: expect.any(String) },
  });
  const { version } = await showConflicts(job, { state: 'open', resource: null, afterId: null, limit: 1 });
  const settled = await resolveFound(job, {}, { side: 'buildium', version }, 'test');
  expect(settled?.taken).toHaveLength(1);
  await drain(job, 'properties');

  const rows = on.sides.rows('Properties');
  expect(rows).toHaveLength(properties.length + 1);
  const paired = rows.find((row) => row.id === mine)?.cells;
  expect(paired).toMatchObject({ Name: first?.Name, 'My Notes': 'keep me' });
  expect(rows.find((row) => row.id === shed)?.cells).toEqual({
    Name: 'A shed of my own',
    'My Notes': 'mine alone',
  });
  const link = (
    await linksByEntity(on.context.database, job.connectionId, 'properties', [String(first?.Id)])
  ).get(String(first?.Id));
  expect(link).toMatchObject({ airtableRecordId: mine, standing: 'linked', status: 'Synced' });
  expect(paired?.['Buildium ID']).toBe(String(first?.Id));
}, 60_000);

test('it can be run again later: a row that a person made meanwhile is proposed for what has none', async () => {
  await begin();
  const finished = await finishPairing(job, 'test', null);
  expect(finished.ok).toBe(true);
  job = await jobOn(on.context, job.connectionId);
  const [first] = await inBuildium<Wire>('/v1/rentals');
  const [mine = ''] = create('Properties', [{ Name: first?.Name, Street: first?.Address.AddressLine1 }]);
  await propose();
  const [proposal] = await listProposals(job);
  expect(proposal).toMatchObject({ entityId: String(first?.Id), airtableRecordId: mine });
});

test('a side that does not answer ends the search and leaves earlier proposals as they are', async () => {
  await begin();
  const [first] = await inBuildium<Wire>('/v1/rentals');
  makeProperties([{ Name: first?.Name, Street: first?.Address.AddressLine1 }]);
  await propose();
  on.sides.buildium.faults.add([{ path: '^/v1/rentals', effect: { kind: 'status', status: 403 } }]);
  const again = await proposePairing(job);
  on.sides.buildium.faults.clear();
  expect(again.ok).toBe(false);
  expect(await listProposals(job)).toHaveLength(1);
});

function tableId(name: string): string {
  const [base] = on.sides.airtable.world.bases.values();
  return base?.tables.find((table) => table.name === name)?.id ?? '';
}

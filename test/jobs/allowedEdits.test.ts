import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { updateConnection } from '../../server/db/connections.ts';
import { effectivePolicies } from '../../server/jobs/conflicts/policies.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Job } from '../../server/jobs/job.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/** Saving an owner or a GL account blanks what Buildium never returns: an admin says first that it is unused. */

let engine: Engine;
let job: Job;
beforeAll(async () => {
  engine = await startEngine();
  job = engine.job;
});
afterAll(() => engine.close());

async function edit(resource: string, id: string, values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark(resource, [id]);
  await drain(job, resource);
}

async function anyOf(resource: string, condition = 'true'): Promise<string> {
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' and ${condition} order by 1 limit 1`,
    [resource],
  );
  return row?.id ?? '';
}

async function allow(confirmedUnused: Job['settings']['confirmedUnused']): Promise<void> {
  const settings = { ...job.settings, confirmedUnused };
  await updateConnection(engine.database, job.connectionId, { settings });
  job = await engine.network.job();
}

async function shown(path: string): Promise<Record<string, unknown>> {
  const answer = await job.buildium.get(path);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

test('an edit of an owner is put back, and the audit says how an admin lets it through; then it arrives whole', async () => {
  const id = await anyOf('owners');
  const owner = () => shown(`/v1/rentals/owners/${id}`);
  const before = await owner();
  await edit('owners', id, { comment: 'Calls on Fridays' });
  expect(await owner()).toEqual(before);
  expect((await engine.cellsOf('owners', id))['comment'] ?? null).toBe(before['Comment']);
  const [entry] = await engine.database.query<{ why: string }>(
    `select why from audit where resource = 'owners' and action = 'putBack' order by audit_id desc limit 1`,
  );
  expect(entry?.why).toContain("would blank an owner's date of birth");
  expect(entry?.why).toContain('npm run cli -- allow-edits owners');

  await allow(['owners']);
  await edit('owners', id, { comment: 'Calls on Fridays', agreementEnd: '2027-12-31' });
  expect(await owner()).toEqual({
    ...before,
    ...{ Comment: 'Calls on Fridays', ManagementAgreementEndDate: '2027-12-31' },
  });
  await allow([]);
  await edit('owners', id, { comment: 'Never mind' });
  expect(await owner()).toMatchObject({ Comment: 'Calls on Fridays' });
});

test('a GL account is renamed from Airtable once that is allowed, and what Buildium refuses stays with the reason', async () => {
  const id = await anyOf('glAccounts', `synced_buildium ->> 'name' = 'Late Fee Income'`);
  const account = () => shown(`/v1/glaccounts/${id}`);
  const before = await account();
  await edit('glAccounts', id, { name: 'Late Fees' });
  expect(await account()).toEqual(before);
  await allow(['glAccounts']);
  const changed = { ...before, Name: 'Late Fees', Description: 'Charged from the 6th on' };
  await edit('glAccounts', id, { name: 'Late Fees', description: 'Charged from the 6th on' });
  expect(await account()).toEqual(changed);
  await edit('glAccounts', id, { number: '1234567890123' });
  expect(await account()).toEqual(changed);
  const [link] = await engine.database.query<{ status: string; note: string }>(
    `select status, note from links where resource = 'glAccounts' and entity_id = $1`,
    [id],
  );
  expect(link).toEqual({
    status: 'Problem',
    note: expect.stringContaining('Account Number has 13 characters, Buildium takes 12'),
  });
  expect(await engine.cellsOf('glAccounts', id)).toMatchObject({ number: '1234567890123' });
});

test('the policies say of each field whether it flows, and who lets it', async () => {
  const flowOf = (resource: string) =>
    effectivePolicies(job).fields.find((one) => one.resource === resource) ?? null;
  await allow(['glAccounts']);
  expect(flowOf('glAccounts')).toMatchObject({ flows: true, whyNot: null });
  expect(flowOf('units')).toMatchObject({ flows: true, whyNot: null });
  expect(flowOf('owners')).toMatchObject({
    flows: false,
    whyNot: expect.stringContaining('npm run cli -- allow-edits owners') as unknown,
  });
});

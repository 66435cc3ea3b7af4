import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { forget } from '../../../server/jobs/audit/forget.ts';
import { showConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { resolveConflict, resolveFound } from '../../../server/jobs/conflicts/conflicts.ts';
import { openVersion } from '../../../server/db/conflictLists.ts';
import { openBench, type Bench } from './bench.ts';

/** A tenant's e-mail is in conflict, and then the key to the tenant's contact data is destroyed. */
let bench: Bench;
let tenants: string[];
beforeAll(async () => {
  bench = await openBench();
  await bench.setPolicies({ connection: 'manual' });
  const rows = await bench.engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'tenants' and standing = 'linked' order by 1`,
  );
  tenants = rows.map(({ id }) => id);
}, 90_000);
afterAll(() => bench.engine.close());

async function forgottenInConflict(): Promise<string> {
  const id = tenants.shift() ?? '';
  await bench.engine.inBuildium('updateTenant', { id: Number(id), patch: { Email: 'b@mail.example' } });
  await bench.type('tenants', id, 'email', 'a@mail.example');
  await bench.look('tenants', id);
  expect(await bench.theConflict(id)).toMatchObject({ state: 'open', airtable: 'a@mail.example' });
  await forget(bench.job, resourceNamed('tenants'), id, 'cli');
  return id;
}

async function emails(id: string): Promise<unknown[]> {
  const answer = await bench.job.buildium.get(`/v1/leases/tenants/${id}`);
  if (!answer.ok) throw new Error(answer.error.message);
  return [
    (answer.value as Record<string, unknown>)['Email'],
    (await bench.engine.cellsOf('tenants', id))['email'],
  ];
}

const UNREADABLE =
  /were forgotten.*cannot be read here any more.*Type the right value here.*in Buildium or in/;

test('its conflict says that the values were forgotten and what can be done, in the list and by itself', async () => {
  const id = await forgottenInConflict();
  const listed = await bench.theConflict(id);
  expect(listed).toMatchObject({ state: 'open', why: expect.stringMatching(UNREADABLE), choices: [] });
  expect(await showConflict(bench.job, listed.conflictId)).toMatchObject({ why: listed.why, choices: [] });
});

test('no side can be chosen, one by one or with many: what loses would be kept nowhere', async () => {
  const id = await forgottenInConflict();
  const { conflictId, version } = await bench.theConflict(id);
  for (const side of ['buildium', 'airtable'] as const) {
    const refused = await resolveConflict(bench.job, { conflictId, version, side }, 'jo');
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: expect.stringMatching(UNREADABLE) },
    });
    const filter = { resource: 'tenants', entityId: id };
    const listed = await openVersion(bench.job.database, bench.job.connectionId, filter);
    expect(await resolveFound(bench.job, filter, { side, version: listed }, 'jo')).toMatchObject({
      taken: [],
      refused: [{ conflictId, message: expect.stringMatching(UNREADABLE) }],
    });
  }
  await bench.engine.drain('tenants');
  expect(await emails(id)).toEqual(['b@mail.example', 'a@mail.example']);
});

test('a typed value lands on both sides', async () => {
  const id = await forgottenInConflict();
  const { conflictId, version } = await bench.theConflict(id);
  const choice = { conflictId, version, value: 'right@mail.example' };
  expect(await resolveConflict(bench.job, choice, 'jo')).toEqual({ ok: true, value: null });
  await bench.engine.drain('tenants');
  expect(await emails(id)).toEqual(['right@mail.example', 'right@mail.example']);
  expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved', decision: 'value' });
});

test('a value typed in Airtable has both read anew, and either can be chosen', async () => {
  const id = await forgottenInConflict();
  await bench.type('tenants', id, 'email', 'right@mail.example');
  await bench.look('tenants', id);
  const anew = await bench.theConflict(id);
  expect(anew).toMatchObject({ state: 'open', buildium: 'b@mail.example', airtable: 'right@mail.example' });
  expect(anew.why).not.toMatch(UNREADABLE);
  const { conflictId, version } = anew;
  await resolveConflict(bench.job, { conflictId, version, side: 'airtable' }, 'jo');
  await bench.engine.drain('tenants');
  expect(await emails(id)).toEqual(['right@mail.example', 'right@mail.example']);
});

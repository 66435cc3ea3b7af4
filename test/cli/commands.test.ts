import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../server/context.ts';
import { connectionById } from '../../server/db/connections.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { openConflicts } from '../../server/db/conflictsFound.ts';
import { claimMarks, postponeMarks } from '../../server/db/claims.ts';
import { markDirty } from '../../server/db/marks.ts';
import { openSpool } from '../../server/http/spool.ts';
import { runChore } from '../../server/jobs/chores.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Finding, SyncStatus } from '../../shared/syncStatus.ts';
import type { Job } from '../../server/jobs/job.ts';
import { finishPairing } from '../../server/jobs/connect/pairingDecisions.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { hashToken } from '../../server/secrets.ts';
import { UNDECIDED } from '../support/conflicts.ts';
import {
  connectTwoSides,
  contextOn,
  ENCRYPTION_KEY,
  jobOn,
  startTwoSides,
  type TwoSides,
} from '../support/twoSides.ts';
import { environmentFor, runCli, spawnCli, type CliResult } from './runCli.ts';

let sides: TwoSides;
let context: Context;
let job: Job;
let beforeAnything: string;
let afterFirstSync: string;
let spoolFolder: string;
const environment = (): Record<string, string> => ({ ...environmentFor(sides), SPOOL_FOLDER: spoolFolder });
const cli = (...args: string[]): Promise<CliResult> => runCli(args, environment());

beforeAll(async () => {
  sides = await startTwoSides();
  context = await contextOn(sides);
  spoolFolder = await mkdtemp(join(tmpdir(), 'cli-spool-'));
  job = await connectTwoSides(context, sides);
  const address = `https://sync.example.com/webhooks/airtable/${job.digestKey}`;
  const finished = await finishPairing(job, 'test', address);
  if (!finished.ok) throw new Error(finished.error.message);
  job = await jobOn(context, job.connectionId);
  beforeAnything = (await cli('doctor')).stdout;
  await advanceRuns(job);
  afterFirstSync = (await cli('doctor')).stdout;
  await runChore(job, 'hearAirtable');
}, 120_000);
afterAll(async () => {
  await context.close();
  await sides.close();
  await rm(spoolFolder, { recursive: true, force: true });
});

type Examined = { isHealthy: boolean; connections: { findings: Finding[] }[] };

async function doctor(): Promise<{ code: number | null; problems: Finding[]; findings: Finding[] }> {
  const { code, stdout } = await cli('doctor', '--json');
  const { connections } = JSON.parse(stdout) as Examined;
  const findings = connections.flatMap((one) => one.findings);
  return { code, findings, problems: findings.filter((finding) => finding.level === 'problem') };
}

async function control(action: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${sides.buildium.url}/__control/person`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  });
  expect(answer.status).toBe(200);
}

describe('doctor', () => {
  test('finds a whole connection in order and ends with 0', async () => {
    const { code, stdout } = await spawnCli(['doctor'], environment());
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('✗')]);
    expect((await doctor()).problems).toEqual([]);
  }, 60_000);

  test('says that no worker has told of itself only as long as nothing at all was done', () => {
    expect(beforeAnything).toContain('The connection is new, and no worker has told of a round yet.');
    expect(afterFirstSync).toContain('the first sync is through.');
    expect(afterFirstSync).not.toMatch(/worker has/);
  });

  test('names a revoked key, the lost webhook and the deleted field, with the next step, and ends with 1', async () => {
    sides.buildium.world.key.revoked = true;
    const [base] = sides.airtable.world.bases.values();
    const webhooks = new Map(base?.webhooks);
    base?.webhooks.clear();
    sides.inAirtable({ action: 'deleteField', table: 'Properties', field: 'Reserve' });
    await runChore(job, 'nightly');
    const { code, problems } = await doctor();
    sides.buildium.world.key.revoked = false;
    for (const [id, webhook] of webhooks) base?.webhooks.set(id, webhook);
    expect(code).toBe(1);
    const about = (name: string): Finding | undefined => problems.find((finding) => finding.about === name);
    expect(about('Buildium key')?.message).toMatch(/^Buildium does not accept the API key \(401 on GET/);
    expect(about('Airtable webhook')).toMatchObject({ whatToDo: '`npm run cli -- repair`' });
    expect(about('Base')?.message).toContain('"Reserve" was deleted');
    expect((await cli('repair')).code).toBe(0);
    await drain(job, 'properties');
  }, 60_000);

  test('tells a suspended subscription by changes that only the sweeps have found', async () => {
    const now = new Date().toISOString();
    for (let change = 1; change <= 5; change += 1) {
      await context.database.execute(
        `insert into audit (connection_id, audit_id, at, actor, action, resource, changes, why)
         values ($1, $2, $3, 'sweep', 'rowUpdated', 'leases', '{}', 'sweep')`,
        [job.connectionId, context.newId(), now],
      );
    }
    const silent = (await doctor()).problems.find((finding) => finding.about === 'Buildium webhook');
    expect(silent?.message).toContain('No event ever came, while sweeps have found 5 changes');
    expect(silent?.whatToDo).toContain('Settings > Developer Tools > Webhooks');
    const status = JSON.parse((await cli('status', '--json')).stdout) as SyncStatus;
    expect(status.attention).toContainEqual(silent);
    await receiveEvent('later');
    expect((await doctor()).problems).toEqual([]);
  }, 60_000);

  test('lists what is parked with its reason and the command that tries again', async () => {
    await park('tenants', '99', 'Buildium says no');
    const parked = (await doctor()).problems.find((finding) => finding.about === 'Parked');
    expect(parked).toMatchObject({
      message: 'tenant 99: Buildium says no',
      whatToDo: 'When it is mended: `npm run cli -- redrive tenants 99`',
    });
    expect((await cli('status')).stdout).toContain('✗ Parked: tenant 99: Buildium says no');
    const redriven = await cli('redrive', 'tenants', '99', '--json');
    expect(JSON.parse(redriven.stdout)).toEqual({ redriven: 1 });
    await context.database.execute(`delete from marks where connection_id = $1 and entity_id = '99'`, [
      job.connectionId,
    ]);
  }, 60_000);

  test('another try for what is not parked is refused with what is known of it', async () => {
    const of = async (id: string): Promise<[number | null, string]> => {
      const { code, stderr } = await cli('redrive', 'units', id);
      return [code, stderr.trim()];
    };
    expect(await of('99999')).toEqual([
      2,
      'The unit 99999 is not parked. The sync has never seen a unit with this id. Check the id, or sync now.',
    ]);
    const [unit] = await context.database.query<{ id: string }>(
      `select min(entity_id) as id from links where resource = 'units' and standing = 'linked'`,
    );
    const id = unit?.id ?? '';
    expect(await of(id)).toEqual([2, `The unit ${id} is not parked. Both sides agree.`]);
  }, 60_000);

  test('an edit that Buildium refused needs a person as long as it is held', async () => {
    const { database } = context;
    const [tenant] = await database.query<{ id: string }>(
      `update links set status = 'Problem', note = 'Email is no address' where resource = 'tenants' and entity_id =
         (select min(entity_id) from links where resource = 'tenants' and standing = 'linked') returning entity_id as id`,
    );
    const id = tenant?.id ?? '';
    const examined = await doctor();
    expect(examined.code).toBe(1);
    expect(examined.problems).toEqual([
      {
        ...{ level: 'problem', about: 'Refused', message: `tenant ${id}: Email is no address` },
        whatToDo: expect.stringContaining('in Airtable or in Buildium') as unknown,
      },
    ]);
    const status = JSON.parse((await cli('status', '--json')).stdout) as SyncStatus;
    expect(status.attention).toContainEqual(examined.problems[0]);
    expect((await cli('doctor')).stdout).toMatch(/1 thing needs a person\.\n$/);
    await database.execute(`update links set status = 'Synced', note = null where entity_id = $1`, [id]);
    expect((await doctor()).code).toBe(0);
  }, 60_000);

  test('a fresh conflict is worth knowing, one that nobody settled for three days needs a person', async () => {
    const { connectionId } = job;
    const hour = 3_600_000;
    const openedAgo = async (ms: number): Promise<Finding[]> => {
      const at = new Date(Date.now() - ms).toISOString();
      const shown = { buildium: '1', airtable: '2', synced: null };
      const digests = { buildiumDigest: 'b', airtableDigest: 'a' };
      const conflict = { ...UNDECIDED, conflictId: context.newId(), resource: 'leases', entityId: '1' };
      await openConflicts(
        context.database,
        connectionId,
        [{ ...conflict, fieldKey: 'to', why: 'Both.', shown, shownSealed: null, ...digests }],
        at,
      );
      const { findings } = await doctor();
      await context.database.execute(`delete from conflicts where connection_id = $1`, [connectionId]);
      return findings.filter(({ about }) => about === 'Conflicts');
    };
    const message = expect.stringMatching(/^Open conflicts: 1, the oldest since/) as unknown;
    expect(await openedAgo(hour)).toMatchObject([{ level: 'note', message }]);
    expect(await openedAgo(73 * hour)).toMatchObject([{ level: 'problem' }]);
  }, 60_000);
});

describe('repair', () => {
  test('makes a deleted field anew and fills it', async () => {
    const before = reserves();
    expect(before.filter((value) => value !== undefined).length).toBeGreaterThan(0);
    sides.inAirtable({ action: 'deleteField', table: 'Properties', field: 'Reserve' });
    const repaired = await cli('repair', '--json');
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      fieldsCreated: ['Properties.Reserve'],
      webhook: 'kept',
      marked: { properties: before.length },
    });
    await drain(job, 'properties');
    expect(reserves()).toEqual(before);
  }, 60_000);

  test('makes a deleted table anew, fills it, and links to it are there again', async () => {
    const before = sides.rows('Vendors').length;
    sides.inAirtable({ action: 'deleteTable', table: 'Vendors' });
    const repaired = await cli('repair', '--json');
    expect([repaired.code, repaired.stderr]).toEqual([0, '']);
    expect(JSON.parse(repaired.stdout)).toMatchObject({ tablesCreated: ['Vendors'] });
    for (const resource of ['vendors', 'bills', 'transactions', 'properties', 'units'])
      await drain(job, resource);
    expect(sides.rows('Vendors')).toHaveLength(before);
    const linked = sides
      .rows('Bills')
      .filter((row) =>
        Object.entries(row.cells).some(
          ([name, cell]) => name.startsWith('Vendor') && typeof cell === 'object',
        ),
      );
    expect(linked.length).toBe(sides.rows('Bills').length);
  }, 60_000);

  test('says so where nothing is broken', async () => {
    expect((await cli('repair')).stdout).toContain('There was nothing to repair.');
  }, 60_000);
});

describe('sweep', () => {
  test('brings over what no event announced', async () => {
    const [unit] = sides.rows('Units').map((row) => Number(row.cells['Buildium ID']));
    await control({ action: 'changeMarketRent', unitId: unit, marketRent: 4321 });
    const swept = await spawnCli(['sweep', 'units', '--json'], environment());
    expect(swept.code).toBe(0);
    expect(JSON.parse(swept.stdout)).toMatchObject({ sweeps: [{ resource: 'units', ok: true, changed: 1 }] });
    const row = sides.rows('Units').find((one) => Number(one.cells['Buildium ID']) === unit);
    expect(row?.cells['Market Rent']).toBe(4321);
  }, 60_000);

  test('reads nothing on a paused connection', async () => {
    expect((await cli('pause')).code).toBe(0);
    expect((await connectionById(context.database, job.connectionId))?.state).toBe('paused');
    const swept = await cli('sweep');
    expect([swept.code, swept.stderr]).toEqual([3, expect.stringContaining('paused')]);
    expect((await cli('resume')).code).toBe(0);
    expect((await connectionById(context.database, job.connectionId))?.state).toBe('running');
  }, 60_000);
});

test('token create shows the token once, stores a hash, and revoke ends it', async () => {
  const created = JSON.parse((await cli('token', 'create', '--role', 'operator', '--json')).stdout) as {
    tokenId: string;
    token: string;
  };
  const stored = await context.database.query<{ hash: string; role: string }>(
    `select token_hash as hash, role from api_tokens where connection_id = $1 and token_id = $2`,
    [job.connectionId, created.tokenId],
  );
  expect(stored).toEqual([{ hash: hashToken(created.token), role: 'operator' }]);
  const listed = await cli('token', 'list');
  expect(listed.stdout).toContain(created.tokenId);
  expect(listed.stdout).not.toContain(created.token);
  expect((await cli('token', 'revoke', created.tokenId)).code).toBe(0);
  expect((await cli('token', 'list')).stdout).toMatch(new RegExp(`${created.tokenId}.*revoked`));
  expect((await cli('token', 'revoke', created.tokenId)).code).toBe(2);
}, 60_000);

test('keys rotate encrypts everything anew: afterwards the new key alone opens all of it', async () => {
  const newKey = `fresh:${Buffer.alloc(32, 9).toString('base64')}`;
  const both = { ...environmentFor(sides), ENCRYPTION_KEYS: `${newKey},${ENCRYPTION_KEY}` };
  const rotated = await runCli(['keys', 'rotate', '--json'], both);
  expect(rotated.code).toBe(0);
  const { resealed, unreadable } = JSON.parse(rotated.stdout) as { resealed: number; unreadable: unknown[] };
  expect(unreadable).toEqual([]);
  expect(resealed).toBeGreaterThan(4);
  const sealed = await context.database.query<{ column: string; old: number }>(
    `select 'left' as column, count(*)::int as old from (
       select buildium_credentials as sealed from connections union all select buildium_webhook_secrets from connections
       union all select airtable_token from connections union all select mac_secret from airtable_webhooks
       union all select sealed_key from entity_keys) as all_sealed where sealed not like 'v1.fresh.%'`,
  );
  expect(sealed).toEqual([{ column: 'left', old: 0 }]);
  const withNewOnly = { ...environmentFor(sides), ENCRYPTION_KEYS: newKey };
  const tenants = await runCli(['sweep', 'tenants', '--full', '--json'], withNewOnly);
  expect([tenants.code, tenants.stderr]).toEqual([0, '']);

  const withOldOnly = await runCli(['status'], environmentFor(sides));
  expect(withOldOnly.code).toBe(1);
  expect(withOldOnly.stderr).toContain('check ENCRYPTION_KEYS');
  const back = { ...environmentFor(sides), ENCRYPTION_KEYS: `${ENCRYPTION_KEY},${newKey}` };
  expect((await runCli(['keys', 'rotate'], back)).code).toBe(0);
}, 60_000);

test('what waits in the spool folder is told by doctor and status, and replay stores it, once', async () => {
  const spool = await openSpool({
    folder: spoolFolder,
    maxBytes: 1_000_000,
    log: context.log,
    newId: context.newId,
  });
  const now = new Date().toISOString();
  const arrival = {
    connectionId: job.connectionId,
    receiptId: 'spooled-1',
    eventName: 'Lease.Updated',
    eventAt: now,
    receivedAt: now,
    resource: 'leases',
    ids: ['3001'],
  };
  await spool.append([JSON.stringify(arrival), JSON.stringify(arrival)]);
  await spool.close();
  const waits = expect.stringMatching(
    / Spool: 1 KiB of webhooks that came while the database was away wait in .*\n.*npm run cli -- replay/,
  );
  expect((await cli('doctor')).stdout).toEqual(waits);
  expect((await cli('status')).stdout).toEqual(waits);
  const replayed = await cli('replay', '--json');
  expect(replayed.code).toBe(0);
  const receipts = await context.database.query(
    `select 1 as one from receipts where receipt_id = 'spooled-1'`,
  );
  expect(receipts).toHaveLength(1);
  expect((await cli('replay')).stdout).toContain('Nothing waits');
}, 60_000);

test('status and connections show the connection, in prose and as JSON', async () => {
  const prose = (await cli('status')).stdout;
  expect(prose).toMatch(/leases\s+8\s/);
  // Moments are told in the connection's time zone, and never as a program writes them.
  expect(prose).toMatch(/leases .* [A-Z][a-z]{2} \d{1,2}, \d{1,2}:\d{2} [AP]M E[SD]T$/m);
  expect(prose).not.toMatch(/\d{2}T\d{2}:/);
  const status = JSON.parse((await cli('status', '--json')).stdout) as { connectionId: string };
  expect(status.connectionId).toBe(job.connectionId);
  expect((await cli('connections')).stdout).toContain(job.connectionId);
  const other = await cli('status', '--connection', 'cn_other');
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining(job.connectionId)]);
}, 60_000);

test('accepting what is missing marks as deleted only what Buildium no longer has', async () => {
  const real = realBankAccounts();
  await context.database.execute(
    `update links set entity_id = '777777' where connection_id = $1 and resource = 'bankAccounts'
       and entity_id = (select min(entity_id) from links where connection_id = $1 and resource = 'bankAccounts')`,
    [job.connectionId],
  );
  const accepted = await cli('sweep', 'bankAccounts', '--accept-missing', '--json');
  expect(accepted.code).toBe(0);
  const gone = await linksByEntity(context.database, job.connectionId, 'bankAccounts', ['777777']);
  expect(gone.get('777777')?.standing).toBe('deletedInBuildium');
  const others = (await linksByEntity(context.database, job.connectionId, 'bankAccounts', real)).values();
  expect([...others].map((link) => link.standing)).toEqual(['linked']);
}, 60_000);

/** Buildium's own, of which the renamed one is no longer linked. */
function realBankAccounts(): string[] {
  return sides.rows('Bank Accounts').map((row) => String(row.cells['Buildium ID']));
}

function reserves(): unknown[] {
  return sides.rows('Properties').map((row) => row.cells['Reserve']);
}

async function receiveEvent(receiptId: string): Promise<void> {
  const at = new Date(Date.now() + 1_000).toISOString();
  await context.database.execute(
    `insert into receipts (connection_id, receipt_id, event_name, event_at, received_at, resource, ids)
     values ($1, $2, 'Lease.Updated', $3, $3, 'leases', '[]')`,
    [job.connectionId, receiptId, at],
  );
}

async function park(resource: string, entityId: string, problem: string): Promise<void> {
  const now = new Date().toISOString();
  const mark = {
    resource,
    entityId,
    reason: 'test',
    onBehalfOf: 'test',
    priority: 'normal',
    happenedAt: now,
  } as const;
  await markDirty(context.database, job.connectionId, [mark], now);
  const claim = { connectionId: job.connectionId, resource, owner: 'test', now, until: now, limit: 10 };
  const [claimed] = await claimMarks(context.database, claim);
  const postponed = {
    entityId,
    fence: claimed?.fence ?? 0,
    notBefore: now,
    problem,
    counts: true,
    parkedAt: now,
    waitingFor: null,
  };
  await postponeMarks(context.database, job.connectionId, resource, [postponed]);
}

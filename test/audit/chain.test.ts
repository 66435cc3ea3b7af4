import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { appendAudit, type AuditRow } from '../../server/db/audit.ts';
import { readSeal, sealAudit, verifyAudit } from '../../server/jobs/audit/auditChain.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, newId } from '../http/testApp.ts';

let fresh: FreshDatabase;
let nowMs = Date.parse('2026-11-20T08:00:00Z');
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

let job: Parameters<typeof sealAudit>[0];
beforeEach(async () => {
  const { connectionId } = await addConnection(fresh.database);
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  job = { connectionId, database: fresh.database, clock };
});

const entry = (why: string): AuditRow => ({
  ...{ auditId: newId(), actor: 'webhook', action: 'rowUpdated', resource: 'leases', entityId: '7' },
  ...{ airtableRecordId: 'rec1', changesSealed: 'c2VhbGVk', why, runId: null },
  changes: { to: { before: '2026-01-31', after: null }, from: { after: '2025-02-01' } },
});

async function write(...reasons: string[]): Promise<AuditRow[]> {
  const rows = reasons.map(entry);
  await appendAudit(fresh.database, job.connectionId, rows, new Date(nowMs).toISOString());
  nowMs += 60_000;
  return rows;
}

/** What somebody with the database in hand can do and our code cannot. */
async function tamper(table: string, sql: string, params: string[]): Promise<void> {
  await fresh.database.transaction(async (tx) => {
    await tx.execute(`alter table ${table} disable trigger user`);
    await tx.execute(sql, params);
    await tx.execute(`alter table ${table} enable trigger user`);
  });
}

const seal = async (...reasons: string[]): Promise<AuditRow[]> => {
  const rows = await write(...reasons);
  await sealAudit(job);
  return rows;
};

describe('the audit’s chain', () => {
  test('covers every row once, seal after seal, and holds', async () => {
    await seal('one', 'two');
    await write('three');
    await write('four');
    expect(await sealAudit(job)).toBe(2);
    expect(await sealAudit(job)).toBe(0);
    await write('five');
    expect(await verifyAudit(job)).toMatchObject({ seals: 2, rows: 4, unsealed: 1, broken: null });
  });

  test('two processes that seal at once make one chain', async () => {
    for (let batch = 0; batch < 6; batch += 1) await write(`row ${batch}`);
    const sealed = await Promise.all([sealAudit(job), sealAudit(job), sealAudit(job)]);
    expect(sealed.reduce((sum, rows) => sum + rows)).toBe(6);
    expect(await verifyAudit(job)).toMatchObject({ rows: 6, unsealed: 0, broken: null });
  });

  test('a row that commits after a later one was sealed is covered by the next seal', async () => {
    const late = entry('began first, committed last');
    await fresh.database.transaction(async (tx) => {
      await appendAudit(tx, job.connectionId, [late], new Date(nowMs).toISOString());
      await seal('in between');
    });
    expect(await sealAudit(job)).toBe(1);
    expect(await verifyAudit(job)).toMatchObject({ rows: 2, broken: null });
  });

  test.each([
    ['its reason', `update audit set why = 'nothing happened' where audit_id = $1`],
    ['its moment', `update audit set at = at - interval '1 day' where audit_id = $1`],
    ['a value in it', `update audit set changes = '{"to":{"after":"2030-01-01"}}' where audit_id = $1`],
    ['its ciphertext', `update audit set changes_sealed = null where audit_id = $1`],
    ['its actor', `update audit set actor = 'somebody else' where audit_id = $1`],
  ])('names the row in which somebody changed %s', async (_what, sql) => {
    await seal('one');
    const [, row] = await seal('two', 'three');
    await tamper('audit', sql, [row?.auditId ?? '']);
    expect((await verifyAudit(job)).broken).toEqual({
      sealNumber: 2,
      auditId: row?.auditId,
      message: `Row ${row?.auditId} of seal 2 was changed.`,
    });
  });

  test('names the row that somebody removed, and the one that somebody put in', async () => {
    const [row] = await seal('one', 'two');
    await tamper('audit', `delete from audit where audit_id = $1`, [row?.auditId ?? '']);
    expect((await verifyAudit(job)).broken).toMatchObject({
      auditId: row?.auditId,
      message: expect.stringContaining('was removed'),
    });

    await tamper(
      'audit',
      `insert into audit (connection_id, audit_id, at, actor, action, changes, why)
       values ($1, $2, '2026-11-01T00:00:00Z', 'person', 'rowUpdated', '{}', 'as if')`,
      [job.connectionId, row?.auditId ?? ''],
    );
    expect((await verifyAudit(job)).broken).toMatchObject({ auditId: row?.auditId });
  });

  test('a row that was never written by the sync belongs to no seal', async () => {
    await seal('one');
    const auditId = newId();
    await tamper(
      'audit',
      `insert into audit (connection_id, audit_id, at, actor, action, changes, why)
       values ($1, $2, '2026-11-01T00:00:00Z', 'person', 'rowUpdated', '{}', 'as if')`,
      [job.connectionId, auditId],
    );
    expect((await verifyAudit(job)).broken).toMatchObject({ sealNumber: null, auditId });
  });

  test('seals that were removed or made anew are found, the newest ones by an anchor kept elsewhere', async () => {
    await seal('one');
    await seal('two');
    const anchor = await readSeal(job);
    expect((await verifyAudit(job, anchor)).broken).toBeNull();

    await tamper('audit_seals', `delete from audit_seals where connection_id = $1 and seal_number = 2`, [
      job.connectionId,
    ]);
    expect((await verifyAudit(job, anchor)).broken?.message).toContain('the newest seals were removed');

    await tamper('audit_seals', `delete from audit_seals where connection_id = $1`, [job.connectionId]);
    await tamper(
      'audit',
      `insert into audit_unsealed select connection_id, audit_id, array[audit_id] from audit where connection_id = $1`,
      [job.connectionId],
    );
    await sealAudit(job);
    await seal('three');
    expect((await verifyAudit(job)).broken).toBeNull();
    expect((await verifyAudit(job, anchor)).broken?.message).toContain(
      'is not the one that was kept elsewhere',
    );
  });

  test('a gap in the middle and an altered seal are found without an anchor', async () => {
    await seal('one');
    await seal('two');
    await seal('three');
    await tamper(
      'audit_seals',
      `update audit_seals set sealed_at = sealed_at - interval '1 day' where connection_id = $1 and seal_number = 2`,
      [job.connectionId],
    );
    expect((await verifyAudit(job)).broken).toMatchObject({
      sealNumber: 2,
      message: 'Seal 2 was changed after it was made.',
    });
    await tamper('audit_seals', `delete from audit_seals where connection_id = $1 and seal_number = 2`, [
      job.connectionId,
    ]);
    expect((await verifyAudit(job)).broken?.message).toBe('Seal 2 is missing: seals were removed.');
  });

  test('neither rows nor seals can be changed or removed by a statement', async () => {
    await seal('one');
    for (const sql of [
      `update audit set why = 'x'`,
      `delete from audit`,
      `truncate audit`,
      `update audit_seals set hash = ''`,
      `delete from audit_seals`,
      `truncate audit_seals`,
    ])
      await expect(fresh.database.execute(sql)).rejects.toThrow('append-only');
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Context } from '../../server/context.ts';
import { appendAudit } from '../../server/db/audit.ts';
import type { Job } from '../../server/jobs/job.ts';
import { openVault } from '../../server/jobs/personalVault.ts';
import { storeApproval } from '../support/storedApproval.ts';
import { connectTwoSides, contextOn, startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { environmentFor, runCli, type CliResult } from './runCli.ts';

let sides: TwoSides;
let context: Context;
let job: Job;
const cli = (...args: string[]): Promise<CliResult> => runCli(args, environmentFor(sides));

beforeAll(async () => {
  sides = await startTwoSides();
  context = await contextOn(sides);
  job = await connectTwoSides(context, sides);
}, 60_000);
afterAll(async () => {
  await context.close();
  await sides.close();
});

async function write(changesSealed: string | null): Promise<void> {
  const about = { resource: 'tenants', entityId: '7', airtableRecordId: null, runId: null };
  const row = { ...about, auditId: job.newId(), actor: 'test', action: 'rowUpdated' as const, changes: {} };
  await appendAudit(job.database, job.connectionId, [{ ...row, changesSealed, why: 'seen' }], now());
}

const now = (): string => new Date().toISOString();

test('audit anchor prints a seal, and audit verify proves what came before it until somebody changes a row', async () => {
  await write(null);
  const anchor = await cli('audit', 'anchor');
  expect(anchor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+:[0-9a-f]{64}\n$/) });
  const holds = await cli('audit', 'verify', '--anchor', anchor.stdout.trim());
  expect(holds).toMatchObject({ code: 0, stdout: expect.stringContaining('The audit holds') });

  await sides.fresh.database.transaction(async (tx) => {
    await tx.execute(`alter table audit disable trigger user`);
    await tx.execute(`update audit set why = 'nothing to see'`);
    await tx.execute(`alter table audit enable trigger user`);
  });
  const broken = await cli('audit', 'verify', '--json');
  expect(broken.code).toBe(1);
  expect(JSON.parse(broken.stdout)).toMatchObject({
    holds: false,
    broken: { sealNumber: 1, message: expect.stringContaining('was changed') },
  });
});

test('audit show prints one row whole, with the record that a write replaced, until the person is forgotten', async () => {
  const vault = await openVault(job, job.database, 'tenants', ['8']);
  const about = { resource: 'tenants', entityId: '8', airtableRecordId: null, runId: null };
  const auditId = job.newId();
  const row = { ...about, auditId, actor: 'test', action: 'buildiumUpdated' as const, changes: {} };
  const sealed = { changesSealed: null, replacedSealed: vault.seal('8', { Id: 8, Comment: 'Has a dog' }) };
  await appendAudit(job.database, job.connectionId, [{ ...row, ...sealed, why: 'edited' }], now());

  const shown = await cli('audit', 'show', auditId, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ replaced: { Comment: 'Has a dog' }, isForgotten: false });
  expect(await cli('audit', 'show', 'nobody')).toMatchObject({ code: 2 });
  await cli('forget', 'tenants', '8', '--yes');
  const forgotten = await cli('audit', 'show', auditId, '--json');
  expect(JSON.parse(forgotten.stdout)).toMatchObject({ replaced: null, isForgotten: true });
});

test('forget destroys a key once, and only when it is said with --yes or to its face', async () => {
  const vault = await openVault(job, job.database, 'tenants', ['7']);
  const sealed = vault.seal('7', { email: { after: 'jo@example.com' } });
  await write(sealed);

  expect((await cli('forget', 'tenants', '7')).code).toBe(3);
  expect((await openVault(job, job.database, 'tenants', ['7'])).open('7', sealed)).not.toBeNull();
  expect(await cli('forget', 'tenants', '7', '--yes')).toMatchObject({
    ...{ code: 0, stdout: expect.stringMatching(/^Forgotten/) },
  });
  expect((await openVault(job, job.database, 'tenants', ['7'])).open('7', sealed)).toBeNull();
});

test('approvals lists what is asked with the words of each answer, and takes one', async () => {
  const approvalId = job.newId();
  await storeApproval(job.database, job.connectionId, { approvalId, entityId: '7', now: now() });
  const listed = await cli('approvals');
  expect(listed.code).toBe(3);
  expect(listed.stdout).toContain('1 of 30 leases are gone from Buildium within a day');
  expect(listed.stdout).toContain(`approvals ignore ${approvalId}`);
  expect((await cli('approvals', 'ignore', approvalId)).code).toBe(0);
  expect((await cli('approvals', 'ignore', approvalId)).code).toBe(1);
});

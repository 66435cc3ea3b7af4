import * as z from 'zod';
import { ok, type Result } from '../../../shared/result.ts';
import { classifyChart, type Chart, type GlAccount } from '../../accounting/classify.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listGlClasses } from '../../db/glClasses.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from './ledgerSource.ts';

const wireAccount = z.looseObject({
  Id: z.number(),
  Name: z.string().nullish(),
  Type: z.enum(['Asset', 'Liability', 'Equity', 'Income', 'Expense']),
  SubType: z.string().nullish(),
  DefaultAccountName: z.string().nullish(),
  IsBankAccount: z.boolean().nullish(),
  ParentGLAccountId: z.number().nullish(),
});
const wireAccounts = z.array(wireAccount.extend({ SubAccounts: z.array(wireAccount).nullish() }));

/**
 * The chart of accounts as it is in Buildium now, inactive accounts included, since they can hold history.
 * Sub-accounts appear only inside their parent, one level deep.
 */
export async function readGlAccounts(job: Pick<Job, 'buildium'>): Promise<Result<GlAccount[], CallFailure>> {
  const list = await job.buildium.list('/v1/glaccounts', {}, LEDGER_CALLS);
  if (!list.ok) return list;
  const accounts = parse('/v1/glaccounts', wireAccounts, list.value.items);
  if (!accounts.ok) return accounts;
  const nested = accounts.value.flatMap((account) => [
    accountOf(account, null),
    ...(account.SubAccounts ?? []).map((child) => accountOf(child, account.Id)),
  ]);
  return ok(nested.sort((a, b) => a.glAccountId - b.glAccountId));
}

/** The chart with its classes: proposed ones, and those that a person confirmed. */
export async function readChart(
  job: Pick<Job, 'buildium' | 'database' | 'connectionId'>,
): Promise<Result<Chart, CallFailure>> {
  const accounts = await readGlAccounts(job);
  if (!accounts.ok) return accounts;
  const classes = await listGlClasses(job.database, job.connectionId);
  return ok(classifyChart(accounts.value, new Map(classes.map((row) => [row.glAccountId, row]))));
}

function accountOf(wire: z.infer<typeof wireAccount>, parentId: number | null): GlAccount {
  return {
    glAccountId: wire.Id,
    name: wire.Name ?? `Account ${wire.Id}`,
    type: wire.Type,
    subType: wire.SubType ?? '',
    defaultAccountName: wire.DefaultAccountName ?? null,
    parentId: wire.ParentGLAccountId ?? parentId,
    isBank: wire.IsBankAccount ?? false,
  };
}

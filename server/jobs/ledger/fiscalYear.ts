import * as z from 'zod';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from './ledgerSource.ts';

const wire = z.looseObject({
  AccountingSettings: z
    .looseObject({
      FiscalYearEndMonth: z.number().int().min(1).max(12).nullish(),
      FiscalYearEndDay: z.number().int().min(1).max(31).nullish(),
    })
    .nullish(),
});

/** The account's fiscal year end; the calendar year's where Buildium names none. Rentals have no year of their own. */
export async function readFiscalYearEnd(
  job: Pick<Job, 'buildium'>,
): Promise<Result<{ month: number; day: number }, CallFailure>> {
  const path = '/v1/administration/account';
  const answer = await job.buildium.get(path, {}, LEDGER_CALLS);
  // The key may lack this permission, without which everything else can still be read.
  if (!answer.ok) return answer.error.kind === 'forbidden' ? ok({ month: 12, day: 31 }) : answer;
  const account = parse(path, wire, answer.value);
  if (!account.ok) return account;
  const settings = account.value.AccountingSettings;
  return ok({ month: settings?.FiscalYearEndMonth ?? 12, day: settings?.FiscalYearEndDay ?? 31 });
}

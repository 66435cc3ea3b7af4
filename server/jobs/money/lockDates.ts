import * as z from 'zod';
import type { PlainDate } from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallOptions } from '../../buildium/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';

export type LockDates = {
  /** Nothing up to this day should change; null where the books are open. */
  all: PlainDate | null;
  properties: { propertyId: number; lockDate: PlainDate }[];
};

const wire = z.looseObject({
  Global: z.looseObject({ LockDate: z.string().nullish() }).nullish(),
  Overrides: z
    .array(
      z.looseObject({
        LockDate: z.string().nullish(),
        Property: z.looseObject({ Id: z.number(), Type: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** Buildium's lock dates, which stand beside every calculation: what moves behind them was moved by an administrator. */
export async function readLockDates(
  job: Pick<Job, 'buildium'>,
  calls: CallOptions = LEDGER_CALLS,
): Promise<Result<LockDates | null, CallFailure>> {
  const path = '/v1/administration/accountinglockperiod';
  const answer = await job.buildium.get(path, {}, calls);
  // The key may lack this permission, without which everything else can still be calculated.
  if (!answer.ok) return ['forbidden', 'notFound'].includes(answer.error.kind) ? ok(null) : answer;
  const period = parse(path, wire, answer.value);
  if (!period.ok) return period;
  const { Global, Overrides } = period.value;
  return ok({
    all: Global?.LockDate?.slice(0, 10) ?? null,
    properties: (Overrides ?? []).flatMap(({ LockDate, Property }) =>
      LockDate && Property && Property.Type !== 'Association'
        ? [{ propertyId: Property.Id, lockDate: LockDate.slice(0, 10) }]
        : [],
    ),
  });
}

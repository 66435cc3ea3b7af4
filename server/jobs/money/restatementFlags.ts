import type { RestatementView } from '../../../shared/moneySchemas.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { PlainDate } from '../../../shared/dates.ts';
import type { CallFailure } from '../../callFailure.ts';
import { runHeads } from '../../db/calculationRuns.ts';
import { calculationsOfRuns } from '../../db/calculations.ts';
import type { Queryable } from '../../db/database.ts';
import { listCarried, listFlags, replaceFlags } from '../../db/restatements.ts';
import { nowOf, type Job } from '../job.ts';
import { carriedSince } from './carriedAdjustments.ts';
import { restatementsOf } from './restateNoi.ts';
import type { RunChange } from './restatementCauses.ts';

/** A change as it is kept with the flag; the entries themselves stand in the ledger and in the run. */
type FlaggedChange = Pick<RunChange, 'propertyId' | 'transactionId' | 'kind' | 'noiCents' | 'sentence'>;

/** Compares the runs of these days with the stored ledger and with what is entered, and writes down which of them no longer hold. */
export async function flagRestatements(
  job: Job,
  ending: { from: PlainDate; to: PlainDate },
): Promise<Result<number, CallFailure>> {
  const found = await restatementsOf(job, ending);
  if (!found.ok) return found;
  const flags = found.value.map(({ run, changes }) => ({
    runId: run.runId,
    changes: changes.map(
      ({ propertyId, transactionId, kind, noiCents, sentence }): FlaggedChange => ({
        propertyId,
        transactionId,
        kind,
        noiCents,
        sentence,
      }),
    ),
  }));
  await job.database.transaction((tx) => replaceFlags(tx, job.connectionId, { ending }, flags, nowOf(job)));
  return ok(flags.length);
}

/** What stands open: changes that nobody has restated or carried forward. */
export async function openRestatements(
  job: { database: Queryable; connectionId: string },
  only?: { runIds: readonly string[] },
): Promise<RestatementView[]> {
  const all = await listFlags<FlaggedChange>(job.database, job.connectionId);
  const flags = only ? all.filter(({ runId }) => only.runIds.includes(runId)) : all;
  if (flags.length === 0) return [];
  const runIds = flags.map(({ runId }) => runId);
  const carried = await listCarried(job.database, job.connectionId);
  const heads = await runHeads(job.database, job.connectionId, runIds);
  const calculations = await calculationsOfRuns(job.database, job.connectionId, runIds);
  return flags.flatMap(({ runId, foundAt, changes }): RestatementView[] => {
    const head = heads.get(runId);
    if (!head) return [];
    // Runs of some properties and of all of them can count the same transaction.
    const since = Map.groupBy(carriedSince(carried, { ...head, runId }), transactionKey);
    const open = changes.flatMap((change) => {
      const decided = since.get(transactionKey(change)) ?? [];
      const noiCents = change.noiCents - decided.reduce((sum, { amountCents }) => sum + amountCents, 0);
      return noiCents === 0 && decided.length > 0 ? [] : [{ ...change, noiCents }];
    });
    if (open.length === 0) return [];
    return [
      {
        calculationId: calculations.get(runId) ?? null,
        runId,
        version: head.version,
        basis: head.basis,
        period: { from: head.periodFrom, to: head.periodTo },
        foundAt,
        differenceCents: open.reduce((sum, { noiCents }) => sum + noiCents, 0),
        changes: open,
      },
    ];
  });
}

function transactionKey(one: { propertyId: number; transactionId: number | null }): string {
  return `${one.propertyId}/${one.transactionId}`;
}

import type { RestatementView } from '../../../shared/moneySchemas.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { PlainDate } from '../../../shared/dates.ts';
import type { CallFailure } from '../../callFailure.ts';
import { runHeads, type RunHead } from '../../db/calculationRuns.ts';
import { calculationsOfRuns } from '../../db/calculations.ts';
import type { Queryable } from '../../db/database.ts';
import { listCarried, listFlags, replaceFlags, type ListedDifference } from '../../db/restatements.ts';
import { nowOf, type Job } from '../job.ts';
import { restatementsOf, type RunChange } from './restateNoi.ts';

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
  const carried = Map.groupBy(await listCarried(job.database, job.connectionId), keyOf);
  // What was carried before a run was made is left out of its draws already.
  const carriedOf = (runId: string, head: RunHead, change: FlaggedChange): ListedDifference[] =>
    (carried.get(keyOf({ ...head, ...change })) ?? []).filter(
      (one) => one.runId === runId || one.decidedAt > head.createdAt,
    );
  const heads = await runHeads(job.database, job.connectionId, runIds);
  const calculations = await calculationsOfRuns(job.database, job.connectionId, runIds);
  return flags.flatMap(({ runId, foundAt, changes }): RestatementView[] => {
    const head = heads.get(runId);
    if (!head) return [];
    const open = changes.flatMap((change) => {
      const decided = carriedOf(runId, head, change);
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

/** Runs of some properties and of all of them can count the same transaction. */
function keyOf(
  one: Pick<ListedDifference, 'basis' | 'periodFrom' | 'periodTo' | 'propertyId'> & {
    transactionId: number | null;
  },
): string {
  return [one.basis, one.periodFrom, one.periodTo, one.propertyId, one.transactionId].join(' ');
}

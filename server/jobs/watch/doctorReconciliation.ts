import { resourceNamed } from '../../../shared/resources/index.ts';
import { resourceResults } from '../../db/reconciliationParts.ts';
import { listReconciliations, lastFinished } from '../../db/reconciliations.ts';
import { inPercent, LIMITS } from './alerts.ts';
import { accuracyOf } from '../reconcile/certificate.ts';
import { fine, note, problem, type Finding } from './finding.ts';
import type { Job } from '../job.ts';

const ABOUT = 'Reconciliation';

/** What the last comparison of both sides came to. */
export async function examineReconciliation(job: Pick<Job, 'database' | 'connectionId'>): Promise<Finding[]> {
  const last = await lastFinished(job.database, job.connectionId);
  const [newest] = await listReconciliations(job.database, job.connectionId, { beforeId: null, limit: 1 });
  const stuck =
    newest?.state === 'running' && newest.problem !== null
      ? [note(ABOUT, `The one that began at ${newest.startedAt} stopped: ${newest.problem}`)]
      : [];
  if (!last) {
    const whatToDo = '`npm run cli -- reconcile` compares both sides now; it happens daily by itself.';
    return [...stuck, note(ABOUT, 'Both sides have not been compared yet.', whatToDo)];
  }
  const results = await resourceResults(job.database, job.connectionId, last.reconciliationId);
  const missing = results.flatMap(({ resource, problem: why }) => {
    const { many } = resourceNamed(resource).label;
    const when = last.finishedAt ?? '?';
    return why === null ? [] : [problem(ABOUT, `The ${many} could not be compared at ${when}: ${why}`)];
  });
  const accuracy = accuracyOf(last);
  const message = `${inPercent(accuracy)} of ${last.records} records were equal on both sides at ${last.finishedAt ?? '?'}.`;
  if (accuracy < LIMITS.accuracy && last.repair !== 'done') {
    const whatToDo = '`npm run cli -- reconcile --repair` compares again and mends what can be mended.';
    return [...stuck, ...missing, problem(ABOUT, message, whatToDo)];
  }
  return [...stuck, ...missing, fine(ABOUT, message)];
}

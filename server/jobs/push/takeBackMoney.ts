import { appendAudit } from '../../db/audit.ts';
import type { Queryable } from '../../db/database.ts';
import { insertIntent, type IntentRow } from '../../db/intents.ts';
import { insertPush } from '../../db/pushes.ts';
import type { UndoneRow } from '../../db/undone.ts';
import { withdrawIntents } from '../../db/withdrawnIntents.ts';
import type { UndoStep } from '../audit/undoSteps.ts';
import { nowOf, type Job } from '../job.ts';
import { intentAudit } from './pushAudit.ts';
import { PUSHED, reversalOf } from './reversals.ts';

type About = { undoRunId: string; ofRunId: string };

/** What an undo does about the money of a push. */
export type MoneyTakenBack = { reversed: readonly IntentRow[]; withdrawn: readonly IntentRow[] };

export function moneyOf(pushed: readonly IntentRow[], steps: readonly UndoStep[]): MoneyTakenBack {
  const intentsOf = (what: UndoStep['what']): IntentRow[] => {
    const wanted = new Set(steps.filter((step) => step.what === what).map(({ stepId }) => stepId));
    return pushed.filter(({ intentId }) => wanted.has(`${PUSHED} ${intentId}`));
  };
  return { reversed: intentsOf('reversal'), withdrawn: intentsOf('withdrawal') };
}

/** Withdraws what is held unsent, and writes down what reverses the rest. */
export async function takeBackMoney(
  tx: Queryable,
  job: Job,
  { reversed, withdrawn }: MoneyTakenBack,
  about: About,
  by: string,
): Promise<UndoneRow[]> {
  if (withdrawn.length > 0) await withdraw(tx, job, withdrawn, by);
  const reversalOfEach = reversed.length > 0 ? await reverse(tx, job, reversed, about.undoRunId, by) : [];
  if (withdrawn.length + reversed.length > 0)
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'push' });
  const lineOf = ({ intentId: entityId }: IntentRow, intentId: string | null): UndoneRow => ({
    ...{ ...about, resource: PUSHED, entityId, fieldKey: '', conflictId: null, intentId },
  });
  return [
    ...withdrawn.map((intent) => lineOf(intent, null)),
    ...reversed.map((intent, at) => lineOf(intent, reversalOfEach[at] ?? null)),
  ];
}

async function withdraw(tx: Queryable, job: Job, intents: readonly IntentRow[], by: string): Promise<void> {
  const now = nowOf(job);
  const message = `Withdrawn by ${by} before it was sent. The row can be pushed anew.`;
  const intentIds = intents.map(({ intentId }) => intentId);
  await withdrawIntents(tx, job.connectionId, intentIds, message, now);
  const audit = intents.map((intent) => intentAudit(job, intent, 'pushDecided', by, message));
  await appendAudit(tx, job.connectionId, audit, now);
}

/** @returns the ids of the intents that reverse them, in their order. */
async function reverse(
  tx: Queryable,
  job: Job,
  intents: readonly IntentRow[],
  // The undo's own id is the push's too, so that the reversal can be followed and undone like any other.
  pushId: string,
  by: string,
): Promise<string[]> {
  await insertPush(tx, job.connectionId, { pushId, requestedBy: by, startedAt: nowOf(job) });
  const reversalIds: string[] = [];
  for (const intent of intents) {
    const reversal = reversalOf(job, intent, pushId, by);
    await insertIntent(tx, job.connectionId, reversal, nowOf(job));
    reversalIds.push(reversal.intentId);
  }
  return reversalIds;
}

import { resourceNamed } from '../../../shared/resources/index.ts';
import type { ConflictEnding } from '../../db/conflicts.ts';
import { runById } from '../../db/runs.ts';
import type { UndoneState } from '../../db/undone.ts';
import { dayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { endedWords } from '../conflicts/conflictEnds.ts';
import { columnOf } from '../losses/lossWords.ts';
import { PUSHED } from '../push/reversals.ts';
import { pushedBy, unreversedWords } from '../push/undoMoney.ts';

/** Nothing is left of a run that was undone before, and of one that changed nothing. */
export async function whyNothing(job: Job, undone: readonly UndoneState[]): Promise<string> {
  const begun = undone.filter(({ state }) => state !== 'failed');
  if (begun.length === 0) return 'This run changed nothing that could be undone.';
  const runs = await Promise.all(
    [...new Set(begun.map(({ undoRunId }) => undoRunId))].map((id) =>
      runById(job.database, job.connectionId, id),
    ),
  );
  const by = runs.flatMap((run) =>
    run ? [`by ${run.requestedBy} on ${dayIn(job, run.startedAt)} (run ${run.runId})`] : [],
  );
  const isUnderWay = begun.some(({ state }) => state === 'underWay');
  const what = isUnderWay ? 'is being undone already' : 'has been undone already';
  return `Everything of this run ${what}, ${by.join(' and ')}. There is nothing left to undo.`;
}

/** What an undo could not bring back after all: each with its reason, and what a person does about it. */
export async function unbroughtWords(job: Job, failed: readonly UndoneState[]): Promise<string> {
  const runs = [...new Set(failed.map(({ ofRunId }) => ofRunId))];
  const pushed = (await Promise.all(runs.map((runId) => pushedBy(job, runId)))).flat();
  const intents = new Map(pushed.map((intent) => [intent.intentId, intent]));
  const named = failed.slice(0, 10).map((line) => {
    const { resource, entityId, fieldKey, refusal } = line;
    if (resource !== PUSHED) {
      const { label } = resourceNamed(resource);
      return `${columnOf(resourceNamed(resource), fieldKey)} of ${label.one} ${entityId}: ${whyNotBrought(line)} Preview the undo again, or change it by hand.`;
    }
    const intent = intents.get(entityId);
    return intent ? unreversedWords(intent, refusal) : `Transaction of intent ${entityId}.`;
  });
  const more = failed.length > named.length ? ` And ${failed.length - named.length} more.` : '';
  return `Not everything was brought back by the undo. ${named.join(' ')}${more}`;
}

function whyNotBrought({ endedWhy, resource, fieldKey }: UndoneState): string {
  const isMoved = endedWhy === null || MOVED.includes(endedWhy);
  return isMoved
    ? 'a side had changed meanwhile, or refused the earlier value.'
    : endedWords({ endedWhy, resource, fieldKey });
}

const MOVED: readonly ConflictEnding[] = ['equal', 'oneSided', 'held', 'unreadable', 'overtaken'];

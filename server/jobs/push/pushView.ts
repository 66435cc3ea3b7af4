import type { PushIntent, PushView } from '../../../shared/api/push.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { intentsOfPush, listIntents } from '../../db/intentLists.ts';
import { pushById } from '../../db/pushes.ts';
import type { IntentRow, IntentState } from '../../db/intents.ts';
import { reversalsAmong, type Reversal } from '../../db/reversals.ts';
import { linksByEntity } from '../../db/links.ts';
import type { Job } from '../job.ts';
import { rowAddresses } from './pushDuplicates.ts';
import { reversedWords } from './pushReversed.ts';

/** A push as people see it: every transaction of it, how it stands and what is next. */
export async function showPush(job: Job, pushId: string): Promise<PushView | null> {
  const push = await pushById(job.database, job.connectionId, pushId);
  if (!push) return null;
  const rows = await intentsOfPush(job.database, job.connectionId, pushId);
  const count = (...states: IntentState[]): number => rows.filter((row) => states.includes(row.state)).length;
  const intents = await showAll(job, rows);
  const counts = {
    total: rows.length,
    underWay: count('waiting', 'sending', 'created'),
    done: count('done'),
    refused: count('refused', 'dropped'),
    unknown: count('unknown'),
    asking: count('asking'),
    reversed: intents.filter(({ reversedBy }) => reversedBy?.entityId != null).length,
  };
  const isRunning = counts.underWay + counts.unknown > 0;
  return {
    ...push,
    state: isRunning ? 'running' : counts.asking > 0 ? 'needsPerson' : 'finished',
    counts,
    message: messageOf(counts, count('created', 'done')),
    intents,
  };
}

/** What is booked is so before its row is in Airtable. */
function messageOf(
  { total, refused, unknown, asking, reversed }: PushView['counts'],
  booked: number,
): string {
  const parts = [
    `${booked} of ${total} booked`,
    ...(reversed > 0 ? [`${reversed} of them reversed since`] : []),
    ...(refused > 0 ? [`${refused} not sent or refused`] : []),
    ...(unknown > 0 ? [`${unknown} being looked for in Buildium`] : []),
    ...(asking > 0 ? [`${asking} waiting for your decision`] : []),
  ];
  return `${parts.join(', ')}.`;
}

export async function showIntents(
  job: Job,
  filter: Parameters<typeof listIntents>[2],
): Promise<PushIntent[]> {
  return showAll(job, await listIntents(job.database, job.connectionId, filter));
}

export async function showIntent(job: Job, intent: IntentRow): Promise<PushIntent> {
  const [shown] = await showAll(job, [intent]);
  if (!shown) throw new Error('An intent is always shown');
  return shown;
}

async function showAll(job: Job, rows: readonly IntentRow[]): Promise<PushIntent[]> {
  const urlOf = await rowAddresses(job);
  const recordOf = new Map<string, string | null>();
  const reversalOf = new Map<string, Reversal>();
  for (const resource of new Set(rows.map((row) => row.resource))) {
    const ids = rows.flatMap((row) =>
      row.resource === resource && row.entityId !== null ? [row.entityId] : [],
    );
    for (const [id, link] of await linksByEntity(job.database, job.connectionId, resource, ids))
      recordOf.set(`${resource} ${id}`, link.airtableRecordId);
    for (const [id, reversal] of await reversalsAmong(job.database, job.connectionId, resource, ids))
      reversalOf.set(`${resource} ${id}`, reversal);
  }
  return rows.map((row) => {
    const { resource, entityId } = row;
    const reversal = row.action === 'create' ? reversalOf.get(`${resource} ${entityId ?? ''}`) : undefined;
    const airtableRecordId = recordOf.get(`${resource} ${entityId ?? ''}`) ?? null;
    return {
      intentId: row.intentId,
      pushId: row.pushId,
      state: row.state,
      kind: row.kind,
      kindLabel: INTENT_KINDS[row.kind],
      action: row.action,
      recordIds: [...row.recordIds],
      summary: row.summary,
      amountCents: row.amountCents,
      requestedBy: row.requestedBy,
      createdAt: row.createdAt,
      sentAt: row.sentAt,
      message: reversal ? `${row.message} ${reversedWords(job, reversal)}` : row.message,
      buildium:
        entityId === null
          ? null
          : { resource, entityId, airtableRecordId, url: urlOf(resource, airtableRecordId) },
      reversedBy: reversal ? reversedByOf(reversal) : null,
      candidates: [...row.candidates],
      nextLookAt: row.state === 'unknown' ? row.nextAt : null,
      choices: choicesOf(row),
    };
  });
}

function reversedByOf(reversal: Reversal): PushIntent['reversedBy'] {
  const { intentId, pushId, kind, entityId, requestedBy, settledAt } = reversal;
  return { intentId, pushId, kindLabel: INTENT_KINDS[kind], entityId, requestedBy, at: settledAt };
}

function choicesOf({ state, action }: IntentRow): PushIntent['choices'] {
  if (action === 'change') return state === 'asking' ? ['sendAgain', 'drop'] : [];
  if (state === 'asking') return ['adopt', 'sendAgain', 'drop'];
  return state === 'unknown' ? ['adopt', 'drop'] : [];
}

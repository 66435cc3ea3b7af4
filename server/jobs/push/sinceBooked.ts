import { formatCents } from '../../../shared/money.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { changesOf } from '../../db/intentLists.ts';
import type { IntentRow } from '../../db/intents.ts';
import type { LinkRow } from '../../db/links.ts';
import type { Job } from '../job.ts';
import { readShown } from './pushLookUp.ts';
import { isReversible } from './reversals.ts';
import { hasSameSides, moneyMoved } from './sentStands.ts';

/** What has become of a booked transaction since it was sent. */
export type Since =
  | { kind: 'asSent' }
  | { kind: 'gone' }
  /** A later push is about to change it, or may have. */
  | { kind: 'changing' }
  | { kind: 'changed'; how: string };

/** Half of what Buildium takes at once. */
const AT_ONCE = 4;

/**
 * What has become of each, in their order. What would be reversed is read in Buildium: an undo turns round what was
 * sent, and where that no longer stands it would book what nobody asked for. The rest a person undoes: of that it is
 * enough what the sync has seen.
 */
export async function sinceBooked(
  job: Job,
  intents: readonly IntentRow[],
  linkOf: (intent: IntentRow) => LinkRow | null,
): Promise<Result<Since[], CallFailure>> {
  const since: Since[] = [];
  for (let from = 0; from < intents.length; from += AT_ONCE) {
    const some = intents.slice(from, from + AT_ONCE);
    const read = await Promise.all(
      some.map(
        async (intent): ReturnType<typeof nowOf> =>
          isReversible(intent) ? nowOf(job, intent) : ok(seenOf(intent, linkOf(intent))),
      ),
    );
    for (const one of read) {
      if (!one.ok) return one;
      since.push(one.value);
    }
  }
  return ok(since);
}

async function nowOf(job: Job, intent: IntentRow): Promise<Result<Since, CallFailure>> {
  const { resource, entityId } = intent;
  const changes = await changesOf(job.database, job.connectionId, resource, entityId ?? '');
  if (changes.some(({ state }) => state !== 'created' && state !== 'done')) return ok({ kind: 'changing' });
  const read = await readShown(job, resource, entityId ?? '');
  if (!read.ok) return err(read.error);
  if (read.value === null) return ok({ kind: 'gone' });
  const how = moneyMoved(intent, read.value);
  if (how !== null) return ok({ kind: 'changed', how });
  // The sides of a journal entry are as they were sent last.
  const last = changes.at(-1);
  return last && !hasSameSides(intent.body, last.body)
    ? ok({ kind: 'changed', how: 'has been changed in its debits and credits' })
    : ok({ kind: 'asSent' });
}

function seenOf({ amountCents }: IntentRow, link: LinkRow | null): Since {
  if (link?.standing === 'deletedInBuildium') return { kind: 'gone' };
  const amount = link?.syncedBuildium['amount'] ?? link?.syncedBuildium['total'];
  return typeof amount === 'number' && amount !== amountCents
    ? { kind: 'changed', how: `has been changed to ${formatCents(amount)}` }
    : { kind: 'asSent' };
}

import { formatCents } from '../../../shared/money.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { reversalsAmong, type Reversal } from '../../db/reversals.ts';
import { dayIn } from '../calendar.ts';
import type { Job } from '../job.ts';

/** What has reversed a booked transaction, or is about to; null where it stands. */
export async function reversalOfBooked(
  job: Job,
  { resource, entityId }: { resource: string; entityId: string | null },
): Promise<Reversal | null> {
  if (entityId === null) return null;
  const found = await reversalsAmong(job.database, job.connectionId, resource, [entityId]);
  return found.get(entityId) ?? null;
}

export function isReversed({ state }: Reversal): boolean {
  return state === 'created' || state === 'done';
}

/** By what, when and at whose request. */
export function reversedWords(job: Job, reversal: Reversal): string {
  const { kind, entityId, amountCents, requestedBy, settledAt } = reversal;
  if (!isReversed(reversal)) return `It is being reversed, as ${requestedBy} asked.`;
  const by = `${INTENT_KINDS[kind].toLowerCase()} ${entityId ?? ''} of ${formatCents(amountCents)}`;
  const when = settledAt === null ? '' : ` on ${dayIn(job, settledAt)}`;
  return `Reversed${when} by ${by}, as ${requestedBy} asked. To book it again, copy the row.`;
}

import { markerFrom, withMarker } from '../../../shared/marker.ts';
import { formatCents } from '../../../shared/money.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import type { IntentRow, NewIntent } from '../../db/intents.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';

/** Stands in the place of a resource for what was pushed as a whole. */
export const PUSHED = 'push';

type Body = Record<string, unknown> & { Lines: readonly Record<string, unknown>[] };

/** What reverses a booked transaction in Buildium. */
type Reversal = Pick<NewIntent, 'kind' | 'path' | 'body'>;

/** Whether an intent is the reversal of another one: what is pushed comes from planned rows, and a reversal from none. */
export function isReversal({ recordIds }: Pick<IntentRow, 'recordIds'>): boolean {
  return recordIds.length === 0;
}

/** Kinds that Buildium's API can reverse. */
const REVERSIBLE: readonly IntentRow['kind'][] = ['leaseCharge', 'journalEntry', 'leasePayment'];

export function isReversible({ kind, action }: Pick<IntentRow, 'kind' | 'action'>): boolean {
  return action === 'create' && REVERSIBLE.includes(kind);
}

/** A payment goes back on the day on which somebody says so; what only corrects the books does on its own day. */
export function reversalDay(job: Job, { kind, day }: Pick<IntentRow, 'kind' | 'day'>): string {
  const today = todayIn(job);
  return kind === 'leasePayment' && day < today ? today : day;
}

/** The intent that reverses another one: it is sent, looked up and read back as every push is. */
export function reversalOf(job: Job, intent: IntentRow, pushId: string, by: string): NewIntent {
  const marker = markerFrom(job.randomBytes(5));
  const label = INTENT_KINDS[intent.kind];
  const memo = withMarker(`Undo of ${label.toLowerCase()} ${intent.entityId ?? ''}`, marker);
  const day = reversalDay(job, intent);
  return {
    ...reversal(intent, memo, day),
    ...{ intentId: job.newId(), pushId, action: 'create', marker, resource: intent.resource, method: 'POST' },
    ...{ bodySealed: null, sealedFor: null, beforeDigest: null, previewHash: '', entityId: null, rows: [] },
    summary: `Undo of ${label} ${intent.entityId ?? ''} of ${formatCents(intent.amountCents)}.`,
    ...{ partyResource: intent.partyResource, partyId: intent.partyId, day },
    ...{ amountCents: intent.amountCents, glAccountIds: intent.glAccountIds, requestedBy: by },
    message: 'Waits for its turn; it is sent within seconds.',
  };
}

function reversal(intent: IntentRow, memo: string | null, day: string): Reversal {
  const { kind, path, entityId } = intent;
  const body = intent.body as Body;
  switch (kind) {
    case 'leaseCharge':
      return {
        kind: 'leaseCredit',
        path: path.replace(/charges$/, 'credits'),
        body: creditOf(body, memo),
      };
    case 'journalEntry':
      return { kind, path, body: contraOf(body, memo) };
    case 'leasePayment':
      // It carries neither memo nor reference: it is known again by the payment's lease, amount and accounts.
      return {
        kind: 'paymentReversal',
        path: path.replace(/payments$/, 'reversepayments'),
        body: { EntryDate: day, PaymentTransactionId: Number(entityId) },
      };
    case 'leaseCredit':
    case 'leaseRefund':
    case 'bill':
    case 'paymentReversal':
      throw new Error(`Buildium's API has no way to reverse a ${kind}`);
  }
}

/** A charge that nobody has paid is waived; Buildium refuses more than that. */
function creditOf({ Date: day, Lines }: Body, memo: string | null): Record<string, unknown> {
  const lines = Lines.map(({ Amount, GLAccountId }) => ({ Amount, GlAccountId: GLAccountId }));
  return { Date: day, Memo: memo, CreditType: 'WaiveUnpaid', Lines: lines };
}

function contraOf(body: Body, memo: string | null): Record<string, unknown> {
  const lines = body.Lines.map((line) => ({
    ...line,
    PostingType: line['PostingType'] === 'Debit' ? 'Credit' : 'Debit',
  }));
  return { ...body, Memo: memo, Lines: lines };
}

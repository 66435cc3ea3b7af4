import { withoutMarker } from '../../shared/marker.ts';
import { listIntents } from '../../server/db/intentLists.ts';
import type { IntentRow } from '../../server/db/intents.ts';
import { previewUndo, undoRun } from '../../server/jobs/audit/undoRun.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { Random } from '../../server/sandbox/random.ts';
import type { Account } from './account.ts';
import type { Booked } from './booked.ts';
import { count, type Counts } from './counts.ts';
import type { Action } from './people.ts';

const MOST_PUSHED = 200;
/** People think better of a push while it is still on its way. */
const HASTY = 0.3;

/** Somebody takes the checks to the bank: only what is deposited can be taken back. */
export const depositPayments: Action = (people, { buildium, skewMs }) => {
  const { records } = buildium;
  const [bankAccountId] = records.bankAccounts.keys();
  const waiting = [...records.transactions.values()].flatMap((one) =>
    one.kind === 'Payment' && one.depositId === null ? [one] : [],
  );
  const [first] = waiting;
  if (bankAccountId === undefined || !first) return null;
  const body = { EntryDate: first.date, PaymentTransactionIds: waiting.map(({ id }) => id) };
  const atMs = Math.floor(people.nowMs() + skewMs.buildium);
  const path = `/v1/bankaccounts/${bankAccountId}/deposits`;
  return buildium.submit('POST', path, body, atMs).status < 300 ? `${waiting.length} payments` : null;
};

function isDeposited({ buildium }: Account, entityId: string | null): boolean {
  const one = buildium.records.transactions.get(Number(entityId));
  return one?.kind === 'Payment' && one.depositId !== null;
}

/** A check has bounced, or something else that was pushed is taken back. */
export async function takeBack(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  const filter = { state: null, afterId: null, limit: MOST_PUSHED };
  const intents = await listIntents(job.database, job.connectionId, filter);
  const open = intents.filter(({ state }) => !['done', 'refused', 'dropped'].includes(state));
  const booked = intents.filter(
    ({ state, action, recordIds }) => state === 'done' && action === 'create' && recordIds.length > 0,
  );
  const bounced = booked.filter(({ entityId }) => isDeposited(account, entityId));
  const isHasty = open.length > 0 && random.next() < HASTY;
  const among = isHasty ? open : bounced.length > 0 ? bounced : booked;
  if (among.length === 0) return;
  const { pushId } = random.pick(among);
  const preview = await previewUndo(job, pushId);
  if (!preview.ok) return count(counts, 'pushes taken back', preview.error.kind);
  const accepted = preview.value.steps.map(({ stepId }) => stepId);
  for (const { what } of preview.value.steps) count(counts, 'steps taken back', what);
  const seen = { previewId: preview.value.previewId, accepted, by: 'person' };
  const undone = await undoRun(job, pushId, seen);
  count(counts, 'pushes taken back', undone.ok ? 'taken back' : undone.error.kind);
}

/** What takes something back is planned in no row: a person knows a reversal by its payment, the rest by its memo. */
export function takenBackAs({ buildium }: Account, { kind, body }: IntentRow): Booked[] {
  const all = [...buildium.records.transactions.values()];
  if (kind === 'paymentReversal')
    return all.filter(
      (one) => one.kind === 'ReversePayment' && one.paymentId === body['PaymentTransactionId'],
    );
  const memo = withoutMarker(String(body['Memo']));
  return all.filter((one) => withoutMarker(one.memo) === memo);
}

const AT_REST: readonly IntentRow['state'][] = ['done', 'asking'];

function isSameTaking(one: IntentRow, other: IntentRow): boolean {
  const whatOf = ({ body }: IntentRow): unknown =>
    body['PaymentTransactionId'] ?? withoutMarker(String(body['Memo']));
  return one.recordIds.length === 0 && one.kind === other.kind && whatOf(one) === whatOf(other);
}

/** One that takes back is booked once as well. */
export function takenBackOnce(account: Account, intents: readonly IntentRow[]): string[] {
  return intents.flatMap((intent) => {
    if (intent.recordIds.length > 0) return [];
    const { length } = takenBackAs(account, intent);
    if (length > 1) return [`"${intent.summary}" is ${length} times in Buildium.`];
    if (length === 0 && intent.state === 'done')
      return [`"${intent.summary}" is said to be booked and is not in Buildium.`];
    // What was refused may have been asked for once more.
    const isOther = intents.some((one) => AT_REST.includes(one.state) && isSameTaking(one, intent));
    return length === 1 && !AT_REST.includes(intent.state) && !isOther
      ? [`"${intent.summary}" is in Buildium and was said to be ${intent.state}.`]
      : [];
  });
}

import { markerFrom } from '../../../shared/marker.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { appendAudit } from '../../db/audit.ts';
import type { Queryable } from '../../db/database.ts';
import { intentsOfRows } from '../../db/intentLists.ts';
import { deletePush, insertPush } from '../../db/pushes.ts';
import { insertIntent, type IntentRow, type NewIntent } from '../../db/intents.ts';
import { partyOf, type PlannedFacts } from '../../sync/plannedFacts.ts';
import { totalOf } from '../../sync/plannedItem.ts';
import { changeRequest, createRequest, resourceOf, type SoundItem } from '../../sync/plannedRequest.ts';
import { centsOf, linkedId, textOf } from '../../sync/plannedRow.ts';
import { nowOf, type Job } from '../job.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { openVault } from '../personalVault.ts';
import { intentAudit } from './pushAudit.ts';
import { digestOfShown, judgedOf, judgeRows, type JudgedItem } from './pushItems.ts';
import { summaryOf } from './pushPreview.ts';
import { refundAddress } from './pushRefund.ts';

export type Confirmation = { recordId: string; previewHash: string };

export type Confirmed =
  /** The push that sends what was confirmed, or that did before: asking again repeats nothing. */
  | { kind: 'taken'; pushId: string }
  /** These rows are not what was previewed any more: nothing is sent. */
  | { kind: 'changed'; recordIds: readonly string[] };

/**
 * Writes down what is to be sent, all of it or nothing, and wakes the sender. A row that has changed since its
 * preview stops the whole push: the person saw other figures.
 */
export async function confirmPush(
  job: Job,
  confirmations: readonly Confirmation[],
  by: string,
): Promise<Result<Confirmed, CallFailure | OwnTableFailure>> {
  const taken = await alreadyTaken(job, confirmations);
  const open = confirmations.filter(({ recordId }) => !taken.has(recordId));
  const [first] = taken.values();
  if (open.length === 0 && first) return ok({ kind: 'taken', pushId: first.pushId });
  const judged = await judgeRows(
    job,
    open.map(({ recordId }) => recordId),
  );
  if (!judged.ok) return judged;
  const changed = open.filter(
    ({ recordId, previewHash }) => judgedOf(judged.value, recordId)?.previewHash !== previewHash,
  );
  // Confirmed by somebody else since the first line of this function: then it is as if they had come earlier.
  if (changed.length > 0 && (await alreadyTaken(job, changed)).size === changed.length)
    return confirmPush(job, confirmations, by);
  const { facts } = judged.value;
  if (changed.length > 0 || !facts)
    return ok({ kind: 'changed', recordIds: changed.map(({ recordId }) => recordId) });
  const pushId = job.newId();
  const intents: NewIntent[] = [];
  for (const one of judged.value.items) {
    const intent = await newIntent(job, one, facts, pushId, by);
    if (!intent.ok) return intent;
    intents.push(intent.value);
  }
  const written = await job.database.transaction((tx) => writeDown(tx, job, pushId, by, intents));
  // Somebody else was faster: theirs is the push if they confirmed the same, and else the rows have changed.
  return written > 0 ? ok({ kind: 'taken', pushId }) : confirmPush(job, confirmations, by);
}

/**
 * Rows whose very preview was confirmed before, with what it became. Each preview is of its own moment, so that an edit
 * which says again what an earlier one has said is no repetition of it.
 */
async function alreadyTaken(
  job: Job,
  confirmations: readonly Confirmation[],
): Promise<Map<string, IntentRow>> {
  const hashOf = new Map(confirmations.map(({ recordId, previewHash }) => [recordId, previewHash]));
  const intents = await intentsOfRows(job.database, job.connectionId, [...hashOf.keys()]);
  return new Map(
    intents.flatMap((intent) =>
      intent.recordIds
        .filter((recordId) => hashOf.get(recordId) === intent.previewHash)
        .map((recordId) => [recordId, intent] as const),
    ),
  );
}

/** @returns how many intents were written; the push is there only if there are any. */
async function writeDown(
  tx: Queryable,
  job: Job,
  pushId: string,
  by: string,
  intents: readonly NewIntent[],
): Promise<number> {
  const now = nowOf(job);
  await insertPush(tx, job.connectionId, { pushId, requestedBy: by, startedAt: now });
  const written: NewIntent[] = [];
  for (const intent of intents)
    if (await insertIntent(tx, job.connectionId, intent, now)) written.push(intent);
  if (written.length === 0) {
    await deletePush(tx, job.connectionId, pushId);
    return 0;
  }
  const audit = written.map((intent) =>
    intentAudit(job, { ...intent, recordIds: intent.rows.map((row) => row.recordId) }, 'pushConfirmed', by),
  );
  await appendAudit(tx, job.connectionId, audit, now);
  await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'push' });
  return written.length;
}

async function newIntent(
  job: Job,
  one: JudgedItem,
  facts: PlannedFacts,
  pushId: string,
  by: string,
): Promise<Result<NewIntent, CallFailure>> {
  const { item, shown, existing } = one;
  const [row] = item.rows;
  const party = partyOf(item, facts);
  if (!item.kind || !row || !party) throw new Error('Only what was judged to be sound is sent');
  const sound: SoundItem = { ...item, kind: item.kind };
  const marker = existing?.marker ?? markerFrom(job.randomBytes(5));
  const isChange = one.outcome === 'change' && shown !== null;
  const request = isChange ? changeRequest(sound, facts, marker, shown) : createRequest(sound, facts, marker);
  const address = await refundAddress(job, request.addressOfTenant);
  if (!address.ok) return address;
  return ok({
    intentId: job.newId(),
    pushId,
    kind: sound.kind,
    action: isChange ? 'change' : 'create',
    marker,
    resource: resourceOf(sound.kind),
    ...{ method: request.method, path: request.path, body: request.body },
    ...(await sealedAddress(job, request.addressOfTenant, address.value)),
    summary: summaryOf(one)
      .replace(/^Would b/, 'B')
      .replace(/^Would c/, 'C'),
    partyResource: party.resource,
    partyId: party.id,
    day: textOf(row, 'date') ?? '',
    amountCents: totalOf(item),
    glAccountIds: [...new Set(item.rows.flatMap((line) => linkedId(line, 'glAccount') ?? []))],
    beforeDigest: isChange ? digestOfShown(shown) : null,
    previewHash: one.previewHash ?? '',
    requestedBy: by,
    message: 'Waits for its turn; it is sent within seconds.',
    entityId: isChange ? shown.entityId : null,
    rows: item.rows.map((line) => ({ recordId: line.recordId, amountCents: centsOf(line) })),
  });
}

/** The address lies in our table only under its tenant's key: forgetting the tenant forgets it. */
async function sealedAddress(
  job: Job,
  tenantId: string | null,
  address: Record<string, unknown> | null,
): Promise<{ bodySealed: string | null; sealedFor: string | null }> {
  if (tenantId === null || address === null) return { bodySealed: null, sealedFor: null };
  const vault = await openVault(job, job.database, 'tenants', [tenantId]);
  return { bodySealed: vault.seal(tenantId, { Address: address }), sealedFor: tenantId };
}

import type { AirtableRecord, CallOptions } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';

/** One row to be made or changed; `recordId` null makes it, found again by its Buildium id if it is there. */
export type RowWrite = {
  entityId: string;
  recordId: string | null;
  cells: Record<string, unknown>;
  /** Contact data among the cells. */
  personal?: readonly string[];
};

export type WriteOutcome =
  | { kind: 'written'; record: AirtableRecord; created: boolean }
  | { kind: 'refused'; failure: CallFailure }
  /** The side stopped answering before or while this row was written. */
  | { kind: 'stopped'; failure: CallFailure };

/** Airtable takes at most ten rows a request. */
const ROWS_A_REQUEST = 10;

/** Requests under way at once; the base's budget paces them. */
const REQUESTS_AT_ONCE = 4;

/**
 * Writes rows in tens. A refused ten is halved until the bad row stands alone, so one bad row costs the others
 * a few requests and nothing else.
 */
export async function writeRows(
  job: Job,
  table: { tableId: string; buildiumId: string },
  writes: readonly RowWrite[],
  options: CallOptions = { priority: 'normal' },
): Promise<Map<string, WriteOutcome>> {
  const outcomes = new Map<string, WriteOutcome>();
  const creates = writes.filter((write) => write.recordId === null);
  const updates = writes.filter((write) => write.recordId !== null);
  const batches = [...inTens(creates), ...inTens(updates)];
  let stopped: CallFailure | null = null;
  const next = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (stopped) {
        for (const write of batch) outcomes.set(write.entityId, { kind: 'stopped', failure: stopped });
        continue;
      }
      const result = await sendPatiently(job, table, batch, options);
      if (result.ok) {
        for (const [index, write] of batch.entries()) {
          const record = result.records[index];
          if (record)
            outcomes.set(write.entityId, { kind: 'written', record, created: result.created.has(record.id) });
        }
      } else if (result.failure.kind === 'baseFull') {
        // New rows find no place; changes of the rows that are there go on.
        for (const write of batch) outcomes.set(write.entityId, { kind: 'refused', failure: result.failure });
      } else if (!isAboutRows(result.failure)) {
        stopped = result.failure;
        for (const write of batch) outcomes.set(write.entityId, { kind: 'stopped', failure: stopped });
      } else if (batch.length === 1) {
        for (const write of batch) {
          const failure = await explained(job, table, write, result.failure, options);
          outcomes.set(write.entityId, { kind: 'refused', failure });
        }
      } else {
        const half = Math.ceil(batch.length / 2);
        batches.unshift(batch.slice(0, half), batch.slice(half));
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, next));
  return outcomes;
}

type Sent =
  | { ok: true; records: AirtableRecord[]; created: Set<string> }
  | { ok: false; failure: CallFailure };

/**
 * A refusal for rate changed nothing and closes the base for half a minute: the same rows go once more after it,
 * rather than everything being read and planned again.
 */
async function sendPatiently(...request: Parameters<typeof send>): Promise<Sent> {
  const first = await send(...request);
  return !first.ok && first.failure.kind === 'rateLimited' ? send(...request) : first;
}

async function send(
  job: Job,
  table: { tableId: string; buildiumId: string },
  batch: readonly RowWrite[],
  options: CallOptions,
): Promise<Sent> {
  const personal = batch.flatMap((write) => write.personal ?? []);
  const careful = { ...options, personal };
  if (batch.every((write) => write.recordId !== null)) {
    const rows = batch.map((write) => ({ id: write.recordId ?? '', fields: write.cells }));
    const answer = await job.airtable.updateRecords(table.tableId, rows, careful);
    return answer.ok
      ? { ok: true, records: answer.value, created: new Set() }
      : { ok: false, failure: answer.error };
  }
  const rows = batch.map((write) => ({ fields: { ...write.cells, [table.buildiumId]: write.entityId } }));
  const answer = await job.airtable.upsertRecords(table.tableId, [table.buildiumId], rows, careful);
  return answer.ok
    ? { ok: true, records: answer.value.records, created: new Set(answer.value.createdIds) }
    : { ok: false, failure: answer.error };
}

/** Airtable does not say that it made no row because more than one carries the id already. */
async function explained(
  job: Job,
  { tableId, buildiumId }: { tableId: string; buildiumId: string },
  { entityId, recordId }: RowWrite,
  failure: CallFailure,
  options: CallOptions,
): Promise<CallFailure> {
  if (recordId !== null || failure.status !== 422) return failure;
  const named = await job.airtable.recordsByFieldValue(
    tableId,
    buildiumId,
    [entityId],
    [buildiumId],
    options,
  );
  if (!named.ok || named.value.length < 2) return failure;
  const rows = named.value.map(({ id }) => id).join(' and ');
  const message = `No row was made: ${rows} all carry the Buildium ID ${entityId}, so that it cannot be told which one is meant. Delete all of them but one, or clear their Buildium ID; the one that is left becomes the row again.`;
  return { ...failure, message, reason: message };
}

/** 422, 404 and 409 are about a row of the batch; everything else is about the side. */
function isAboutRows(failure: CallFailure): boolean {
  return failure.kind === 'invalid' || failure.kind === 'notFound' || failure.kind === 'conflict';
}

function inTens(writes: readonly RowWrite[]): RowWrite[][] {
  const tens: RowWrite[][] = [];
  for (let start = 0; start < writes.length; start += ROWS_A_REQUEST) {
    tens.push(writes.slice(start, start + ROWS_A_REQUEST));
  }
  return tens;
}

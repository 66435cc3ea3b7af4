import { dollarsFromCents, formatCents } from '../../../shared/money.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { IntentRow, IntentState } from '../../db/intents.ts';
import { centsOf, textOf } from '../../sync/plannedRow.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import { nowOf, type Job } from '../job.ts';
import type { OpenTable, OwnTableFailure } from '../ownTables/ownTables.ts';
import type { Judged, JudgedItem } from './pushItems.ts';
import { plannedTable, writeCells, type ReadRow } from './pushTable.ts';

type Cells = Record<string, unknown>;

/** What a row says of its intent; before anything came of it, nothing. */
const STATUS_OF: Record<IntentState, string | null> = {
  waiting: null,
  sending: null,
  unknown: 'Unclear',
  asking: 'Unclear',
  created: 'Posted',
  done: 'Posted',
  refused: 'Problem',
  dropped: null,
};

/** Cells that a row which is not booked shows blank. */
const NOT_BOOKED: Cells = {
  ...{ buildiumId: null, transaction: [], bill: [], actualAmount: null, actualDifference: null },
};

/** Nothing looks at a planned row by itself: what the last preview said stays, however the row is mended. */
const NEXT_STEP = 'Correct this, then preview the row again.';

/** A preview says on the rows what keeps them from being sent, and takes back what no longer holds. */
export async function tellPreview(job: Job, { table, items }: Judged): Promise<void> {
  if (!table) return;
  const rows = items.flatMap((one) =>
    one.rows.flatMap(({ recordId, ours }) => {
      const cells: Cells = {};
      const problems = one.problems.get(recordId) ?? [];
      if (one.existing === null && ours.buildiumId !== null) Object.assign(cells, NOT_BOOKED);
      // The id is ours: cleared or typed over, it is put back.
      const entityId = one.existing?.state === 'done' ? one.existing.entityId : null;
      if (entityId !== null && ours.buildiumId !== entityId) cells['buildiumId'] = entityId;
      const standing = standingOf(one, ours);
      const keptBack = problems.length > 0 ? null : keptBackWords(one);
      const isProblem = problems.length > 0 || keptBack !== null;
      const status = isProblem ? 'Problem' : one.copyOf !== null ? 'Copy' : standing.status;
      const note =
        problems.length > 0
          ? [...problems.map(({ message }) => message), NEXT_STEP].join('\n')
          : (keptBack ??
            (one.copyOf !== null
              ? `Copy of ${one.copyOf}, which is booked already. It starts afresh.`
              : one.strangeId !== null
                ? strangeIdWords(one.strangeId)
                : standing.note));
      if (status !== ours.syncStatus) cells['syncStatus'] = status;
      if (note !== ours.syncNote) cells['syncNote'] = note;
      return Object.keys(cells).length > 0 ? [{ recordId, cells: { ...cells, lastSynced: nowOf(job) } }] : [];
    }),
  );
  const told = await writeCells(job, table, rows);
  // The preview itself is the answer; its echo on the rows is tried again with the next one.
  if (!told.ok) job.log.warn({ kind: told.error.kind }, told.error.message);
}

/** A group is sent whole or not at all: its sound rows say which of the others keep it back. */
function keptBackWords({ item, problems }: JudgedItem): string | null {
  const bad = item.rows.filter(({ recordId }) => (problems.get(recordId) ?? []).length > 0);
  if (bad.length === 0) return null;
  const named = bad.slice(0, 5).map((row) => {
    const [name, amount] = [textOf(row, 'name'), centsOf(row)];
    return [
      name === null ? 'the row' : `"${name}"`,
      ...(amount > 0 ? [`of ${formatCents(amount)}`] : []),
    ].join(' ');
  });
  const more = bad.length > named.length ? ` and ${bad.length - named.length} more` : '';
  return `Not sent, since its group "${item.group ?? ''}" is sent as a whole. Correct ${named.join(', ')}${more}, as the Sync Note there says, then preview the group again.`;
}

/** What somebody has typed into the cell that is ours, in words. */
export function strangeIdWords(id: string): string {
  return `No planned row was booked as ${id}, which stood under Buildium ID: the sync alone fills that cell, and it has been cleared. If this is in Buildium already, set Status to Cancelled: sent, the row is booked as another transaction.`;
}

/** What a row without problems says; what an earlier preview said of it was of other values. */
function standingOf(
  { existing, reversed }: JudgedItem,
  { syncStatus, syncNote }: ReadRow['ours'],
): { status: string | null; note: string | null } {
  if (existing === null) return { status: null, note: null };
  if (existing.state === 'done') return { status: 'Posted', note: reversed };
  // What is on its way tells of itself.
  return { status: syncStatus, note: syncNote };
}

/** What was booked, for the rows that became it. */
export type Booked = {
  shown: ShownTransaction | null;
  airtableRecordId: string | null;
  /** That it was reversed since, and by what. */
  note: string | null;
  /** That it was deleted in Buildium since, in words. */
  gone: string | null;
  /** Rows of which a later push says more: their status and note stay. */
  spokenOf: ReadonlySet<string>;
};

/** Writes how its intent stands on every row of it. */
export async function tellRows(
  job: Job,
  intent: IntentRow,
  state: IntentState,
  message: string,
  booked: Booked | null = null,
): Promise<Result<null, CallFailure | OwnTableFailure>> {
  const table = await plannedTable(job);
  if (!table.ok) return table;
  if (table.value === null) return ok(null);
  const planned = await plannedCents(job, table.value, intent.recordIds);
  if (!planned.ok) return planned;
  const rows = intent.recordIds.map((recordId, index) => ({
    recordId,
    cells: {
      ...(booked?.spokenOf.has(recordId) ? {} : statusCells(intent, state, message, booked)),
      lastSynced: nowOf(job),
      ...(booked ? bookedCells(intent, index, planned.value.get(recordId) ?? null, booked) : {}),
    },
  }));
  return writeCells(job, table.value, rows);
}

function statusCells(
  { action }: IntentRow,
  state: IntentState,
  message: string,
  booked: Booked | null,
): Cells {
  if (booked?.gone) return { syncStatus: 'Problem', syncNote: booked.gone };
  return {
    // A change that is not sent leaves booked what was booked.
    syncStatus: state === 'dropped' && action === 'change' ? 'Posted' : STATUS_OF[state],
    syncNote:
      state === 'created' || state === 'done' || state === 'dropped' ? (booked?.note ?? null) : message,
  };
}

/** Planned against actual, line by line where the transaction has the rows as its lines. */
function bookedCells(
  intent: IntentRow,
  index: number,
  plannedAmount: number | null,
  { shown, airtableRecordId, gone }: Booked,
): Cells {
  const isByLine = shown !== null && shown.lines.length === intent.recordIds.length;
  const actual = isByLine ? (shown.lines[index]?.amountCents ?? null) : (shown?.totalCents ?? null);
  const column = intent.resource === 'bills' ? 'bill' : 'transaction';
  return {
    buildiumId: intent.entityId,
    ...(airtableRecordId === null ? {} : { [column]: [airtableRecordId] }),
    ...(actual === null
      ? gone === null
        ? {}
        : { actualAmount: null, actualDifference: null }
      : {
          actualAmount: dollarsFromCents(actual),
          actualDifference: plannedAmount === null ? null : dollarsFromCents(actual - plannedAmount),
        }),
  };
}

/** The amounts that the rows show now. */
async function plannedCents(
  job: Job,
  table: OpenTable,
  recordIds: readonly string[],
): Promise<Result<Map<string, number>, CallFailure>> {
  const amount = table.fieldIds['amount'];
  if (amount === undefined) return ok(new Map());
  const read = await job.airtable.recordsById(table.tableId, recordIds, [amount], { priority: 'person' });
  if (!read.ok) return read;
  return ok(
    new Map(
      read.value.flatMap((record): [string, number][] => {
        const dollars = record.fields[amount];
        return typeof dollars === 'number' ? [[record.id, Math.round(dollars * 100)]] : [];
      }),
    ),
  );
}

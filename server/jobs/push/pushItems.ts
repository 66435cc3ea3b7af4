import { hash } from 'node:crypto';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { PlannedKind } from '../../../shared/planned/kinds.ts';
import type { CallFailure } from '../../callFailure.ts';
import { intentsOfRows, resultsAmong } from '../../db/intentLists.ts';
import type { IntentRow } from '../../db/intents.ts';
import { onItsLease, type PlannedFacts } from '../../sync/plannedFacts.ts';
import { differs, fieldsOf, type PlannedField } from '../../sync/plannedFields.ts';
import { groupKey, itemsOf, type PlannedItem } from '../../sync/plannedItem.ts';
import { changeRequest, createRequest, type SoundItem } from '../../sync/plannedRequest.ts';
import { postedProblems } from '../../sync/plannedPosted.ts';
import { problem, type PlannedProblem } from '../../sync/plannedRow.ts';
import { problemsOf } from '../../sync/plannedRules.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import type { Job } from '../job.ts';
import type { OpenTable, OwnTableFailure } from '../ownTables/ownTables.ts';
import { alikeOf, NOTHING_ALIKE, type Alike } from './pushDuplicates.ts';
import { factsAround, factsWithShown } from './pushFacts.ts';
import { readShown } from './pushLookUp.ts';
import { forbiddenKinds, permissionProblem } from './pushPermissions.ts';
import { reversalOfBooked, reversedWords } from './pushReversed.ts';
import { refundAddress } from './pushRefund.ts';
import { plannedTable, readRows, type ReadRow } from './pushTable.ts';

/** What would become of an item, decided from what both sides show now. */
export type JudgedItem = {
  item: PlannedItem;
  rows: readonly ReadRow[];
  outcome: 'create' | 'change' | 'unchanged' | 'refused';
  /** Problems of the item's rows, by row. */
  problems: ReadonlyMap<string, readonly PlannedProblem[]>;
  /** Fields of the item's rows, by row. */
  fields: ReadonlyMap<string, readonly PlannedField[]>;
  /** What stands for the item already: on its way, or booked. */
  existing: IntentRow | null;
  /** What it was booked as, where it is to be changed. */
  shown: ShownTransaction | null;
  /** The row whose id this one shows without having been sent: it was copied. */
  copyOf: string | null;
  /** An id that somebody has typed into it: no planned row was booked as that. */
  strangeId: string | null;
  /** What its group was booked as before, or is on its way with: these rows are not added to that. */
  besides: IntentRow | null;
  /** What looks the same and is not this item: it may be a duplicate of that. */
  alike: Alike;
  /** That what it was booked as was reversed since or is about to be, in words. */
  reversed: string | null;
  previewHash: string | null;
};

export type Judged = {
  /** Null where the table was never made. */
  table: OpenTable | null;
  items: readonly JudgedItem[];
  facts: PlannedFacts | null;
};

/** Reads the rows and everything around them, and decides what a push would do. Sends nothing. */
export async function judgeRows(
  job: Job,
  recordIds: readonly string[],
): Promise<Result<Judged, CallFailure | OwnTableFailure>> {
  const table = await plannedTable(job);
  if (!table.ok) return table;
  if (table.value === null) return ok({ table: null, items: [], facts: null });
  const rows = await readRows(job, table.value, recordIds);
  if (!rows.ok) return rows;
  const facts = await factsAround(job, rows.value);
  if (!facts.ok) return facts;
  const intents = await intentsOfRows(
    job.database,
    job.connectionId,
    rows.value.map((row) => row.recordId),
  );
  const created = createdAmong(intents);
  const asked = new Set(recordIds);
  // The rest of a group is read with each row; what of it was booked before is not what is asked about.
  const planned = itemsOf(rows.value, (recordId) => created.get(recordId)?.intentId ?? null).filter((item) =>
    item.rows.some((row) => asked.has(row.recordId)),
  );
  const forbidden = await forbiddenKinds(job, planned, facts.value);
  if (!forbidden.ok) return forbidden;
  const around = { read: rows.value, facts: facts.value, intents, created, forbidden: forbidden.value };
  const items = await judgeAll(job, planned, around);
  return items.ok ? ok({ table: table.value, items: items.value, facts: facts.value }) : items;
}

/** Half of what Buildium takes at once: whoever waits for the rows waits no longer than its limit of calls makes them. */
const AT_ONCE = 4;

/** In the order of the items. Each that is booked costs a call to Buildium, of which some are out together. */
async function judgeAll(
  job: Job,
  planned: readonly PlannedItem[],
  around: Around,
): Promise<Result<JudgedItem[], CallFailure>> {
  const judged = new Map<PlannedItem, JudgedItem>();
  const waiting = [...planned];
  let failure: CallFailure | null = null;
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item && !failure; item = waiting.shift()) {
      const one = await judge(job, item, around);
      if (one.ok) judged.set(item, one.value);
      else failure ??= one.error;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return failure ? err(failure) : ok(planned.flatMap((item) => judged.get(item) ?? []));
}

type Around = {
  read: readonly ReadRow[];
  facts: PlannedFacts;
  intents: readonly IntentRow[];
  /** What booked a row or is about to, by the row. */
  created: ReadonlyMap<string, IntentRow>;
  /** Kinds that the key may not book. */
  forbidden: ReadonlySet<PlannedKind>;
};

type Previewed = (...what: readonly unknown[]) => string;

async function judge(
  job: Job,
  item: PlannedItem,
  { read, facts, intents, created, forbidden }: Around,
): Promise<Result<JudgedItem, CallFailure>> {
  const ids = new Set(item.rows.map((row) => row.recordId));
  const rows = read.filter((row) => ids.has(row.recordId));
  const earlier = intents.filter((intent) => intent.recordIds.some((id) => ids.has(id)));
  const existing = standingAmong(earlier);
  // What was confirmed before is part of what a preview is of: the same edit may come again, and is then another one.
  const previewed = (...what: readonly unknown[]): string =>
    hashOf([earlier.map(({ intentId }) => intentId).sort(), ...what]);
  const base: JudgedItem = {
    ...{ item, rows, existing, shown: null, previewHash: null },
    ...{ outcome: 'refused', problems: new Map(), fields: new Map(), copyOf: null, strangeId: null },
    ...{ reversed: null, besides: null, alike: NOTHING_ALIKE },
  };
  if (existing && existing.state !== 'done') return ok({ ...base, outcome: 'unchanged' });
  if (item.kind && forbidden.has(item.kind)) {
    const missing = permissionProblem(item.kind);
    return ok({ ...base, problems: new Map(item.rows.map((row) => [row.recordId, [missing]])) });
  }
  if (existing) return judgeBooked(job, base, existing, facts, previewed);
  const problems = new Map(problemsOf(item, facts));
  const copied = await copiedFrom(job, rows);
  const [group] = item.rows.map(groupKey);
  const fellow = read.find((row) => group !== null && groupKey(row) === group && created.has(row.recordId));
  const fresh = { ...base, ...copied, besides: (fellow && created.get(fellow.recordId)) ?? null };
  const sound = soundItem(item);
  if (sound?.kind === 'leaseRefund' && hasNone(problems)) {
    const address = await refundAddress(job, createRequest(sound, facts, '').addressOfTenant);
    if (!address.ok) return address;
    if (address.value === null) addToAll(problems, problem('payee', 'address', ADDRESS_MISSING));
  }
  if (!sound || !hasNone(problems)) return ok({ ...fresh, problems });
  const fields = new Map(item.rows.map((row) => [row.recordId, fieldsOf(sound, row, facts, null)]));
  const { path, body, addressOfTenant } = createRequest(sound, facts, '');
  const alike = await alikeOf(job, item, facts);
  // Whoever has seen no duplicate is asked anew where one was booked or sent since.
  const likes = alike.booked.length + alike.onTheirWay;
  const previewHash = previewed('create', [...ids], path, body, addressOfTenant, likes);
  return ok({ ...fresh, outcome: 'create', problems, fields, alike, previewHash });
}

/** What booked each row or is about to. */
function createdAmong(intents: readonly IntentRow[]): Map<string, IntentRow> {
  const created = intents.filter(({ action, state }) => action === 'create' && !ENDED.includes(state));
  return new Map(
    created.flatMap((intent) => intent.recordIds.map((recordId) => [recordId, intent] as const)),
  );
}

/** Nothing came of these. */
const ENDED: readonly IntentRow['state'][] = ['refused', 'dropped'];

/** What stands for the rows: what is on its way, else what they became last. */
function standingAmong(intents: readonly IntentRow[]): IntentRow | null {
  const standing = intents.filter(({ state }) => !ENDED.includes(state));
  return standing.find(({ state }) => state !== 'done') ?? standing[0] ?? null;
}

const ADDRESS_MISSING =
  'The tenant has no complete address in Buildium (street, postal code and country), and the refund check needs one. Complete it there, or under Tenants.';

/** A row that was booked before: it stands as it is, or its transaction is to be changed. */
async function judgeBooked(
  job: Job,
  standing: JudgedItem,
  existing: IntentRow,
  facts: PlannedFacts,
  previewed: Previewed,
): Promise<Result<JudgedItem, CallFailure>> {
  const reversal = await reversalOfBooked(job, existing);
  const read = await readShown(job, existing.resource, existing.entityId ?? '');
  if (!read.ok) return read;
  const shown = read.value;
  const named = shown === null ? facts : await factsWithShown(job, facts, shown);
  const item = shown === null ? standing.item : onItsLease(standing.item, shown, named);
  const base = { ...standing, item, reversed: reversal && reversedWords(job, reversal) };
  const booked = postedProblems(item, existing, shown);
  const sound = soundItem(item);
  if (!shown || !sound || booked.length > 0) {
    const problems = new Map(item.rows.map((row) => [row.recordId, booked]));
    return ok({ ...base, shown, problems });
  }
  const fields = new Map(
    item.rows.map((row) => [row.recordId, fieldsOf(sound, row, named, { shown, sent: existing.body })]),
  );
  const changed = [...fields.values()].flat().filter(differs);
  if (changed.length === 0) return ok({ ...base, outcome: 'unchanged', shown, fields });
  if (base.reversed !== null) {
    const one = problem('', 'reversed', `It was booked as ${existing.entityId ?? ''}. ${base.reversed}`);
    const problems = new Map(item.rows.map((row) => [row.recordId, [one]]));
    return ok({ ...base, shown, fields, problems });
  }
  const problems = new Map(problemsOf(item, named, shown));
  const unchangeable = postedProblems(item, existing, shown, changed);
  if (unchangeable.length > 0) for (const one of unchangeable) addToAll(problems, one);
  if (!hasNone(problems)) return ok({ ...base, shown, fields, problems });
  const { path, body } = changeRequest(sound, named, '', shown);
  const ids = item.rows.map((row) => row.recordId);
  const previewHash = previewed('change', ids, path, body, digestOfShown(shown));
  return ok({ ...base, outcome: 'change', shown, fields, problems, previewHash });
}

/** An id in a row that was never sent came with a copy: it is the id of another row's transaction. */
async function copiedFrom(
  job: Job,
  rows: readonly ReadRow[],
): Promise<Pick<JudgedItem, 'copyOf' | 'strangeId'>> {
  const shownIds = rows.flatMap((row) => row.ours.buildiumId ?? []);
  const copyOf = (recordId: string | null) => ({ copyOf: recordId, strangeId: null });
  if (shownIds.length === 0) return copyOf(null);
  for (const resource of ['transactions', 'bills']) {
    const results = await resultsAmong(job.database, job.connectionId, resource, shownIds);
    const [first] = [...results.values()];
    if (first) return copyOf(first.recordIds[0] ?? null);
  }
  return { copyOf: null, strangeId: shownIds[0] ?? null };
}

function soundItem(item: PlannedItem): SoundItem | null {
  return item.kind === null ? null : { ...item, kind: item.kind };
}

function hasNone(problems: ReadonlyMap<string, readonly PlannedProblem[]>): boolean {
  return [...problems.values()].every((some) => some.length === 0);
}

function addToAll(problems: Map<string, PlannedProblem[]>, one: PlannedProblem): void {
  for (const [recordId, some] of problems) problems.set(recordId, [...some, one]);
}

/** What Buildium shows of it in one line: a change is sent only as long as this stands. */
export function digestOfShown(shown: ShownTransaction): string {
  return hashOf(shown);
}

function hashOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url').slice(0, 22);
}

/** The item of a row, in what was judged. */
export function judgedOf({ items }: Judged, recordId: string): JudgedItem | null {
  return items.find(({ item }) => item.rows.some((row) => row.recordId === recordId)) ?? null;
}

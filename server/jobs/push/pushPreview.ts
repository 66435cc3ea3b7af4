import type { PushPreview, PushPreviewRecord, PushWarning } from '../../../shared/api/push.ts';
import { addMonths } from '../../../shared/dates.ts';
import { formatCents } from '../../../shared/money.ts';
import { INTENT_KINDS, PLANNED_KINDS } from '../../../shared/planned/kinds.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { IntentRow } from '../../db/intents.ts';
import { propertyIdsOf, type PlannedFacts } from '../../sync/plannedFacts.ts';
import { totalOf, type PlannedItem } from '../../sync/plannedItem.ts';
import { centsOf, kindOf, problem, textOf } from '../../sync/plannedRow.ts';
import { differs, leftOut } from '../../sync/plannedFields.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { duplicatesOf } from './pushDuplicates.ts';
import { judgedOf, judgeRows, type Judged, type JudgedItem } from './pushItems.ts';
import { strangeIdWords, tellPreview } from './pushTell.ts';

/**
 * What a push of these rows would do, in words and field by field. Nothing goes to Buildium; what keeps a row from
 * being sent is also written on the row itself.
 */
export async function previewPush(
  job: Job,
  recordIds: readonly string[],
): Promise<Result<PushPreview, CallFailure | OwnTableFailure>> {
  const judged = await judgeRows(job, recordIds);
  if (!judged.ok) return judged;
  const missing = recordIds.filter((id) => judgedOf(judged.value, id) === null);
  const warnings = new Map<JudgedItem, PushWarning[]>();
  for (const one of judged.value.items) warnings.set(one, await warningsOf(job, judged.value, one));
  await tellPreview(job, judged.value);
  // In the order asked for; the other rows of a group come with its first.
  const asked = new Set(recordIds.flatMap((id) => judgedOf(judged.value, id) ?? []));
  const records = [...asked].flatMap((one) =>
    one.rows.map((row) => recordOf(one, row.recordId, warnings.get(one) ?? [])),
  );
  return ok({
    records: [...records, ...missing.map((id) => unknownRow(id, judged.value.table === null))],
    ...totalsOf(judged.value.items),
    refused: records.filter(({ outcome }) => outcome === 'refused').length + missing.length,
  });
}

function recordOf(one: JudgedItem, recordId: string, warnings: PushWarning[]): PushPreviewRecord {
  const row = one.item.rows.find((candidate) => candidate.recordId === recordId);
  const kind = row ? kindOf(row) : null;
  return {
    recordId,
    outcome: one.outcome,
    kind,
    kindLabel: kind ? PLANNED_KINDS[kind] : '',
    summary: summaryOf(one),
    group: one.item.group,
    withRecordIds: one.item.rows.map((member) => member.recordId),
    amountCents: row ? centsOf(row) : 0,
    fields: [...(one.fields.get(recordId) ?? [])],
    problems: [...(one.problems.get(recordId) ?? [])],
    warnings,
    previewHash: one.previewHash,
  };
}

/** What an item comes to, in one sentence. */
export function summaryOf(one: JudgedItem): string {
  const { item, outcome, existing } = one;
  const [row] = item.rows;
  const label = item.kind ? PLANNED_KINDS[item.kind].toLowerCase() : 'transaction';
  const lines = item.rows.length > 1 ? ` with ${item.rows.length} lines` : '';
  const what = `a ${label} of ${formatCents(totalOf(item))}${lines} on ${(row && textOf(row, 'date')) ?? 'no day'}`;
  switch (outcome) {
    case 'create':
      return `Would book ${what}.`;
    case 'change': {
      const columns = [...one.fields.values()]
        .flat()
        .filter(differs)
        .map(({ column }) => column);
      return `Would change ${[...new Set(columns)].join(', ')} of ${label} ${existing?.entityId ?? ''}.`;
    }
    case 'unchanged': {
      if (existing && existing.state !== 'done') return `Is on its way already: ${existing.message}`;
      const booked = `booked as ${label} ${existing?.entityId ?? ''}`;
      return one.reversed === null ? `Is ${booked}; nothing differs.` : `Was ${booked}. ${one.reversed}`;
    }
    case 'refused': {
      const [first, ...others] = [
        ...new Set([...one.problems.values()].flat().map(({ message }) => message)),
      ];
      const more = others.length === 0 ? '' : ` And ${others.length} more under problems.`;
      return `Cannot be sent: ${first ?? 'see its problems.'}${more}`;
    }
  }
}

async function warningsOf(job: Job, judged: Judged, one: JudgedItem): Promise<PushWarning[]> {
  const { item, outcome, copyOf, strangeId } = one;
  if (outcome === 'unchanged' || item.kind === null) return [];
  const warnings: PushWarning[] = [];
  const warn = (rule: PushWarning['rule'], message: string): void =>
    void warnings.push({ rule, message, duplicates: [] });
  if (copyOf !== null)
    warn(
      'copy',
      `This row is a copy of one that is booked already (${copyOf}). It starts afresh: sent, it is booked as another transaction.`,
    );
  else if (strangeId !== null) warn('strangeId', strangeIdWords(strangeId));
  else if (one.besides !== null) warn('bookedGroup', besidesWords(one.besides, item));
  if (judged.facts?.lock === null)
    warn(
      'lockUnknown',
      "The key may not read Buildium's lock date (Administration > Application Settings, View): a locked day is refused only when it is sent.",
    );
  if (outcome === 'create' && item.kind === 'leasePayment' && item.rows[0]?.values['sendReceipt'] === true)
    warn('receipt', 'Buildium will mail the tenant a receipt, since Send Receipt is ticked.');
  const notSent = outcome === 'refused' ? [] : leftOut({ ...item, kind: item.kind });
  if (notSent.length > 0)
    warn(
      'leftOut',
      `Not sent, since a ${PLANNED_KINDS[item.kind].toLowerCase()} has none in Buildium: ${notSent.join(', ')}.`,
    );
  if (outcome !== 'refused') {
    for (const message of farDays(job, one)) warn('farDay', message);
    for (const name of inactiveProperties(item, judged.facts))
      warn(
        'inactiveProperty',
        `The property "${name}" is inactive in Buildium. Send it only if it is meant so.`,
      );
  }
  if (outcome === 'create') {
    const duplicates = await duplicatesOf(job, judged, one);
    if (duplicates) warnings.push(duplicates);
  }
  return warnings;
}

/** Days so far from today that a year may be mistyped; of a change those that it changes. */
function farDays(job: Job, { fields }: JudgedItem): string[] {
  const today = todayIn(job);
  const [earliest, latest] = [addMonths(today, -12), addMonths(today, 12)];
  const far = [...fields.values()]
    .flat()
    .filter((field) => field.kind === 'date' && differs(field))
    .flatMap(({ column, after }) =>
      typeof after === 'string' && (after < earliest || after > latest) ? [`${column} is ${after}`] : [],
    );
  return [...new Set(far)].map(
    (what) => `${what}, more than a year from today. Send it only if the year is meant so.`,
  );
}

function inactiveProperties(item: PlannedItem, facts: PlannedFacts | null): string[] {
  if (facts === null) return [];
  const properties = propertyIdsOf(item, facts).flatMap((id) => facts.properties.get(id) ?? []);
  return properties.filter(({ isActive }) => !isActive).map(({ name }) => name);
}

function besidesWords(
  { kind, entityId, recordIds }: IntentRow,
  { group, rows }: Pick<PlannedItem, 'group' | 'rows'>,
): string {
  const label = INTENT_KINDS[kind].toLowerCase();
  const stands =
    entityId === null ? `is on its way as a ${label}` : `is booked already as ${label} ${entityId}`;
  const these = rows.length === 1 ? 'This row is' : `These ${rows.length} rows are`;
  return `The group "${group ?? ''}" ${stands} with ${recordIds.length} rows. ${these} not added to it: sent, it is another ${label}.`;
}

function totalsOf(items: readonly JudgedItem[]): Pick<PushPreview, 'totals' | 'totalCents'> {
  const going = items.filter(({ outcome }) => outcome === 'create' || outcome === 'change');
  const byKind = Map.groupBy(going, ({ item, outcome }) => `${item.kind} ${outcome}`);
  const totals = [...byKind.values()].flatMap((some) => {
    const [first] = some;
    if (!first?.item.kind) return [];
    const amountCents = some.reduce((sum, { item }) => sum + totalOf(item), 0);
    const { kind } = first.item;
    const outcome = first.outcome === 'change' ? ('change' as const) : ('create' as const);
    return [{ kind, kindLabel: PLANNED_KINDS[kind], outcome, transactions: some.length, amountCents }];
  });
  return { totals, totalCents: totals.reduce((sum, { amountCents }) => sum + amountCents, 0) };
}

function unknownRow(recordId: string, isTableMissing: boolean): PushPreviewRecord {
  const message = isTableMissing
    ? 'This base has no table Planned Transactions yet. Run "npm run cli -- repair" to make it.'
    : `There is no row ${recordId} in Planned Transactions. It was deleted, or it is of another table.`;
  const nothing = { group: null, withRecordIds: [recordId], amountCents: 0, fields: [], warnings: [] };
  return {
    ...{ recordId, outcome: 'refused', kind: null, kindLabel: '', ...nothing, previewHash: null },
    ...{ summary: `Cannot be sent: ${message}`, problems: [problem('', 'unknownRow', message)] },
  };
}

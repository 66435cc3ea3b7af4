import { INTENT_KINDS, type IntentKind, type PlannedKind } from '../../shared/planned/kinds.ts';
import type { PlannedField } from './plannedFields.ts';
import type { PlannedItem } from './plannedItem.ts';
import { CHANGEABLE_KINDS } from './plannedRequest.ts';
import { problem, type PlannedProblem } from './plannedRow.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** How the kinds that Buildium's API cannot change are undone. */
const UNDONE_BY: Partial<Record<PlannedKind, string>> = {
  leaseCredit: 'Charge the tenant the same amount, or void the credit in Buildium',
  leaseRefund: 'Void the refund in Buildium',
};

type Named = { kind: IntentKind; entityId: string | null };

function nameOf({ kind, entityId }: Named): string {
  return `${INTENT_KINDS[kind].toLowerCase()} ${entityId ?? ''}`;
}

/** What a booked row says once nothing of it is in Buildium any more. */
export function goneWords(booked: Named): string {
  return `It was booked as ${nameOf(booked)}, which is gone from Buildium. Copy the row to book it again.`;
}

/** A lease transaction stays on its lease; Buildium has no way to move it. */
const FIXED = ['lease'];

/**
 * Why a booked item cannot be brought up to its rows.
 * @param changed the fields that differ, once they are known.
 */
export function postedProblems(
  item: PlannedItem,
  booked: Named & { recordIds: readonly string[] },
  shown: ShownTransaction | null,
  changed: readonly PlannedField[] = [],
): PlannedProblem[] {
  const what = nameOf(booked);
  if (!shown) return [problem('', 'gone', goneWords(booked))];
  if (item.kind !== booked.kind)
    return [
      problem(
        'kind',
        'booked',
        `It is booked as ${what}. Set Kind back, and copy the row for something else.`,
      ),
    ];
  const ids = item.rows.map((row) => row.recordId);
  if (ids.length !== booked.recordIds.length || !booked.recordIds.every((id) => ids.includes(id)))
    return [
      problem(
        'group',
        'booked',
        `It is booked as ${what} with ${booked.recordIds.length} rows, of which the group has ${ids.length} now. Bring the others back into the group, or change the lines in Buildium.`,
      ),
    ];
  if (shown.lines.length !== item.rows.length)
    return [
      problem('', 'lines', `The ${what} has ${shown.lines.length} lines in Buildium now. Change it there.`),
    ];
  if (changed.length === 0) return [];
  const fixed = changed.filter(({ key }) => FIXED.includes(key));
  if (fixed.length > 0)
    return fixed.map(({ key }) =>
      problem(
        key,
        'fixed',
        `The ${what} cannot be moved. Undo it in Buildium, and copy the row for the other lease.`,
      ),
    );
  if (CHANGEABLE_KINDS.includes(item.kind)) return [];
  const undo = UNDONE_BY[item.kind] ?? 'Undo it in Buildium';
  const [first] = changed;
  return [
    problem(
      first?.key ?? '',
      'unchangeable',
      `Buildium's API cannot change the ${what}. ${undo}, and copy the row to book it anew.`,
    ),
  ];
}

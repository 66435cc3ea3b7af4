import { isBlank } from '../../../shared/resources/values.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import type { LinkRow } from '../../db/links.ts';
import type { Entity } from '../../sync/entity.ts';
import type { LinkView } from '../../sync/plan.ts';
import type { RowLook } from '../lookAtAirtable.ts';
import type { PersonalVault } from '../personalVault.ts';
import { syncedOf } from '../synced.ts';
import { valuesOf } from './conflictView.ts';

type Conflicts = { conflicts: readonly ConflictRow[]; vault: PersonalVault | null };

/** The value that a person typed into a column which was deleted since is in the conflict over it, and nowhere else. */
export function keptOf({ conflicts, vault }: Conflicts, { view }: RowLook): Entity {
  if (view.kind === 'absent') return {};
  const gone = conflicts.flatMap((row) => {
    const value = row.airtableGone ? valuesOf(row, vault)?.airtable : null;
    const isFilled = view.kind === 'present' && !isBlank(view.entity[row.fieldKey] ?? null);
    return value == null || isFilled ? [] : [[row.fieldKey, value] as const];
  });
  return Object.fromEntries(gone);
}

/**
 * What each field was last agreed on. Of a cell that was deleted nothing is remembered: the conflict over what was typed
 * there has it. Without it a blank in Buildium would give way, as where nothing was ever agreed.
 */
export function ancestorsOf({
  link,
  kept,
  conflicts,
  vault,
}: Conflicts & { link: LinkRow; kept: Entity }): LinkView['synced'] {
  const ofKept = conflicts.flatMap((row) => {
    const synced = row.fieldKey in kept ? valuesOf(row, vault)?.synced : null;
    return synced ? [[row.fieldKey, synced] as const] : [];
  });
  const synced = syncedOf(link, vault);
  return ofKept.length === 0 ? synced : { ...Object.fromEntries(ofKept), ...synced };
}

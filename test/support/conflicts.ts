import type { FoundConflict } from '../../server/db/conflictsFound.ts';
import type { LinkRow } from '../../server/db/links.ts';

/** A lease's last day that was settled for Buildium's value. */
export function settledEnd(conflictId: string, entityId: string): FoundConflict {
  return {
    ...{ ...UNDECIDED, conflictId, resource: 'leases', entityId, fieldKey: 'to', why: 'Both were changed.' },
    ...{ shown: { buildium: '2027-01-31', airtable: '2027-02-28', synced: null }, shownSealed: null },
    ...{ buildiumDigest: 'b2', airtableDigest: 'a2', decision: 'buildium', decidedBy: 'person' },
  };
}

/** The lease's pair, agreed on what was decided. */
export function settledLink(entityId: string): LinkRow {
  return {
    ...{
      resource: 'leases',
      entityId,
      airtableRecordId: `rec${entityId}`,
      standing: 'linked',
      parentId: null,
    },
    ...{ syncedBuildium: { to: '2027-01-31' }, syncedAirtable: null, syncedSealed: null, buildiumHash: null },
    ...{ status: null, note: null, entityDate: null, lookedGeneration: 0 },
  };
}

/** The rest of a conflict of which nothing more is known and that nobody has decided. */
export const UNDECIDED = {
  kind: 'bothMoved',
  ...{ buildiumChangedAt: null, airtableChangedAt: null, airtableChangedBy: null, stakesCents: null },
  ...{ decision: null, decidedValue: null, decidedSealed: null, decidedBy: null, policy: null },
} as const satisfies Partial<FoundConflict>;

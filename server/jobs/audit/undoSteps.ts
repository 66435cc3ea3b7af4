import { formatCents } from '../../../shared/money.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { isResourceName, resourceNamed } from '../../../shared/resources/index.ts';
import { sameValue, type FieldValue } from '../../../shared/resources/values.ts';
import type { RunAudit } from '../../db/audit.ts';
import { liveConflicts, type ConflictRow } from '../../db/conflicts.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import type { UndoneState } from '../../db/undone.ts';
import { isWritable } from '../carryOver.ts';
import type { Job } from '../job.ts';
import type { LockDates } from '../money/lockDates.ts';
import { columnOf } from '../losses/lossWords.ts';
import { isPaused } from '../conflicts/conflictPlace.ts';
import { openVault, type PersonalVault } from '../personalVault.ts';
import { hasPersonalFields, syncedOf, type Change } from '../synced.ts';

export type UndoField = {
  key: string;
  column: string;
  now: FieldValue;
  then: FieldValue;
  /** Contact data: brought back without being shown. */
  isHidden: boolean;
};

/** One thing that a run has done, and how it can be undone. */
export type UndoStep = {
  stepId: string;
  resource: string;
  entityId: string;
  airtableRecordId: string | null;
  what: 'fields' | 'reversal' | 'withdrawal' | 'notYet' | 'byHand';
  sentence: string;
  fields: UndoField[];
  amountCents: number | null;
};

/** Where a person finds it in Buildium. */
const PLACES: Readonly<Record<string, string>> = {
  properties: 'Rentals > Properties',
  units: 'Rentals > Properties > Units',
  leases: 'Leasing > Rent roll',
  tenants: 'People > Tenants',
  owners: 'People > Rental owners',
  vendors: 'People > Vendors',
  bills: 'Accounting > Bills',
  billPayments: 'Accounting > Bills',
  transactions: 'Accounting > General ledger',
  glAccounts: 'Settings > Chart of accounts',
  bankAccounts: 'Accounting > Banking',
};

export function placeOf(resource: string): string {
  return PLACES[resourceNamed(resource).partOf ?? resource] ?? 'Buildium';
}

/** Actions of the audit that say which values stood before. */
const FIELD_ACTIONS: readonly RunAudit['action'][] = ['rowUpdated', 'buildiumUpdated'];

/** What a run has done to entities and their rows, as steps of its undo. */
export async function entitySteps(
  job: Job,
  audit: readonly RunAudit[],
  undone: readonly UndoneState[],
  locks: LockDates | null,
): Promise<UndoStep[]> {
  const steps: UndoStep[] = [];
  const byResource = Map.groupBy(audit, (row) => row.resource ?? '');
  for (const [name, rows] of byResource) {
    if (!isResourceName(name)) continue;
    const resource = resourceNamed(name);
    const ids = [...new Set(rows.map((row) => row.entityId ?? ''))].sort();
    const links = await linksByEntity(job.database, job.connectionId, name, ids);
    const vault = hasPersonalFields(resource) ? await openVault(job, job.database, name, ids) : null;
    const live = await liveConflicts(job.database, job.connectionId, name, ids);
    const byEntity = Map.groupBy(rows, (row) => row.entityId ?? '');
    const isUndone = (entityId: string, key: string): boolean =>
      undone.some(
        (one) =>
          one.resource === name &&
          one.entityId === entityId &&
          one.fieldKey === key &&
          one.state !== 'failed',
      );
    for (const id of ids) {
      const conflicts = live.filter(({ entityId }) => entityId === id);
      const about = { job, resource, entityId: id, link: links.get(id) ?? null, vault, locks, conflicts };
      steps.push(...stepsOf(about, byEntity.get(id) ?? [], (key) => isUndone(id, key)));
    }
  }
  return steps;
}

type About = {
  job: Job;
  resource: AnyResource;
  entityId: string;
  link: LinkRow | null;
  vault: PersonalVault | null;
  locks: LockDates | null;
  /** Conflicts that hold a field of it now. */
  conflicts: readonly ConflictRow[];
};

function stepsOf(about: About, rows: readonly RunAudit[], isUndone: (key: string) => boolean): UndoStep[] {
  const { resource, entityId, link } = about;
  const named = `${resource.label.one} ${entityId}`;
  const base = {
    ...{ resource: resource.name, entityId, airtableRecordId: link?.airtableRecordId ?? null },
    ...{ fields: [], amountCents: null },
  };
  const byHand = (part: string, sentence: string): UndoStep => ({
    ...base,
    ...{ stepId: `${resource.name} ${entityId} ${part}`, what: 'byHand', sentence },
  });
  const steps: UndoStep[] = [];
  if (rows.some(({ action }) => action === 'rowCreated' || action === 'rowAdopted')) {
    const way = 'The sync removes no rows: detach it, and delete it in Airtable if nobody needs it.';
    steps.push(byHand('created', `A row was made for ${named}. ${way}`));
  }
  if (rows.some(({ action }) => action === 'markedDeleted'))
    steps.push(byHand('gone', `The row of ${named} was marked as deleted, since Buildium has it no more.`));
  const wanted: UndoField[] = [];
  for (const [key, change] of changesOf(about, rows)) {
    if (isUndone(key)) continue;
    const column = columnOf(resource, key);
    const obstacle = obstacleOf(about, key, change);
    if (obstacle === null) wanted.push(fieldOf(about, key, change));
    else steps.push(byHand(key, `${column} of ${named}: ${obstacle}`));
  }
  if (rows.some(({ changesSealed }) => changesSealed !== null && isUnreadable(about, changesSealed)))
    steps.push(byHand('forgotten', `The contact data of ${named} was forgotten: nobody can bring it back.`));
  const columns = wanted.map(({ column }) => column).join(', ');
  const sentence = `${columns} of ${named} ${wanted.length === 1 ? 'goes' : 'go'} back to what stood there before, on both sides.`;
  const stepId = `${resource.name} ${entityId}`;
  return wanted.length > 0
    ? [{ ...base, stepId, what: 'fields', sentence, fields: wanted }, ...steps]
    : steps;
}

/** What each field showed before the run and after it; Buildium's own change counts where both sides were written. */
function changesOf({ vault, entityId }: About, rows: readonly RunAudit[]): Map<string, Change> {
  const found = new Map<string, Change>();
  for (const action of FIELD_ACTIONS) {
    const own = new Map<string, Change>();
    for (const row of rows.filter((candidate) => candidate.action === action)) {
      const sealed = openedChanges(vault, entityId, row.changesSealed);
      for (const [key, change] of Object.entries({ ...(row.changes as Changes), ...sealed })) {
        const first = own.get(key);
        // Over several changes of a field, the oldest value is the one to bring back.
        own.set(key, first && 'before' in first ? { ...change, before: first.before ?? null } : change);
      }
    }
    for (const [key, change] of own) if ('before' in change) found.set(key, change);
  }
  return found;
}

type Changes = Record<string, Change>;

/** None where the person was forgotten. */
function openedChanges(vault: PersonalVault | null, entityId: string, sealed: string | null): Changes {
  const opened = sealed === null ? null : vault?.open(entityId, sealed);
  return (opened ?? {}) as Changes;
}

function isUnreadable({ vault, entityId }: About, sealed: string): boolean {
  return (vault?.open(entityId, sealed) ?? null) === null;
}

/** Why a field cannot be brought back by the sync, and what to do instead; null where it can. */
function obstacleOf(about: About, key: string, { before, after }: Change): string | null {
  const { job, resource, link, vault, entityId, conflicts } = about;
  const field = resource.fields.find((candidate) => candidate.key === key);
  const isHidden = field?.personal === true;
  const shown = (value: FieldValue | undefined): string =>
    isHidden ? 'its earlier value' : words(field?.kind, value ?? null);
  if (link?.standing === 'detached')
    return 'its row was taken out of the sync. Attach it first; both sides are compared then, and this undo can be previewed again.';
  if (link?.standing !== 'linked') return 'it has no row that is synced any more.';
  if (isPaused(link)) return 'its row is paused. Untick its pause box first, then preview this undo again.';
  const conflict = conflicts.find(({ fieldKey }) => fieldKey === key);
  if (conflict) return heldWords(conflict, shown(before));
  const synced = syncedOf(link, vault)[key];
  const isAsLeft =
    synced !== undefined &&
    (sameValue(synced.buildium, after ?? null) || sameValue(synced.airtable, after ?? null));
  if (!isAsLeft) return 'it has been changed since, and is left as it is now.';
  if (!isWritable(job, resource, key)) {
    const why = job.settings.twoWay ? 'it comes from Buildium alone' : 'edits do not flow to Buildium here';
    return `${why}. To have ${shown(before)} again, change it in Buildium (${placeOf(resource.name)} > ${entityId}).`;
  }
  const lock = lockOf(about);
  return lock === null
    ? null
    : `the books are locked up to ${lock}. Open the period in Buildium first, or correct it in an open one.`;
}

/** What a conflict holds is for the person who settles it: nothing is decided over their head. */
function heldWords({ state }: ConflictRow, earlier: string): string {
  return state === 'open'
    ? `both sides have changed it apart since, and the conflict is open. Settle it first, under Conflicts in the extension: ${earlier} can be typed there as the value for both sides.`
    : 'what was decided in its conflict is being carried out. Preview the undo again once that is done.';
}

/** The lock that an entity's day lies behind, where it has a day at all. */
function lockOf({ link, locks }: About): string | null {
  const day = link?.entityDate ?? null;
  if (day === null || locks === null) return null;
  const own = lockOfProperties(locks, propertyIdsOf(link));
  return own !== null && day <= own ? own : null;
}

/** The property that an entity belongs to, or those that its lines are booked on. */
function propertyIdsOf(link: LinkRow | null): string[] {
  return ['property', 'properties'].flatMap((key) => {
    const ids = link?.syncedBuildium[key];
    return Array.isArray(ids) ? ids.map(String) : [];
  });
}

/** The latest day through which one of the properties is closed. */
function lockOfProperties(locks: LockDates, propertyIds: readonly string[]): string | null {
  const days = propertyIds.map((id) => lockOfProperty(locks, id)).filter((day) => day !== null);
  return propertyIds.length === 0 ? locks.all : (days.toSorted().at(-1) ?? null);
}

export function lockOfProperty(locks: LockDates, propertyId: string): string | null {
  const own = locks.properties.find((one) => String(one.propertyId) === propertyId);
  return own?.lockDate ?? locks.all;
}

function fieldOf({ resource, link, vault }: About, key: string, { before, after }: Change): UndoField {
  const field = resource.fields.find((candidate) => candidate.key === key);
  const synced = link ? syncedOf(link, vault)[key] : undefined;
  return {
    ...{ key, column: columnOf(resource, key), isHidden: field?.personal === true },
    ...{ now: synced?.buildium ?? after ?? null, then: before ?? null },
  };
}

function words(kind: string | undefined, value: FieldValue): string {
  if (value === null || value === '') return 'a blank';
  return kind === 'money' && typeof value === 'number' ? formatCents(value) : `"${String(value)}"`;
}

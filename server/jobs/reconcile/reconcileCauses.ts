import { capital } from '../../../shared/sentence.ts';
import type { Cause, Repair } from '../../../shared/api/reconciliation.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { sameValue } from '../../../shared/resources/values.ts';
import type { LinkRow } from '../../db/links.ts';
import type { MarkEvidence } from '../../db/reconciliationEvidence.ts';
import type { DiscrepancyRow } from '../../db/reconciliationParts.ts';
import type { LinkView } from '../../sync/plan.ts';
import type { TableMapping } from '../baseMapping.ts';
import type { Pair } from './reconcileCompare.ts';
import { APPROVAL } from '../settlement.ts';

/** What our own tables know of a record that stands apart: never part of the comparison, only of the guess why. */
export type Evidence = {
  resource: AnyResource;
  pair: Pair;
  table: TableMapping;
  /** Of the entity, or of the one that it lies in. */
  mark: MarkEvidence | null;
  conflicted: ReadonlySet<string>;
  link: LinkRow | null;
  synced: LinkView['synced'];
  writable(key: string): boolean;
};

export type Finding = Pick<DiscrepancyRow, 'kind' | 'cause' | 'explanation' | 'repair'>;

/** @returns null when the record matches: equal in every field and free to go on. */
export function findingOf(evidence: Evidence): Finding | null {
  const kind = kindOf(evidence);
  if (kind === null) return null;
  const known = heldCause(evidence) ?? likelyCause(evidence, kind);
  return { kind, ...known };
}

function kindOf({ pair, mark, conflicted }: Evidence): DiscrepancyRow['kind'] | null {
  if (!pair.row) return 'noRow';
  if (!pair.buildium) return 'notInBuildium';
  if (pair.differences.length > 0) return 'differs';
  const isHeld = isHeldBack(mark) || conflicted.size > 0 || pair.buildium.problems.length > 0;
  return isHeld ? 'held' : null;
}

/** A mark alone is work under way; one that says why it cannot go on holds its entity. */
export function isHeldBack(mark: MarkEvidence | null): boolean {
  return mark !== null && (mark.parkedAt !== null || mark.waitingForId !== null || mark.problem !== null);
}

type Known = { cause: Cause; explanation: string; repair: Repair };

/** What the sync itself says about the record. */
function heldCause({ resource, pair, table, mark, conflicted, link }: Evidence): Known | null {
  const name = `${resource.label.one} ${pair.entityId}`;
  if (table.problem !== null) return known('tableProblem', 'person', table.problem);
  if (conflicted.size > 0) {
    const columns = resource.fields.filter(({ key }) => conflicted.has(key)).map(({ column }) => column);
    const explanation = `Both sides changed ${columns.join(', ')} of ${name} apart. Choose a side under Conflicts.`;
    return known('conflict', 'person', explanation);
  }
  if (mark?.parkedAt) {
    const reason = mark.problem ?? 'It was refused repeatedly.';
    return known('parked', 'redrive', `Given up: ${reason} Mend what it says, then try again.`);
  }
  if (mark?.waitingForResource === APPROVAL) {
    const explanation = `${mark.problem ?? `${capital(name)} waits for a decision.`} Decide it where it is asked.`;
    return known('held', 'person', explanation);
  }
  if (link?.status === 'Paused')
    return known(
      'held',
      'person',
      `${capital(name)} is paused by a person. Resume it to bring it up to date.`,
    );
  if (mark?.waitingForId) {
    const explanation = mark.problem ?? `Waits for ${mark.waitingForResource ?? '?'} ${mark.waitingForId}.`;
    return known('waiting', 'look', `${explanation} It follows by itself.`);
  }
  if (mark?.problem && !pair.row && link?.airtableRecordId) return known('deletedRow', 'look', mark.problem);
  if (mark?.problem) return known('retrying', 'look', `${mark.problem} It is tried again by itself.`);
  if (mark) {
    const explanation = `${capital(name)} was marked at ${mark.since} and has not been looked at yet. It follows by itself.`;
    return known('queued', 'look', explanation);
  }
  const [problem] = pair.buildium?.problems ?? [];
  if (problem) return known('held', 'person', `In Buildium: ${problem.message}. Correct it there.`);
  if (link?.status === 'Problem' && link.note !== null) return known('held', 'person', link.note);
  return null;
}

/** What most likely happened, from what the two were last agreed on. */
function likelyCause(evidence: Evidence, kind: DiscrepancyRow['kind']): Known {
  const name = `${evidence.resource.label.one} ${evidence.pair.entityId}`;
  switch (kind) {
    case 'noRow':
      return causeOfMissingRow(evidence, name);
    case 'notInBuildium':
      return causeOfStrayRow(evidence, name);
    case 'differs':
      return causeOfDifference(evidence, name);
    case 'held':
      return known('unknown', 'look', `${capital(name)} is held for a reason that has gone. Look again.`);
  }
}

function causeOfMissingRow({ link }: Evidence, name: string): Known {
  if (link?.standing === 'outsideWindow') {
    const explanation = `${capital(name)} was too old to stand in Airtable when it was last looked at, and is no longer. Repair brings it.`;
    return known('outsideWindow', 'look', explanation);
  }
  if (link?.airtableRecordId && link.standing === 'linked') {
    const explanation = `The row of ${name} was deleted in Airtable and that was not heard. Repair makes it again.`;
    return known('deletedRow', 'look', explanation);
  }
  return known(
    'lostEvent',
    'look',
    `${capital(name)} is in Buildium, and no event of it was heard. Repair brings it.`,
  );
}

function causeOfStrayRow({ link }: Evidence, name: string): Known {
  if (!link) {
    const explanation = `A row carries the Buildium ID of ${name}, which Buildium does not have and the sync never wrote. Clear the cell or delete the row.`;
    return known('unknown', 'person', explanation);
  }
  const explanation = `${capital(name)} is gone from Buildium, and that was not heard. Repair marks its row.`;
  return known('deletedInBuildium', 'look', explanation);
}

function causeOfDifference({ pair, synced, writable }: Evidence, name: string): Known {
  const columns = pair.differences.map(({ column }) => column).join(', ');
  const moved = pair.differences.map(({ key }) => {
    const agreed = synced[key];
    // The cell that a row is found by never changes in Buildium.
    if (key === SYNC_COLUMNS.buildiumId.key) return { key, inBuildium: false, inAirtable: true };
    return {
      key,
      inBuildium: !agreed || !sameValue(pair.expected[key] ?? null, agreed.buildium),
      inAirtable: !agreed || !sameValue(pair.shown[key] ?? null, agreed.airtable),
    };
  });
  const edited = moved.filter(({ inAirtable }) => inAirtable);
  if (edited.length > 0 && edited.some(({ inBuildium }) => !inBuildium)) {
    const explanation = edited.every(({ key }) => writable(key))
      ? `${columns} of ${name} changed in Airtable and that was not heard. Repair takes it over.`
      : `${columns} of ${name} changed in Airtable and comes from Buildium alone. Repair puts it back.`;
    return known('editedInAirtable', 'look', explanation);
  }
  if (moved.some(({ inBuildium }) => inBuildium)) {
    const explanation = `${columns} of ${name} changed in Buildium and no event of it was heard. Repair brings it.`;
    return known('lostEvent', 'look', explanation);
  }
  const explanation = `Airtable shows ${columns} of ${name} otherwise than it was given. Look again, and compare the column's type.`;
  return known('unknown', 'look', explanation);
}

function known(cause: Cause, repair: Repair, explanation: string): Known {
  return { cause, repair, explanation };
}

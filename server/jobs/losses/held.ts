import { resourceNamed } from '../../../shared/resources/index.ts';
import { listHeld, type HeldFilter, type HeldRow } from '../../db/held.ts';
import { LOSS_KINDS } from '../../db/losses.ts';
import type { Job } from '../job.ts';
import { questionOf } from './lossWords.ts';
import { wayOut } from './wayOut.ts';

export type ShownHeld = Omit<HeldRow, 'waitingForResource' | 'waitingForId' | 'losses' | 'detail'> & {
  waitingFor: { resource: string; entityId: string } | null;
  whatToDo: string | null;
};

/** Everything that cannot go on by itself, each with its reason and the way out. */
export async function showHeld(
  job: Pick<Job, 'database' | 'connectionId'>,
  filter: HeldFilter,
): Promise<ShownHeld[]> {
  return (await listHeld(job.database, job.connectionId, filter)).map(shown);
}

function shown(row: HeldRow): ShownHeld {
  const { waitingForResource, waitingForId, losses: _losses, detail: _detail, ...rest } = row;
  const waitingFor =
    waitingForResource !== null && waitingForId !== null
      ? { resource: waitingForResource, entityId: waitingForId }
      : null;
  return {
    ...rest,
    waitingFor,
    reason: row.reason ?? reasonOf(row),
    whatToDo: wayOut(row.kind, row.kind === 'paused' ? wholeOf(row.resource) : parentOf(row)),
  };
}

function reasonOf(row: HeldRow): string | null {
  const { one, many } = resourceNamed(row.resource).label;
  switch (row.kind) {
    case 'approval':
      return questionOfRow(row);
    case 'copy':
      return `Row ${row.airtableRecordId ?? ''} is a copy of ${one} ${row.entityId}, made by ${row.detail ?? 'somebody'}. It is never written or sent.`;
    case 'unlinked':
      return `Row ${row.airtableRecordId ?? ''} was typed by ${row.detail ?? 'somebody'} among the ${many} and stands for nothing in Buildium. It is never sent by itself.`;
    case 'waiting':
      return `Waits for the row of ${parentOf(row) ?? 'another one'}.`;
    default:
      return null;
  }
}

/** What a row of the resource is part of, in words: it has no pause box of its own. */
export function wholeOf(resource: string): string | null {
  const { partOf } = resourceNamed(resource);
  return partOf === undefined ? null : resourceNamed(partOf).label.one;
}

function parentOf({ waitingForResource, waitingForId }: HeldRow): string | null {
  if (waitingForResource === null || waitingForId === null) return null;
  return `${resourceNamed(waitingForResource).label.one} ${waitingForId}`;
}

function questionOfRow({ resource, detail, losses }: HeldRow): string {
  const [kindName, tableRows, fieldKey = ''] = (detail ?? '').split(' ');
  const kind = LOSS_KINDS.find((one) => one === kindName) ?? 'goneFromBuildium';
  return questionOf({ resource, kind, fieldKey, entities: losses, tableRows: Number(tableRows) }).question;
}

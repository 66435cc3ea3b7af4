import { resourceNamed } from '../../../shared/resources/index.ts';
import { listHeld, type HeldFilter, type HeldRow } from '../../db/held.ts';
import { LOSS_KINDS } from '../../db/losses.ts';
import type { Job } from '../job.ts';
import { questionOf } from './lossWords.ts';

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
  return { ...rest, waitingFor, reason: row.reason ?? reasonOf(row), whatToDo: whatToDo(row) };
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
      return `Waits for the row of ${row.waitingForResource ?? ''} ${row.waitingForId ?? ''}.`;
    default:
      return null;
  }
}

function questionOfRow({ resource, detail, losses }: HeldRow): string {
  const [kindName, tableRows, fieldKey = ''] = (detail ?? '').split(' ');
  const kind = LOSS_KINDS.find((one) => one === kindName) ?? 'goneFromBuildium';
  return questionOf({ resource, kind, fieldKey, entities: losses, tableRows: Number(tableRows) }).question;
}

function whatToDo(row: HeldRow): string | null {
  switch (row.kind) {
    case 'approval':
      return 'Decide: let it pass, or leave things as they are.';
    case 'parked':
      return 'Set right what the reason names, then retry it.';
    case 'refused':
      return 'Change the value in Airtable to one that Buildium takes, or in Buildium itself.';
    case 'paused':
      return 'Untick its pause box to go on.';
    case 'quarantined':
      return 'Set it right in Airtable, or run "npm run cli -- repair".';
    case 'copy':
      return 'Delete the copy, or clear its Buildium ID to keep it as a row of your own.';
    case 'unlinked':
      return 'Enter it in Buildium, or leave it as a row of your own; money is entered under Planned Transactions.';
    case 'waiting':
      return null;
    case 'retrying':
      return null;
  }
}

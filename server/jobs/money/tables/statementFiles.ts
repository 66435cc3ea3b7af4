import { createHash } from 'node:crypto';
import { ownerStatementsTable } from '../../../../shared/tables/ownerStatements.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { CallFailure } from '../../../callFailure.ts';
import { knownOwnRows, listOwnFiles, saveOwnFile, type OwnFile } from '../../../db/ownRows.ts';
import type { Job } from '../../job.ts';
import { openOwnTable, type OwnTableFailure } from '../../ownTables/ownTables.ts';
import { NORMAL, readRows } from '../../ownTables/ownRows.ts';
import { filenameOf, renderOwner } from '../statementPdf.ts';
import type { RunSource } from './runSource.ts';
import { FILE_COLUMN } from './statementRows.ts';
import type { SupplementedRun } from './supplement.ts';

/** The base's budget paces them. */
const UPLOADS_AT_ONCE = 4;

const PDF = 'application/pdf';

/** A row that is to hold a statement, as it stands. */
type Place = {
  key: string;
  ownerId: number;
  recordId: string;
  inCell: readonly string[];
  before: OwnFile | undefined;
};

/**
 * Puts each statement's PDF into its row. A file that is there already, with the same bytes, is left alone; another
 * one is uploaded first and then alone in the cell, so that a row is never without.
 * @returns how many were uploaded.
 */
export async function attachStatements(
  job: Job,
  source: RunSource,
  supplemented: SupplementedRun,
  owners: ReadonlyMap<string, number>,
): Promise<Result<number, OwnTableFailure>> {
  const table = await openOwnTable(job, ownerStatementsTable);
  if (!table.ok) return table;
  const { tableId, fieldIds } = table.value;
  const fieldId = fieldIds[FILE_COLUMN];
  if (fieldId === undefined) return ok(0);
  const { name } = ownerStatementsTable;
  const keys = [...owners.keys()];
  const recordIds = await knownOwnRows(job.database, job.connectionId, name, keys);
  const files = await listOwnFiles(job.database, job.connectionId, name, keys);
  const read = await readRows(job, table.value, [...recordIds.values()], NORMAL);
  if (!read.ok) return read;
  const shown = new Map(read.value.map((row) => [row.recordId, row.values[FILE_COLUMN]]));
  const places = [...owners].flatMap(([key, ownerId]): Place[] => {
    const recordId = recordIds.get(key);
    if (recordId === undefined || !shown.has(recordId)) return [];
    const inCell = (shown.get(recordId) ?? []) as readonly string[];
    return [{ key, ownerId, recordId, inCell, before: files.find(({ rowKey }) => rowKey === key) }];
  });
  let uploaded = 0;
  const next = async (): Promise<Result<null, CallFailure>> => {
    for (let place = places.shift(); place; place = places.shift()) {
      const bytes = await renderOwner(source, supplemented, place.ownerId);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (holds(place, sha256)) continue;
      const filename = filenameOf(source, place.ownerId);
      const put = await replaceFile(job, { tableId, fieldId }, place, { filename, bytes });
      if (!put.ok) {
        // What is left would fare no better.
        places.length = 0;
        return put;
      }
      const file = { rowKey: place.key, fieldKey: FILE_COLUMN, sha256, attachmentId: put.value };
      await saveOwnFile(job.database, job.connectionId, name, file);
      uploaded += 1;
    }
    return ok(null);
  };
  const ended = await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, next));
  return ended.find((one) => !one.ok) ?? ok(uploaded);
}

function holds({ before, inCell }: Place, sha256: string): boolean {
  return before?.sha256 === sha256 && inCell.length === 1 && inCell[0] === before.attachmentId;
}

async function replaceFile(
  job: Job,
  { tableId, fieldId }: { tableId: string; fieldId: string },
  { recordId, inCell }: Place,
  { filename, bytes }: { filename: string; bytes: Buffer },
): Promise<Result<string, CallFailure>> {
  const file = { recordId, fieldId, filename, contentType: PDF, bytes };
  const added = await job.airtable.uploadAttachment(file, NORMAL);
  if (!added.ok) return added;
  const cell = added.value.fields[fieldId];
  const id = (Array.isArray(cell) ? (cell as { id?: unknown }[]) : []).at(-1)?.id;
  const attachmentId = typeof id === 'string' ? id : '';
  if (inCell.length === 0) return ok(attachmentId);
  const only = [{ id: recordId, fields: { [fieldId]: [{ id: attachmentId }] } }];
  const trimmed = await job.airtable.updateRecords(tableId, only, NORMAL);
  return trimmed.ok ? ok(attachmentId) : trimmed;
}

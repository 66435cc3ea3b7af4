import { err, ok, type Result } from '../shared/result.ts';
import type { Backend } from './backend.ts';
import type { Answer } from './contract.ts';
import { csvOf } from './csv.ts';
import type { Problem } from './problem.ts';
import { actionWords, actorWords, columnOf, valueWords, whole } from './words.ts';

export type AuditEntry = Answer<'listAudit'>['entries'][number];

export type AuditQuery = {
  resource?: string;
  action?: string;
  actor?: string;
  text?: string;
  from?: string;
  to?: string;
};

const LARGEST_PAGE = 200;

/** More lines than anybody reads; an export of everything is the database's business. */
export const EXPORTED_AT_MOST = 10_000;

export type AuditFile = {
  text: string;
  /** The moment of its last entry, where there are older ones; null where it has all. */
  leftOutBefore: string | null;
};

/** All that the filter shows, as a spreadsheet takes it. */
export async function exportAudit(
  backend: Backend,
  query: AuditQuery,
  onProgress: (entries: number) => void,
): Promise<Result<AuditFile, Problem>> {
  const entries: AuditEntry[] = [];
  let before: string | undefined;
  while (entries.length < EXPORTED_AT_MOST) {
    const page = { ...query, limit: LARGEST_PAGE, ...(before === undefined ? {} : { before }) };
    const answer = await backend.ask('listAudit', { query: page });
    if (!answer.ok) return err(answer.error);
    entries.push(...answer.value.entries);
    onProgress(entries.length);
    if (answer.value.nextBefore === null) return ok(fileOf(entries, true));
    before = answer.value.nextBefore;
  }
  return ok(fileOf(entries, false));
}

/** A file that is not whole says so itself: whoever opens it later has not seen the panel. */
function fileOf(entries: readonly AuditEntry[], isWhole: boolean): AuditFile {
  const lines = entries.flatMap(linesOf);
  const last = entries.at(-1);
  if (isWhole || !last) return { text: csvOf(HEAD, lines), leftOutBefore: null };
  const end = `This file ends here, at ${whole(entries.length)} entries: what is older than ${last.at} is not in it.`;
  return { text: csvOf(HEAD, [...lines, [end]]), leftOutBefore: last.at };
}

const HEAD = ['When', 'Who', 'What', 'Resource', 'Buildium ID', 'Row', 'Field', 'Before', 'After', 'Why'];

/** A line for each changed field; one for an entry that changed none. */
function linesOf(entry: AuditEntry): (string | null)[][] {
  const { at, resource, entityId, airtableRecordId, why } = entry;
  const start = [
    at,
    actorWords(entry.actor),
    actionWords(entry.action),
    resource,
    entityId,
    airtableRecordId,
  ];
  const changes = Object.entries(entry.changes);
  if (changes.length === 0) return [[...start, null, null, null, why]];
  return changes.map(([key, { before, after }]) => {
    const { name, kind } = columnOf(resource, key);
    return [...start, name, valueWords(kind, before), valueWords(kind, after), why];
  });
}

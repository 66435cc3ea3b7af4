import type { CallFailure } from '../callFailure.ts';
import { noteWholeRead, unheardTables } from '../db/unheardTables.ts';
import { nowOf, type Job } from './job.ts';
import { readTable } from './readTable.ts';
import { enabledResources } from './schemaColumns.ts';

/** The others are read all the same: what is wrong is about the one table. */
const ABOUT_ONE_TABLE: readonly CallFailure['kind'][] = [
  'invalid',
  'notFound',
  'forbidden',
  'breaksContract',
];

/**
 * A full look at every table whose changes went unheard: nobody can say which they were. What cannot be read now stays
 * noted, and is read at the next hearing.
 */
export async function readUnheard(job: Job): Promise<void> {
  const enabled = new Set(enabledResources(job).map(({ name }) => name));
  for (const table of await unheardTables(job.database, job.connectionId, nowOf(job))) {
    if (!enabled.has(table.resource)) continue;
    const read = await readTable(job, table.resource, 'changes in Airtable went unheard');
    if (read.ok) await noteWholeRead(job.database, job.connectionId, table, nowOf(job));
    else {
      job.log.warn({ resource: table.resource, kind: read.error.kind }, read.error.message);
      if (!ABOUT_ONE_TABLE.includes(read.error.kind)) return;
    }
  }
}

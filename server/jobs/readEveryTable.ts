import type { Job } from './job.ts';
import { readTable } from './readTable.ts';
import { enabledResources } from './schemaColumns.ts';

/** A full look at every table, after changes in Airtable went unheard: nobody can say which. */
export async function readEveryTable(job: Job): Promise<void> {
  for (const resource of enabledResources(job)) {
    const read = await readTable(job, resource.name, 'changes in Airtable went unheard');
    if (!read.ok) {
      job.log.warn({ resource: resource.name, kind: read.error.kind }, read.error.message);
      return;
    }
  }
}

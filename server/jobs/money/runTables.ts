import { claimTables, settleTables, type DueTables } from '../../db/calculationTables.ts';
import { CLAIM_MS, holding } from '../holding.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { writeRunTables } from './tables/write.ts';
import { hasSynced } from '../runs.ts';

/** Airtable is tried again after this time, however long it is away. */
const AGAIN_MS = 60_000;

/**
 * Writes the results of every run that is due into the tables of the base. The figures never wait for Airtable: they
 * stand in Postgres first.
 */
export async function writeDueTables(job: Job): Promise<void> {
  // Before the first sync there are no rows of properties and owners to link to.
  if (!(await hasSynced(job))) return;
  while (!job.isStopping()) {
    const claim = { now: nowOf(job), until: laterBy(job, CLAIM_MS) };
    const due = await claimTables(job.database, job.connectionId, claim);
    if (!due) return;
    await writeOne(job, due);
  }
}

async function writeOne(job: Job, due: DueTables): Promise<void> {
  const settle = async (dueAt: string | null, problem: string | null): Promise<void> => {
    await settleTables(job.database, job.connectionId, due, { dueAt, problem });
    if (dueAt !== null) due.dueAt = dueAt;
  };
  const renew = (): Promise<void> => settle(laterBy(job, CLAIM_MS), null);
  const written = await holding(job, renew, () => writeRunTables(job, due.runId));
  if (!written.ok) {
    job.log.warn({ runId: due.runId, kind: written.error.kind }, written.error.message);
    return settle(laterBy(job, AGAIN_MS), written.error.message);
  }
  const { problems } = written.value;
  return settle(null, problems.length === 0 ? null : problems.slice(0, 20).join(' '));
}

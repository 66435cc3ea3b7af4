import { writeFile } from 'node:fs/promises';
import { resourceNamed } from '../../shared/resources/index.ts';
import { certificateOf, reconciliationById, type ReconciliationRow } from '../db/reconciliations.ts';
import { listDiscrepancies, resourceResults, type DiscrepancyRow } from '../db/reconciliationParts.ts';
import { inPercent, LIMITS } from '../jobs/watch/alerts.ts';
import { accuracyOf } from '../jobs/reconcile/certificate.ts';
import { certificatePdf } from '../jobs/reconcile/certificatePdf.ts';
import { drain } from '../jobs/drain.ts';
import type { Job } from '../jobs/job.ts';
import { advanceReconciliations, startReconciliation } from '../jobs/reconcile/reconcile.ts';
import { repair } from '../jobs/reconcile/reconcileRepair.ts';
import { discrepancyView, reconciliationView } from '../jobs/reconcile/reconcileView.ts';
import { enabledResources } from '../jobs/schemaColumns.ts';
import { CONNECTION_OPTION, textFlag, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { BY_CLI, withJob } from './withContext.ts';

/** Discrepancies shown; the API pages through all of them. */
const LISTED = 50;

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: '',
  summary: 'Compare both sides record by record, and say what differs and why.',
  options: {
    ...CONNECTION_OPTION,
    repair: { type: 'boolean', help: 'Have what differs looked at again, and compare it once more.' },
    certificate: {
      type: 'string',
      value: 'file',
      help: 'Write the certificate of completeness to this file: JSON, or PDF where the name ends so.',
    },
  },
  notes: [
    `It ends with 1 where fewer than ${inPercent(LIMITS.accuracy)} of the records are equal, those that --repair mended counted in; else with 0,`,
    'and what differs is listed either way. A program that wants none to differ reads `open` of --json.',
  ],
  run: (invocation) =>
    withJob(invocation, async (job) => {
      if (job.state !== 'running')
        throw new CliProblem(
          `The connection is ${job.state}: nothing is compared before it runs.`,
          EXIT.waiting,
        );
      if (!invocation.wantsJson) invocation.terminal.say('Reading both sides afresh…');
      const { reconciliationId } = await startReconciliation(job, BY_CLI);
      await advanceReconciliations(job);
      let row = await rowOf(job, reconciliationId);
      if (row.state === 'running') throw new CliProblem(unfinished(row));
      if (invocation.flags['repair'] === true && row.discrepancies > 0) {
        await repair(job, reconciliationId, { resource: null, entityIds: null, by: BY_CLI });
        for (const { name } of enabledResources(job)) await drain(job, name);
        await advanceReconciliations(job);
        row = await rowOf(job, reconciliationId);
      }
      await saveCertificate(job, invocation, reconciliationId);
      return sayOutcome(job, invocation, row);
    }),
};

async function rowOf(job: Job, reconciliationId: string): Promise<ReconciliationRow> {
  const row = await reconciliationById(job.database, job.connectionId, reconciliationId);
  if (!row) throw new CliProblem('The comparison is gone. Start it again.');
  return row;
}

function unfinished({ problem }: ReconciliationRow): string {
  return problem === null
    ? 'A server is at it right now: `npm run cli -- status` shows the last one when it is through.'
    : `It stopped: ${problem} The server goes on with it by itself.`;
}

async function saveCertificate(job: Job, { flags }: Invocation, reconciliationId: string): Promise<void> {
  const file = textFlag(flags, 'certificate');
  const stored = await certificateOf(job.database, job.connectionId, reconciliationId);
  if (file === undefined || !stored) return;
  await writeFile(file, file.endsWith('.pdf') ? await certificatePdf(stored) : stored.certificate);
}

async function sayOutcome(
  job: Job,
  { terminal, wantsJson }: Invocation,
  row: ReconciliationRow,
): Promise<ExitCode> {
  const open = await listDiscrepancies(job.database, job.connectionId, row.reconciliationId, {
    ...{ resource: null, entityIds: null, cause: null, onlyOpen: true, after: null, limit: LISTED },
  });
  const left = row.discrepancies - row.repaired;
  const results = await resourceResults(job.database, job.connectionId, row.reconciliationId);
  const notCompared = results.flatMap(({ resource, problem }) =>
    problem === null ? [] : [{ resource, problem }],
  );
  if (wantsJson) {
    terminal.json({ ...reconciliationView(row), open: open.map(discrepancyView), notCompared });
  } else {
    terminal.say(`${inPercent(accuracyOf(row))} of ${row.records} records are equal on both sides.`);
    for (const { resource, problem } of notCompared)
      terminal.say(`The ${resourceNamed(resource).label.many} could not be compared: ${problem}`);
    if (row.repaired > 0)
      terminal.say(`${row.repaired} of ${row.discrepancies} that were not are equal now.`);
    for (const one of open) terminal.say(`- ${inWords(one)}`);
    if (left > open.length)
      terminal.say(`and ${left - open.length} more: GET /api/v1/reconciliations has them all.`);
  }
  const accuracy = accuracyOf({ records: row.records, matching: row.matching + row.repaired });
  return accuracy < LIMITS.accuracy ? EXIT.needsPerson : EXIT.done;
}

function inWords({ resource, entityId, fields, cause, explanation }: DiscrepancyRow): string {
  const columns = fields.map(({ column }) => column).join(', ');
  return `${resourceNamed(resource).label.one} ${entityId}${columns ? ` (${columns})` : ''}: ${cause}. ${explanation}`;
}

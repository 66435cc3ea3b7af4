import { resourceNamed } from '../../shared/resources/index.ts';
import { listTables } from '../db/airtableSchema.ts';
import type { ConnectionRow } from '../db/connections.ts';
import type { Context } from '../context.ts';
import type { Job } from '../jobs/job.ts';
import {
  listProposals,
  proposePairing,
  type PairingSummary,
  type Proposal,
} from '../jobs/connect/pairing.ts';
import {
  approvePairing,
  finishPairing,
  rejectPairing,
  type Choice,
} from '../jobs/connect/pairingDecisions.ts';
import { airtableWebhookUrl, buildiumWebhookUrl } from '../addresses.ts';
import { CONNECTION_OPTION, numberFlag, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { resourceWord } from './resourceWord.ts';
import { eventsToTick, sayWebhookAdviceOnce } from './setup/webhookAdvice.ts';
import { counted, type Terminal } from './terminal.ts';
import { BY_CLI, withJob } from './withContext.ts';

const SURE = 90;

export const pairCommand: Command = {
  name: 'pair',
  usage: '[resource] [id] [row]',
  summary:
    'Pair rows that are in the base already with what is in Buildium; nothing is written before you approve.',
  options: {
    ...CONNECTION_OPTION,
    search: { type: 'boolean', help: 'Look for matches again on both sides.' },
    approve: {
      type: 'boolean',
      help: 'Approve the named pair: resource, Buildium id, and the row where several fit.',
    },
    reject: { type: 'boolean', help: 'Reject the named pair, so that it is not proposed again.' },
    'approve-all': { type: 'boolean', help: 'Approve every pair that only one row and one entity claim.' },
    'min-score': {
      type: 'string',
      value: '0-100',
      help: `approve-all: from this score on; ${SURE} where absent.`,
    },
    finish: {
      type: 'boolean',
      help: 'End the first pairing: what has no row gets a new one, and the sync starts.',
    },
  },
  notes: [
    `Scores: 100 has the Buildium ID, ${SURE} and more the whole natural key (a unit's property and number, a tenant's`,
    'name and e-mail), less is a guess. Pairs with "choose" share a row or an entity: approve the right one by name.',
  ],
  words: { atLeast: 0, atMost: 3 },
  run: (invocation) =>
    withJob(invocation, async (job, connection, context) => {
      const { flags } = invocation;
      if (flags['search'] === true) await search(invocation, job);
      if (flags['approve-all'] === true) {
        const minScore = numberFlag(flags, 'min-score', { from: 0, to: 100 }) ?? SURE;
        await approve(invocation, job, { minScore });
      }
      if (flags['approve'] === true) await approve(invocation, job, named(invocation));
      if (flags['reject'] === true) await reject(invocation, job);
      if (flags['finish'] === true) return finish(invocation, job, connection, context);
      return show(invocation, job, connection);
    }),
};

function named({ words }: Invocation): { resource: string; entityId: string; airtableRecordId?: string } {
  const [resource, entityId, airtableRecordId] = words;
  if (resource === undefined || entityId === undefined)
    throw new CliProblem(
      'Name the pair: npm run cli -- pair --approve <resource> <Buildium id> [row]',
      EXIT.wrongUse,
    );
  return {
    resource: resourceWord(resource).name,
    entityId,
    ...(airtableRecordId ? { airtableRecordId } : {}),
  };
}

async function search({ terminal, wantsJson }: Invocation, job: Job): Promise<void> {
  const found = await proposePairing(job);
  if (!found.ok) throw new CliProblem(found.error.message);
  if (!wantsJson) saySummaries(terminal, found.value);
}

export function saySummaries(terminal: Terminal, summaries: readonly PairingSummary[]): void {
  if (summaries.length === 0) terminal.say('No row of the base waits for a pair.');
  for (const one of summaries) {
    const doubtful = one.ambiguous > 0 ? `, ${one.ambiguous} of them to choose between` : '';
    terminal.say(
      `${one.table}: ${counted(one.rows, 'row')} of yours, ${counted(one.proposed, 'pair')} proposed${doubtful}; ${counted(one.unmatchedRows, 'row fits nothing and stays as it is', 'rows fit nothing and stay as they are')}.`,
    );
  }
}

async function approve({ terminal, wantsJson }: Invocation, job: Job, choice: Choice): Promise<void> {
  const done = await approvePairing(job, choice, BY_CLI);
  if (!done.ok) throw new CliProblem(done.error, EXIT.wrongUse);
  if (wantsJson) return;
  terminal.say(`${counted(done.value.approved.length, 'pair is', 'pairs are')} approved.`);
  for (const { proposal, why } of done.value.refused)
    terminal.say(`Not approved: ${resourceNamed(proposal.resource).label.one} ${proposal.entityId}: ${why}.`);
}

async function reject(invocation: Invocation, job: Job): Promise<void> {
  const which = named(invocation);
  const rejected = await rejectPairing(job, which);
  if (rejected === 0)
    throw new CliProblem(`Nothing is proposed for ${which.resource} ${which.entityId}.`, EXIT.wrongUse);
  if (!invocation.wantsJson)
    invocation.terminal.say(`${counted(rejected, 'pair is', 'pairs are')} rejected and not proposed again.`);
}

async function show(invocation: Invocation, job: Job, connection: ConnectionRow): Promise<ExitCode> {
  const { words, terminal, wantsJson, flags } = invocation;
  const only = flags['approve'] === true || flags['reject'] === true ? undefined : words[0];
  const resource = only === undefined ? null : resourceWord(only).name;
  const proposals = (await listProposals(job)).filter(
    (one) => resource === null || one.resource === resource,
  );
  if (wantsJson) terminal.json({ state: job.state, proposals });
  else
    await sayProposals(
      terminal,
      job,
      connection,
      proposals.filter((one) => one.decision === 'proposed'),
    );
  const isWaiting = job.state === 'pairing' && proposals.some((one) => one.decision === 'proposed');
  return isWaiting ? EXIT.waiting : EXIT.done;
}

async function sayProposals(
  terminal: Terminal,
  job: Job,
  connection: ConnectionRow,
  proposals: readonly Proposal[],
): Promise<void> {
  const tables = await listTables(job.database, job.connectionId);
  for (const one of proposals) {
    const tableId = tables.find((table) => table.resource === one.resource)?.tableId;
    const at = tableId ? `https://airtable.com/${connection.airtableBaseId}/${tableId}/` : 'row ';
    const mark = one.isAmbiguous ? ' choose' : '';
    const name = one.entityName === null ? '' : ` “${one.entityName}”`;
    terminal.say(
      `${String(one.score).padStart(3)}${mark}  ${one.resource} ${one.entityId}${name} = ${at}${one.airtableRecordId}  (${one.by})`,
    );
    for (const [key, difference] of Object.entries(one.differences)) {
      const column = resourceNamed(one.resource).fields.find((field) => field.key === key)?.column ?? key;
      if ('personal' in difference) terminal.say(`       ${column} differs (contact data; see the row)`);
      else
        terminal.say(
          `       ${column}: ${shown(difference.airtable)} in Airtable, ${shown(difference.buildium)} in Buildium`,
        );
    }
  }
  if (proposals.length === 0) terminal.say('Nothing is proposed. "pair --search" looks again.');
  else
    terminal.say(
      `${counted(proposals.length, 'pair waits', 'pairs wait')} for a decision. Where they differ, Buildium's value goes to the row.`,
    );
  if (job.state === 'pairing') terminal.say('"pair --finish" ends the pairing and starts the sync.');
}

async function finish(
  { terminal, wantsJson }: Invocation,
  job: Job,
  connection: ConnectionRow,
  context: Context,
): Promise<ExitCode> {
  if (job.state !== 'pairing')
    throw new CliProblem(
      'The first pairing is finished already; approved pairs are synced as they are.',
      EXIT.wrongUse,
    );
  const finished = await finishPairing(job, BY_CLI, airtableWebhookUrl(context.config.publicUrl, connection));
  if (!finished.ok) throw new CliProblem(finished.error.message);
  if (wantsJson) {
    const url = buildiumWebhookUrl(context.config.publicUrl, connection);
    terminal.json({ ...finished.value, buildiumWebhookUrl: url, events: eventsToTick() });
    return EXIT.done;
  }
  terminal.say(
    'The pairing is finished; the server starts the first sync. `npm run cli -- status` shows it.',
  );
  sayWebhookAdviceOnce(terminal, context, connection);
  return EXIT.done;
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'blank';
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

import { appendAudit } from '../db/audit.ts';
import { updateConnection } from '../db/connections.ts';
import { nowOf, type Job } from '../jobs/job.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { CONFIRMABLE, type Confirmable } from '../../shared/settings.ts';
import { CONNECTION_OPTION, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const allowEditsCommand: Command = {
  name: 'allow-edits',
  usage: `<${CONFIRMABLE.join(' | ')}>`,
  summary:
    'Let edits of owners or GL accounts flow to Buildium, once you know that nothing is blanked by it.',
  notes: [
    "Buildium's API never returns an owner's date of birth, nor whether a current asset is a cash asset, and blanks it",
    'at every save. Look in Buildium that none is set; then edits of these records flow like all others.',
    '--off takes it back: from then on such edits are put back again.',
  ],
  options: {
    ...CONNECTION_OPTION,
    off: { type: 'boolean', help: 'Put such edits back again.' },
  },
  words: { atLeast: 1, atMost: 1 },
  run: (invocation) => {
    const name = confirmable(invocation.words[0] ?? '');
    const isOff = invocation.flags['off'] === true;
    return withJob(invocation, async (job, connection) => {
      if (!isOff) await makeSure(invocation, name);
      await save(job, name, isOff);
      const { label } = resourceNamed(name);
      invocation.terminal.say(
        isOff
          ? `Edits of ${label.many} in Airtable are put back on ${connection.name}.`
          : `Edits of ${label.many} flow to Buildium on ${connection.name}.`,
      );
      return EXIT.done;
    });
  },
};

function confirmable(word: string): Confirmable {
  const name = CONFIRMABLE.find((known) => known === word);
  if (name) return name;
  throw new CliProblem(
    `"${word}" needs no confirmation, or is no resource; it is for ${CONFIRMABLE.join(' and ')}.`,
    EXIT.wrongUse,
  );
}

async function makeSure({ terminal, flags }: Invocation, name: Confirmable): Promise<void> {
  if (flags['yes'] === true) return;
  const { label, update } = resourceNamed(name);
  const question = `Every edit of ${label.many} blanks ${update?.blanks ?? 'nothing'} in Buildium. Is it unused in this account`;
  if (!terminal.isInteractive)
    throw new CliProblem(`${question}? Say so with --yes where nobody can be asked.`, EXIT.waiting);
  if (!(await terminal.confirm(question, false)))
    throw new CliProblem('Nothing was changed: edits are still put back.', EXIT.waiting);
}

async function save(job: Job, name: Confirmable, isOff: boolean): Promise<void> {
  const before = job.settings.confirmedUnused;
  const confirmedUnused = [...before.filter((one) => one !== name), ...(isOff ? [] : [name])];
  await job.database.transaction(async (tx) => {
    await updateConnection(tx, job.connectionId, { settings: { ...job.settings, confirmedUnused } });
    const row = {
      ...{ auditId: job.newId(), actor: BY_CLI, action: 'settingsChanged' as const },
      ...{ resource: null, entityId: null, airtableRecordId: null, changesSealed: null, runId: null },
      changes: { confirmedUnused: { before, after: confirmedUnused } },
      why: `Edits of ${name} are ${isOff ? 'put back again' : 'let through: what they blank is confirmed to be unused'}.`,
    };
    await appendAudit(tx, job.connectionId, [row], nowOf(job));
  });
}

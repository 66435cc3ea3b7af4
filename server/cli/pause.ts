import { appendAudit } from '../db/audit.ts';
import { updateConnection, type ConnectionState } from '../db/connections.ts';
import { nowOf, type Job } from '../jobs/job.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const pauseCommand: Command = {
  name: 'pause',
  usage: '',
  summary: 'Stop reading and writing on a connection; webhooks are still taken in and wait.',
  options: { ...CONNECTION_OPTION },
  run: (invocation) =>
    withJob(invocation, async (job, connection) => {
      refusePairing(connection.state);
      await setState(job, 'paused');
      invocation.terminal.say(
        `${connection.name} is paused. "resume" goes on with what has gathered meanwhile.`,
      );
      return EXIT.done;
    }),
};

export const resumeCommand: Command = {
  name: 'resume',
  usage: '',
  summary: 'Let a paused connection go on.',
  options: { ...CONNECTION_OPTION },
  run: (invocation) =>
    withJob(invocation, async (job, connection) => {
      refusePairing(connection.state);
      await setState(job, 'running');
      invocation.terminal.say(`${connection.name} runs.`);
      return EXIT.done;
    }),
};

function refusePairing(state: ConnectionState): void {
  if (state !== 'pairing') return;
  throw new CliProblem(
    'The first pairing is not finished: `npm run cli -- pair` lists what is proposed, `pair --finish` starts the sync.',
    EXIT.waiting,
  );
}

async function setState(job: Job, state: 'running' | 'paused'): Promise<void> {
  if (job.state === state) return;
  await job.database.transaction(async (tx) => {
    await updateConnection(tx, job.connectionId, { state });
    const row = {
      auditId: job.newId(),
      actor: BY_CLI,
      action: 'settingsChanged' as const,
      resource: null,
      entityId: null,
      airtableRecordId: null,
      changes: { state: { before: job.state, after: state } },
      changesSealed: null,
      why: state === 'paused' ? 'paused' : 'resumed',
      runId: null,
    };
    await appendAudit(tx, job.connectionId, [row], nowOf(job));
  });
}

import { resourceNamed } from '../../shared/resources/index.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { drain } from '../jobs/drain.ts';
import type { Job } from '../jobs/job.ts';
import { acceptMissing } from '../jobs/missing.ts';
import { enabledResources } from '../jobs/schemaColumns.ts';
import { sweep } from '../jobs/sweep.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { resourceWord } from './resourceWord.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const sweepCommand: Command = {
  name: 'sweep',
  usage: '[resource]',
  summary: 'Read Buildium now and bring over what differs.',
  options: {
    ...CONNECTION_OPTION,
    full: { type: 'boolean', help: 'Read everything and not only what changed since the last time.' },
    'accept-missing': {
      type: 'boolean',
      help: 'What Buildium no longer lists is looked at singly, and marked as deleted where it is gone, however much it is.',
    },
  },
  words: { atLeast: 0, atMost: 1 },
  run: (invocation) => {
    const [word] = invocation.words;
    const wanted = word === undefined ? null : resourceWord(word);
    return withJob(invocation, async (job) => {
      if (job.state !== 'running')
        throw new CliProblem(`The connection is ${job.state}: nothing is read before it runs.`, EXIT.waiting);
      const { flags, terminal } = invocation;
      const results = [];
      for (const resource of rootsFor(job, wanted)) {
        const result =
          flags['accept-missing'] === true
            ? await accept(job, resource)
            : await sweepOne(job, resource, flags['full'] === true);
        if (!invocation.wantsJson) terminal.say(`${resource.label.many}: ${result.message}`);
        results.push({ resource: resource.name, ...result });
      }
      if (invocation.wantsJson) terminal.json({ sweeps: results });
      return results.every((result) => result.ok) ? EXIT.done : EXIT.needsPerson;
    });
  },
};

type SweepResult = { ok: boolean; message: string; read: number; changed: number };

function rootsFor(job: Job, wanted: AnyResource | null): AnyResource[] {
  const name = wanted?.partOf ?? wanted?.name;
  const roots = enabledResources(job).filter((resource) => resource.read !== null);
  const chosen = roots.filter((resource) => name === undefined || resource.name === name);
  if (chosen.length > 0) return chosen;
  throw new CliProblem(
    `${resourceNamed(name ?? '').label.many} are switched off on this connection.`,
    EXIT.wrongUse,
  );
}

async function sweepOne(job: Job, resource: AnyResource, full: boolean): Promise<SweepResult> {
  const kind = full ? 'full' : 'changes';
  const outcome = await sweep(job, { resource, kind, reason: 'sweep by hand', nightly: full });
  const counts = { read: outcome.read, changed: outcome.changed };
  if (outcome.kind === 'notDue')
    return { ok: false, message: 'another process is sweeping them right now', ...counts };
  if (outcome.kind === 'failed') {
    const failure = outcome.failure ?? outcome.stopped?.failure;
    return { ok: false, message: failure?.message ?? 'the sweep stopped', ...counts };
  }
  await drain(job, resource.name);
  return { ok: true, message: `${counts.read} read, ${counts.changed} differed`, ...counts };
}

async function accept(job: Job, resource: AnyResource): Promise<SweepResult> {
  const accepted = await acceptMissing(job, resource, BY_CLI);
  if (!accepted.ok) return { ok: false, message: accepted.error.message, read: 0, changed: 0 };
  await drain(job, resource.name);
  const { read, missing } = accepted.value;
  const message = `${read} read; ${missing} that Buildium no longer lists were looked at singly`;
  return { ok: true, message, read, changed: missing };
}

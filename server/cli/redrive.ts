import { resourceNamed } from '../../shared/resources/index.ts';
import { standingOf } from '../jobs/audit/recordStanding.ts';
import { subjectOf } from '../jobs/audit/timelinePage.ts';
import type { Job } from '../jobs/job.ts';
import type { EntityRef } from '../jobs/losses/detach.ts';
import { redrive } from '../jobs/runs.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { resourceWord } from './resourceWord.ts';
import { counted } from './terminal.ts';
import { withJob } from './withContext.ts';

export const redriveCommand: Command = {
  name: 'redrive',
  usage: '[resource] [id]',
  summary: 'Give parked entities another try: one, all of a resource, or all.',
  options: { ...CONNECTION_OPTION },
  words: { atLeast: 0, atMost: 2 },
  run: (invocation) => {
    const [resource, entityId] = invocation.words;
    const which = { resource: resource ? resourceWord(resource).name : null, entityId: entityId ?? null };
    return withJob(invocation, async (job) => {
      const redriven = await redrive(job, which);
      if (redriven === 0 && which.resource !== null && which.entityId !== null)
        throw await notParked(job, { resource: which.resource, entityId: which.entityId });
      if (invocation.wantsJson) invocation.terminal.json({ redriven });
      else
        invocation.terminal.say(
          `${counted(redriven, 'parked entity gets', 'parked entities get')} another try at the server's next look.`,
        );
      return EXIT.done;
    });
  },
};

async function notParked(job: Job, ref: EntityRef): Promise<CliProblem> {
  const { sentence, whatToDo } = await standingOf(job, await subjectOf(job, ref));
  const { one } = resourceNamed(ref.resource).label;
  const known = [`The ${one} ${ref.entityId} is not parked.`, sentence, whatToDo];
  return new CliProblem(known.filter((text) => text !== null).join(' '), EXIT.wrongUse);
}

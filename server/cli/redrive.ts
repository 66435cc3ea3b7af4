import { redrive } from '../jobs/runs.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { EXIT } from './problem.ts';
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
      if (invocation.wantsJson) invocation.terminal.json({ redriven });
      else
        invocation.terminal.say(
          `${counted(redriven, 'parked entity gets', 'parked entities get')} another try at the server's next look.`,
        );
      return EXIT.done;
    });
  },
};

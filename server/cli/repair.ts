import { repair } from '../jobs/connect/repair.ts';
import { repairWords } from '../jobs/connect/repairWords.ts';
import { airtableWebhookUrl } from '../addresses.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const repairCommand: Command = {
  name: 'repair',
  usage: '',
  summary:
    'Make deleted tables, fields and webhooks anew in Airtable and fill them; nothing of yours is removed.',
  notes: [
    'A deleted table or field that you restore from Airtable’s trash comes back with everything in it: try that first.',
  ],
  options: { ...CONNECTION_OPTION },
  run: (invocation) =>
    withJob(invocation, async (job, connection, { config }) => {
      if (job.state === 'pairing')
        throw new CliProblem(
          'The first pairing is not finished: `npm run cli -- pair --finish` makes what is missing.',
          EXIT.waiting,
        );
      const repaired = await repair(job, BY_CLI, airtableWebhookUrl(config.publicUrl, connection));
      if (!repaired.ok) throw new CliProblem(repaired.error.message);
      const { terminal, wantsJson } = invocation;
      const done = repairWords(repaired.value);
      if (wantsJson) terminal.json(repaired.value);
      else for (const line of done.length > 0 ? done : ['There was nothing to repair.']) terminal.say(line);
      return EXIT.done;
    }),
};

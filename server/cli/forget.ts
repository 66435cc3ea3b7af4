import type { AnyResource } from '../../shared/resources/define.ts';
import { forget, type Forgotten } from '../jobs/audit/forget.ts';
import { CONNECTION_OPTION, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { resourceWord } from './resourceWord.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const forgetCommand: Command = {
  name: 'forget',
  usage: '<resource> <id>',
  summary: "Destroy the key to a person's contact data: the audit keeps its proof and loses the values.",
  notes: [
    'For a request to be deleted. It cannot be undone. Remove the person in Buildium and Airtable first: an entity that',
    'is still there is read again at its next look, under a new key. Backups from before still hold the old key.',
  ],
  options: { ...CONNECTION_OPTION },
  words: { atLeast: 2, atMost: 2 },
  run: (invocation) => {
    const [word = '', entityId = ''] = invocation.words;
    const resource = resourceWord(word);
    return withJob(invocation, async (job) => {
      await makeSure(invocation, resource, entityId);
      const done = await forget(job, resource, entityId, BY_CLI);
      if (invocation.wantsJson) invocation.terminal.json(done);
      else invocation.terminal.say(sentence(done, resource, entityId));
      return done.kind === 'forgotten' ? EXIT.done : EXIT.needsPerson;
    });
  },
};

async function makeSure({ terminal, flags }: Invocation, resource: AnyResource, id: string): Promise<void> {
  if (flags['yes'] === true) return;
  const question = `Destroy the key to the contact data of ${resource.label.one} ${id}? It cannot be undone`;
  if (!terminal.isInteractive)
    throw new CliProblem(`${question}: say so with --yes where nobody can be asked.`, EXIT.waiting);
  if (!(await terminal.confirm(question, false)))
    throw new CliProblem('Nothing was destroyed.', EXIT.waiting);
}

function sentence(done: Forgotten, { label }: AnyResource, id: string): string {
  switch (done.kind) {
    case 'forgotten':
      return done.isLinked
        ? `Forgotten. The ${label.one} ${id} is still linked: its next look reads today's values again. Remove it in Buildium, or detach its row.`
        : `Forgotten: nothing that is kept of ${label.one} ${id}'s contact data can be read any more.`;
    case 'nothingKept':
      return `No contact data of ${label.one} ${id} is kept: it was forgotten before, or there is none with this id.`;
    case 'notPersonal':
      return `${label.many} hold no contact data.`;
  }
}

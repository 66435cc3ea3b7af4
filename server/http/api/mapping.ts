import { airtableWebhookUrl } from '../../addresses.ts';
import type { CallFailure } from '../../callFailure.ts';
import { changeMapping } from '../../jobs/connect/mappingChange.ts';
import { proposePlaces } from '../../jobs/connect/mappingProposals.ts';
import { viewMapping } from '../../jobs/connect/mappingView.ts';
import { repair } from '../../jobs/connect/repair.ts';
import { repairWords } from '../../jobs/connect/repairWords.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { connectionOf, refuseUnknownResources } from './refusals.ts';
import { notRunning } from './sync.ts';

export const mappingHandlers: HandlersOf<
  'readMapping' | 'proposeMapping' | 'changeMapping' | 'repairBase'
> = ({ database, config, jobOf }) => ({
  readMapping: async ({ session }) => {
    const view = await viewMapping(await jobOf(session.connectionId));
    if (!view.ok) throw sideAway(view.error);
    return view.value;
  },

  proposeMapping: async ({ session, body: { tables } }) => {
    refuseUnknownResources(Object.keys(tables), 'body.tables');
    const proposals = await proposePlaces(await jobOf(session.connectionId), tables);
    if (!proposals.ok) throw sideAway(proposals.error);
    return { proposals: proposals.value };
  },

  changeMapping: async ({ session, body: { dryRun, resources } }) => {
    refuseUnknownResources(
      resources.map(({ resource }) => resource),
      'body.resources',
    );
    const job = await jobOf(session.connectionId);
    const change = await changeMapping(job, resources, { dryRun, by: actorOf(session) });
    if (!change.ok) throw sideAway(change.error);
    return change.value;
  },

  repairBase: async ({ session }) => {
    const connection = await connectionOf(database, session.connectionId);
    if (connection.state === 'pairing') throw notRunning('pairing');
    const url = airtableWebhookUrl(config.publicUrl, connection);
    const repaired = await repair(await jobOf(session.connectionId), actorOf(session), url);
    if (!repaired.ok) throw sideAway(repaired.error);
    return { changes: repairWords(repaired.value) };
  },
});

/** The other service's own words: they name what is wrong there. */
export function sideAway(failure: CallFailure): HttpProblem {
  return new HttpProblem(
    503,
    'sideAway',
    `The other side could not be asked: ${failure.message} Try again in a moment; what was saved stays saved.`,
  );
}

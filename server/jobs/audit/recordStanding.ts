import { asSentence, capital } from '../../../shared/sentence.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { LinkRow } from '../../db/links.ts';
import { listWebhooks, unreadWebhooks } from '../../db/airtableWebhooks.ts';
import { sidesDown, type SideHealth } from '../../db/sideHealth.ts';
import { markStateOf, openConflictFields, type MarkState } from '../../db/timeline.ts';
import type { UnlinkedRow } from '../../db/unlinkedRows.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import { nowOf, type Job } from '../job.ts';
import { isNoAccess, missingRight } from '../missingRight.ts';
import { columnOf } from '../losses/lossWords.ts';
import { wholeOf } from '../losses/held.ts';
import { wayOut } from '../losses/wayOut.ts';
import { enabledResources } from '../schemaColumns.ts';
import { APPROVAL } from '../settlement.ts';
import { stopInWords, whatToDoAbout } from '../sides.ts';
import { HEARD_AGAIN } from '../watch/hearingFindings.ts';
import { START_WORKER, workerSilence } from '../watch/workerSilence.ts';

/** Whether a row is in step now; if not, why not and what to do about it. */
export type RecordStanding = {
  state:
    | 'inStep'
    | 'soon'
    | 'waiting'
    | 'held'
    | 'conflict'
    | 'paused'
    | 'detached'
    | 'outside'
    | 'deleted'
    | 'stopped'
    | 'unlinked';
  sentence: string;
  whatToDo: string | null;
  since: string | null;
};

export type Subject = {
  resource: string;
  entityId: string;
  root: { resource: string; entityId: string };
  link: LinkRow | null;
};

/** Answers "why has this not synced?", by the first thing that stands in its way. */
export async function standingOf(job: Job, subject: Subject): Promise<RecordStanding> {
  const mark = await markStateOf(job.database, job.connectionId, subject.root, nowOf(job));
  return (
    standsByLink(subject, mark) ??
    (await isStopped(job, subject)) ??
    (mark && held(mark)) ??
    (await inConflict(job, subject)) ??
    (mark && (await sideIsDown(job, subject, mark))) ??
    (mark && notShown(subject, mark)) ??
    (mark && (await underWay(job, mark))) ??
    settled(subject) ??
    (await leftOut(job, subject)) ??
    (await unseen(job)) ??
    inStep(subject)
  );
}

/** In the order of its parts, for sentences that are made elsewhere too. */
export const said = (
  state: RecordStanding['state'],
  sentence: string,
  whatToDo: string | null = null,
  since: string | null = null,
): RecordStanding => ({ state, sentence: capital(asSentence(sentence)), whatToDo, since });

function standsByLink({ link, resource }: Subject, mark: MarkState | null): RecordStanding | null {
  const { one } = resourceNamed(resource).label;
  switch (link?.standing) {
    case 'detached':
      return said(
        'detached',
        'A person has taken it out of the sync.',
        'Attach it, and both sides are compared again.',
      );
    case 'deletedInBuildium':
      return said(
        'deleted',
        `The ${one} is gone from Buildium; the row stays as a record, and what is typed into it goes nowhere.`,
        'Delete the row in Airtable if nobody needs it.',
      );
    case 'outOfScope':
      return said(
        'outside',
        link.note ?? `This kind of ${one} is not synced.`,
        'If that is wrong, give it to a rental property in Buildium: the sync then goes on by itself. A row that nobody needs any more can be deleted in Airtable.',
      );
    case 'outsideWindow':
      return said(
        'outside',
        'It is older than what stands in Airtable; it is kept on the server.',
        'To have it in Airtable, keep more months there (settings: keepMonthsInAirtable).',
      );
    case undefined:
    case 'linked':
    case 'unpaired':
      return link?.status === 'Paused'
        ? said('paused', link.note ?? 'Paused.', outOfPause(resource, mark), link.updatedAt ?? null)
        : null;
  }
}

/** Whoever has just unticked the box is not told to untick it. */
function outOfPause(resource: string, mark: MarkState | null): string | null {
  const way = wayOut('paused', wholeOf(resource));
  if (!mark || mark.parkedAt !== null) return way;
  return `Something has changed since, and it is looked at again shortly. If it is to go on and you have not done so: ${way}`;
}

/** Nothing goes on, whatever it is. */
export function notRunning({ state }: Pick<Job, 'state'>): RecordStanding | null {
  switch (state) {
    case 'pairing':
      return said('stopped', 'The first pairing is not finished.', 'Finish it: `npm run cli -- pair`.');
    case 'paused':
      return said('stopped', 'The sync is paused; changes are kept and wait.', 'Resume the sync.');
    case 'running':
      return null;
  }
}

async function isStopped(job: Job, { resource }: Subject): Promise<RecordStanding | null> {
  const stopped = notRunning(job);
  if (stopped) return stopped;
  const { label } = resourceNamed(resource);
  if (!enabledResources(job).some(({ name }) => name === resource))
    return said('stopped', `${label.many} are switched off.`, 'Switch them on in the settings.');
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resource);
  if (table?.problem) return said('stopped', table.problem, wayOut('quarantined'));
  return null;
}

function held(mark: MarkState): RecordStanding | null {
  if (mark.parkedAt !== null) {
    const reason = mark.problem ?? 'It was refused again and again.';
    return said('held', reason, wayOut('parked'), mark.parkedAt);
  }
  if (mark.waitingForResource === APPROVAL)
    return said('held', mark.problem ?? 'A person is asked first.', wayOut('approval'), mark.since);
  if (mark.waitingForResource === null || mark.waitingForId === null) return null;
  const { one } = resourceNamed(mark.waitingForResource).label;
  const parent = `${one} ${mark.waitingForId}`;
  return said(
    'waiting',
    mark.problem ?? `It waits for the row of ${parent}.`,
    wayOut('waiting', parent),
    mark.since,
  );
}

async function inConflict(job: Job, { resource, entityId }: Subject): Promise<RecordStanding | null> {
  const fields = await openConflictFields(job.database, job.connectionId, resource, entityId);
  const [first] = fields;
  if (!first) return null;
  const columns = fields.map(({ fieldKey }) => columnOf(resourceNamed(resource), fieldKey)).join(', ');
  const sentence = `Both sides changed ${columns}; everything else is in step.`;
  return said('conflict', sentence, 'Choose a side in the conflict.', first.since);
}

async function sideIsDown(job: Job, { link }: Subject, mark: MarkState): Promise<RecordStanding | null> {
  const down = await sidesDown(job.database, job.connectionId);
  // A full base takes what changes in rows that are there.
  const first = down.find(({ kind }) => kind !== 'baseFull' || link?.airtableRecordId == null);
  return first
    ? said('stopped', downInWords(first), whatToDoAbout(first.side, first.kind), mark.since)
    : null;
}

function downInWords({ side, kind, message }: SideHealth): string {
  return stopInWords(side, { kind: kind as CallFailure['kind'], message });
}

const AGREED_THEN = 'Both sides agreed when they were last compared. What has changed since is not known:';

/** Nothing is marked, and it may be that nobody could tell of what has changed. */
async function unseen(job: Job): Promise<RecordStanding | null> {
  const { database, connectionId } = job;
  const down = (await sidesDown(database, connectionId)).find(({ kind }) => kind !== 'baseFull');
  if (down)
    return said(
      'stopped',
      `${AGREED_THEN} ${downInWords(down)}`,
      whatToDoAbout(down.side, down.kind),
      down.since,
    );
  const stopped = await withoutWorker(job, null, AGREED_THEN);
  if (stopped) return stopped;
  const [unread] = await unreadWebhooks(database, connectionId, nowOf(job));
  if (unread) return said('stopped', `${AGREED_THEN} ${UNHEARD} ${unread.why}`, HEARD_AGAIN, unread.since);
  const broken = (await listWebhooks(database, connectionId)).find(({ problem }) => problem !== null);
  if (broken) return said('stopped', `${AGREED_THEN} ${UNHEARD} ${broken.problem ?? ''}`, HEARD_AGAIN);
  return null;
}

const UNHEARD = 'edits in Airtable are not heard of.';

/** What the API key may not read is tried again by itself, and does not come soon: somebody has to let it. */
function notShown({ root }: Subject, { problem, since }: MarkState): RecordStanding | null {
  if (problem === null) return null;
  const { what, whatToDo } = missingRight(root.resource);
  if (problem.startsWith(what)) return said('stopped', what, whatToDo, since);
  return isNoAccess(problem) ? said('held', problem, null, since) : null;
}

async function underWay(job: Job, mark: MarkState): Promise<RecordStanding> {
  if (mark.isClaimed) return said('soon', 'It is being looked at right now.', null, mark.since);
  const stopped = await withoutWorker(job, mark.since, `It is marked (${mark.reason}) and waits.`);
  if (stopped) return stopped;
  if (mark.notBefore > nowOf(job)) {
    const reason = mark.problem ?? `${mark.reason}: it is looked at once the row has been still`;
    return said('soon', `${reason.replace(/\.$/, '')}; next look at ${mark.notBefore}.`, null, mark.since);
  }
  return said('soon', `It is marked (${mark.reason}) and comes next.`, null, mark.since);
}

/** What waits for a worker does not come soon where none is alive. */
export async function withoutWorker(
  job: Job,
  waitingSince: string | null,
  what: string,
): Promise<RecordStanding | null> {
  const silence = await workerSilence(job, waitingSince);
  return silence && said('stopped', `${what} ${silence.sentence}`, START_WORKER, silence.since);
}

function settled({ link, resource }: Subject): RecordStanding | null {
  const { one } = resourceNamed(resource).label;
  if (!link)
    return said('unlinked', `The sync has never seen a ${one} with this id.`, 'Check the id, or sync now.');
  if (link.status !== 'Problem') return null;
  return said(
    'held',
    link.note ?? 'Something in it cannot be taken over.',
    wayOut('refused'),
    link.updatedAt ?? null,
  );
}

/** Fields that are out of the sync, in this row as in all others of its table. */
async function leftOut(job: Job, { resource, link }: Subject): Promise<RecordStanding | null> {
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resource);
  const problems = Object.values(table?.quarantined ?? {});
  if (problems.length === 0) return null;
  const sentence = `Both sides agree in all that is synced. ${problems.join(' ')}`;
  return said('held', sentence, wayOut('quarantined'), link?.updatedAt ?? null);
}

function inStep({ link }: Subject): RecordStanding {
  const note = link?.note == null ? '' : ` ${link.note}`;
  return said('inStep', `Both sides agree.${note}`, null, link?.updatedAt ?? null);
}

/** A row that stands for nothing in Buildium. */
export function unlinkedStanding(row: UnlinkedRow | null, isCopy: boolean): RecordStanding {
  if (!row) {
    return said(
      'unlinked',
      'This row stands for nothing that the sync knows: it was typed here, or its table is not synced.',
      'Rows that people add are never sent by themselves; money is entered under Planned Transactions.',
    );
  }
  const { one } = resourceNamed(row.resource).label;
  const sentence = isCopy
    ? `It is a copy of ${one} ${row.entityId ?? ''}, made by ${row.madeBy}; it is never written or sent.`
    : `It was typed by ${row.madeBy} and stands for nothing in Buildium; it is never sent by itself.`;
  return said('unlinked', sentence, wayOut(isCopy ? 'copy' : 'unlinked'), row.seenAt);
}

import type { ConnectionRow } from '../../db/connections.ts';
import { newestOfKind } from '../../db/runs.ts';
import type { SideStatus } from '../../../shared/syncStatus.ts';
import { checkAirtableAccess } from '../connect/airtableAccess.ts';
import { examineAirtableWebhook } from './doctorWebhook.ts';
import { checkBuildiumAccess } from '../connect/buildiumAccess.ts';
import { todayIn } from '../calendar.ts';
import { fine, note, problem, type Finding } from './finding.ts';
import type { Job } from '../job.ts';
import { readStatus } from './status.ts';
import { SIDE_NAMES, storedFindings } from './storedFindings.ts';

/** One connection, from its keys to its rows. */
export async function examineConnection(job: Job, connection: ConnectionRow): Promise<Finding[]> {
  const status = await readStatus(job.database, job.connectionId, job.clock);
  const buildium = await checkBuildiumAccess(job.buildium, job.clock, todayIn(job));
  const airtable = await checkAirtableAccess(job.airtable);
  const answers = { buildium: !hasProblem(buildium.findings), airtable: !hasProblem(airtable) };
  const down = status.sides.filter(({ state }) => state === 'down');
  // What a call has just shown is not said a second time, and a trouble that it did not meet is over.
  const unseen = down.filter(({ kind }) => !TRIED.has(kind ?? ''));
  const over = down.filter(({ side, kind }) => TRIED.has(kind ?? '') && answers[side]);
  return [
    ...(await stateFindings(job)),
    ...buildium.findings,
    ...accountFindings(connection, buildium.account?.id ?? null),
    ...airtable,
    ...(hasProblem(airtable) ? [] : await examineAirtableWebhook(job)),
    ...over.map(goesOnSoon),
    ...(await storedFindings(job, connection, { ...status, sides: unseen })),
  ];
}

/** Troubles that doctor's own calls would have met. */
const TRIED = new Set(['unauthorized', 'quotaExhausted', 'rateLimited', 'unavailable']);

function goesOnSoon({ side, since, retryAt }: SideStatus): Finding {
  const name = SIDE_NAMES[side];
  const when = retryAt === null ? 'by itself' : `by itself, at ${retryAt} at the latest`;
  return note(
    `${name} side`,
    `${name} refused calls since ${since ?? '?'} and answers again: the sync goes on ${when}.`,
  );
}

function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'problem');
}

async function stateFindings(job: Job): Promise<Finding[]> {
  if (job.state === 'pairing') {
    const whatToDo = '`npm run cli -- pair` lists what is proposed; `pair --finish` starts the sync.';
    return [problem('State', 'The first pairing is not finished: nothing is synced.', whatToDo)];
  }
  if (job.state === 'paused')
    return [note('State', 'The connection is paused.', '`npm run cli -- resume` lets it go on.')];
  const first = await newestOfKind(job.database, job.connectionId, 'firstSync');
  if (first?.state === 'finished') return [fine('State', 'Running; the first sync is through.')];
  const message = first ? 'The first sync is not through yet.' : 'No first sync was started.';
  if (first?.problem) return [problem('State', `${message} It stopped: ${first.problem}`)];
  return [note('State', message, first ? null : '`npm run cli -- setup` starts it.')];
}

function accountFindings(connection: ConnectionRow, accountId: number | null): Finding[] {
  const stored = connection.buildiumAccountId;
  if (accountId === null || stored === null || stored === accountId) return [];
  const message = `The key belongs to Buildium account ${accountId}, the connection to ${stored}: events of ${stored} are expected.`;
  return [problem('Buildium key', message, 'Store a key of the right account with `npm run cli -- setup`.')];
}

import { resourceNamed } from '../../../shared/resources/index.ts';
import { unreachable } from '../../../shared/result.ts';
import { countHeld, type HeldKind } from '../../db/held.ts';
import { listIntents } from '../../db/intentLists.ts';
import { conflictAges } from '../../db/kpis.ts';
import type { Job } from '../job.ts';
import { showHeld, type ShownHeld } from '../losses/held.ts';
import { note, problem, type Finding } from './finding.ts';

const LISTED_AT_MOST = 10;

/** A conflict that nobody has settled over a weekend was forgotten. */
const CONFLICT_MS = 3 * 86_400_000;

type Watched = Pick<Job, 'database' | 'connectionId'> & { clock: { nowMs(): number } };

/**
 * What is held, as GET /sync/held lists it, and the other decisions that are open. A problem is what stays as it is
 * until a person does something; what goes on by itself, or was left so by a person, is a note.
 */
export async function heldFindings(job: Watched): Promise<Finding[]> {
  const counts = await countHeld(job.database, job.connectionId);
  const findings: Finding[] = [];
  for (const kind of LISTED) {
    const count = counts.get(kind) ?? 0;
    if (count === 0) continue;
    const filter = { kinds: [kind], resource: null, after: null, limit: LISTED_AT_MOST };
    const shown = await showHeld(job, filter);
    findings.push(...shown.map((held) => findingOf(kind, held)));
    if (count > shown.length) findings.push(moreOf(kind, count - shown.length));
  }
  return [...findings, ...leftFindings(counts), ...(await askingIntents(job)), ...(await conflicts(job))];
}

/** Told one by one. What is quarantined is told as the base's, with its tables and fields. */
const LISTED = ['approval', 'parked', 'refused', 'waiting'] as const satisfies readonly HeldKind[];

type ListedKind = (typeof LISTED)[number];

function findingOf(kind: ListedKind, held: ShownHeld): Finding {
  const { one } = resourceNamed(held.resource).label;
  const reason = held.reason ?? 'no reason is known';
  const message = `${one} ${held.entityId}: ${reason}`;
  switch (kind) {
    case 'approval':
      return problem('Decision', reason, held.whatToDo);
    case 'parked': {
      const command = `npm run cli -- redrive ${held.resource} ${held.entityId}`;
      return problem('Parked', message, `When it is mended: \`${command}\``);
    }
    case 'refused':
      return problem('Refused', message, held.whatToDo);
    case 'waiting':
      return note('Waiting', reason);
    default:
      return unreachable(kind);
  }
}

function moreOf(kind: ListedKind, count: number): Finding {
  const where = `\`GET /api/v1/sync/held?kind=${kind}\` lists all.`;
  switch (kind) {
    case 'approval':
      return problem('Decision', `${count} more wait for a decision.`, where);
    case 'parked':
      return problem('Parked', `${count} more are parked.`, '`npm run cli -- redrive` tries all of them.');
    case 'refused':
      return problem('Refused', `${count} more edits were refused.`, where);
    case 'waiting':
      return note('Waiting', `${count} more wait for another row.`, where);
    default:
      return unreachable(kind);
  }
}

/** Rows that people keep out of the sync, or that stand for nothing: theirs to leave. */
function leftFindings(counts: ReadonlyMap<HeldKind, number>): Finding[] {
  const kinds = [
    ['paused', 'are paused by their pause box'],
    ['copy', 'are copies of others; they are never written or sent'],
    ['unlinked', 'were typed among the synced ones and stand for nothing in Buildium'],
  ] as const;
  return kinds.flatMap(([kind, what]) => {
    const count = counts.get(kind) ?? 0;
    const where = `\`GET /api/v1/sync/held?kind=${kind}\` lists them.`;
    return count === 0 ? [] : [note('Rows left alone', `Rows that ${what}: ${count}.`, where)];
  });
}

async function askingIntents(job: Watched): Promise<Finding[]> {
  const page = { state: 'asking' as const, afterId: null, limit: LISTED_AT_MOST + 1 };
  const asking = await listIntents(job.database, job.connectionId, page);
  const whatToDo =
    'In the extension, under Push: adopt it, send it again or drop it. `GET /api/v1/sync/intents?state=asking` lists all.';
  return [
    ...asking
      .slice(0, LISTED_AT_MOST)
      .map(({ summary, message }) => problem('Push', `${summary} ${message}`, whatToDo)),
    ...(asking.length > LISTED_AT_MOST
      ? [problem('Push', 'More pushes wait for a decision.', whatToDo)]
      : []),
  ];
}

async function conflicts(job: Watched): Promise<Finding[]> {
  const { open, oldestOpenedAt } = await conflictAges(job.database, job.connectionId);
  if (oldestOpenedAt === null) return [];
  const message = `Open conflicts: ${open}, the oldest since ${oldestOpenedAt}.`;
  const whatToDo =
    'Choose a side in the extension, under Conflicts. `GET /api/v1/sync/conflicts` lists them.';
  const isOld = job.clock.nowMs() - Date.parse(oldestOpenedAt) > CONFLICT_MS;
  return [isOld ? problem('Conflicts', message, whatToDo) : note('Conflicts', message, whatToDo)];
}

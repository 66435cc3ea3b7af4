import type { AnyResource } from '../../shared/resources/define.ts';
import { err, ok, unreachable, type Result } from '../../shared/result.ts';
import { canReadList, type ReadScope } from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';
import { missingRight, noAccess } from './missingRight.ts';
import { enabledResources } from './schemaColumns.ts';

/** A claimed id that Buildium did not show, though it answers others: the same holds for this record, or for its whole resource. */
export type RefusedRead = { failure: CallFailure; about: 'record' | 'resource' };

type Read = { resource: AnyResource; scope: ReadScope };

/** Lists of other resources that are asked: rights of a key are given by resource, some for two of them. */
const OTHERS_ASKED = 3;

const ASKED = { priority: 'normal', deadlineMs: 10_000 } as const;

/**
 * What single reads that failed are about. Buildium answers 403 also for a record that the key may not see, and 500
 * for one that its own code cannot show: one such record stops nobody else.
 * @param hasAnswered whether other reads of the resource have just been answered.
 * @returns a failure when the side itself is at fault.
 */
export async function refusedAmong(
  job: Job,
  read: Read,
  failures: ReadonlyMap<string, CallFailure>,
  hasAnswered: boolean,
): Promise<Result<ReadonlyMap<string, RefusedRead>, CallFailure>> {
  const ofSide = [...failures.values()].find((failure) => mayBeAbout(failure) === 'side');
  if (ofSide) return err(ofSide);
  const doubtful = [...failures.values()].find((failure) => mayBeAbout(failure) === 'anything');
  const about = !doubtful || hasAnswered ? 'record' : await whatIsClosed(job, read);
  if (doubtful && about === 'side') return err(doubtful);
  const refused = [...failures].map(([entityId, failure]): [string, RefusedRead] =>
    mayBeAbout(failure) === 'anything' && about === 'resource'
      ? [entityId, { failure: ofAll(read.resource, failure), about }]
      : [entityId, { failure: inWords(read.resource, entityId, failure), about: 'record' }],
  );
  return ok(new Map(refused));
}

/** The same for ids that were to be read from a list which failed. */
export async function refusedWithList(
  job: Job,
  read: Read,
  entityIds: readonly string[],
  failure: CallFailure,
): Promise<Result<ReadonlyMap<string, RefusedRead>, CallFailure>> {
  if (mayBeAbout(failure) === 'side' || !(await doOthersAnswer(job, read))) return err(failure);
  const refused = { failure: ofAll(read.resource, failure), about: 'resource' as const };
  return ok(new Map(entityIds.map((entityId) => [entityId, refused])));
}

/** What a failure can be about, as far as it says so itself. */
function mayBeAbout({ kind }: CallFailure): 'record' | 'anything' | 'side' {
  switch (kind) {
    case 'invalid':
    case 'conflict':
    case 'notFound':
      return 'record';
    case 'forbidden':
    case 'unavailable':
    case 'breaksContract':
      return 'anything';
    case 'unauthorized':
    case 'rateLimited':
    case 'quotaExhausted':
    case 'baseFull':
      return 'side';
    default:
      return unreachable(kind);
  }
}

async function whatIsClosed(job: Job, read: Read): Promise<'record' | 'resource' | 'side'> {
  if (await answers(job, read)) return 'record';
  return (await doOthersAnswer(job, read)) ? 'resource' : 'side';
}

async function doOthersAnswer(job: Job, { resource, scope }: Read): Promise<boolean> {
  const others = enabledResources(job).filter((one) => one.read !== null && one !== resource);
  const answered = await Promise.all(
    others.slice(0, OTHERS_ASKED).map((one) => answers(job, { resource: one, scope })),
  );
  return answered.includes(true);
}

async function answers(job: Job, { resource, scope }: Read): Promise<boolean> {
  return (await canReadList(job.buildium, resource, scope, ASKED)).ok;
}

/** What holds all of a resource back. */
function ofAll({ name, label }: AnyResource, failure: CallFailure): CallFailure {
  if (failure.kind === 'forbidden') {
    const { what, whatToDo } = missingRight(name);
    return { ...failure, message: `${what} ${whatToDo}` };
  }
  return { ...failure, message: `Buildium cannot show ${label.many}, though it answers otherwise. ${LASTS}` };
}

const LASTS = "It is asked again by itself; if that lasts, tell Buildium's support.";

function inWords({ name, label }: AnyResource, entityId: string, failure: CallFailure): CallFailure {
  switch (failure.kind) {
    case 'forbidden':
      return { ...failure, message: noAccess(name, entityId) };
    case 'unavailable':
    case 'breaksContract': {
      const message = `Buildium cannot show ${label.one} ${entityId} to the API key, though it shows others: ${ended(failure)}. ${LASTS}`;
      return { ...failure, message };
    }
    default: {
      const said = failure.values ? `It says: ${failure.values.said}` : 'It does not say why.';
      const message = `Buildium refuses to show ${label.one} ${entityId}. ${said} Look at it in Buildium.`;
      return { ...failure, message };
    }
  }
}

function ended({ status }: CallFailure): string {
  if (status === null) return 'it does not answer';
  return status >= 500 ? `its server ends in an error (${status})` : 'its answer is not as documented';
}

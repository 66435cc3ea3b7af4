import { dateOf } from '../../shared/dates.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CallOptions } from '../buildium/client.ts';
import {
  canListChanges,
  readOne,
  readPages,
  recentScope,
  PAGE_SIZE,
  type ListScope,
  type ReadScope,
  type Wire,
} from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import { linksByEntity, linksByParent, liveEntityIds, type LinkRow } from '../db/links.ts';
import type { Claim } from '../db/claims.ts';
import { entityFromWire, type Decoded } from '../sync/entity.ts';
import { inSlices } from './inSlices.ts';
import type { Job } from './job.ts';
import { historyFrom, todayIn } from './calendar.ts';
import { refusedAmong, refusedWithList, type RefusedRead } from './refusedReads.ts';
import { fingerprint } from './synced.ts';

/** One entity of a batch: an id that was claimed, or a row inside it. */
export type Member = {
  resource: AnyResource;
  entityId: string;
  /** The claimed id that brought it. */
  rootId: string;
  parentId: string | null;
  /** Null: gone from Buildium. */
  wire: Wire | null;
  decoded: Decoded;
  link: LinkRow | null;
};

export type BuildiumLook = {
  members: Member[];
  /** Claimed ids that Buildium refused to show, each with its reason. */
  refused: ReadonlyMap<string, RefusedRead>;
};

/** Above this many ids a list of what changed is cheaper than single reads. */
const LIST_ABOVE = 8;

/** Buildium's clock and ours may differ, and a change may be listed a moment late. */
const OVERLAP_MS = 10 * 60_000;

export function readScope(
  job: Job,
  which: { nightly: boolean; full: boolean } = { nightly: false, full: false },
): ReadScope {
  const today = todayIn(job);
  return { today, from: historyFrom(job, today), ...which };
}

/**
 * Buildium's side of the claimed ids and of the rows inside them.
 * @param observed what a sweep has read a moment ago; the rest is read now.
 * @returns a failure only when the side itself is at fault.
 */
export async function lookAtBuildium(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  observed: ReadonlyMap<string, Wire>,
): Promise<Result<BuildiumLook, CallFailure>> {
  const wires = new Map<string, Wire | null>(observed);
  const unread = claims.filter((claim) => !wires.has(claim.entityId));
  const options: CallOptions = { priority: 'normal' };
  if (unread.length > LIST_ABOVE && canListChanges(resource)) {
    const listed = await readChanged(job, resource, unread, options);
    if (!listed.ok) return withoutListed(job, resource, claims, observed, listed.error);
    for (const [id, wire] of listed.value) wires.set(id, wire);
  }
  const unlisted = unread.filter((claim) => !wires.has(claim.entityId));
  if (unlisted.length > LIST_ABOVE && (await isWholeListCheaper(job, resource, unlisted.length))) {
    const listed = await readListed(job, resource, unlisted, recentScope(readScope(job)), options);
    if (!listed.ok) return withoutListed(job, resource, claims, wires, listed.error);
    for (const [id, wire] of listed.value) wires.set(id, wire);
  }
  const singles = unread.filter((claim) => !wires.has(claim.entityId));
  const answers = await Promise.all(
    singles.map(async ({ entityId }) => ({
      entityId,
      answer: await readOne(job.buildium, resource, entityId, readScope(job), options),
    })),
  );
  const failures = new Map<string, CallFailure>();
  for (const { entityId, answer } of answers) {
    if (answer.ok) wires.set(entityId, answer.value);
    else failures.set(entityId, answer.error);
  }
  const hasAnswered = singles.length < unread.length || failures.size < singles.length;
  const refused = await refusedAmong(job, { resource, scope: readScope(job) }, failures, hasAnswered);
  if (!refused.ok) return refused;
  const members = await membersOf(job, resource, claims, wires);
  return ok({ members, refused: refused.value });
}

/** Their list failed, and with it those that were to be read from it; what is known of the others goes on. */
async function withoutListed(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  wires: ReadonlyMap<string, Wire | null>,
  failure: CallFailure,
): Promise<Result<BuildiumLook, CallFailure>> {
  const unread = claims.filter(({ entityId }) => !wires.has(entityId)).map(({ entityId }) => entityId);
  const refused = await refusedWithList(job, { resource, scope: readScope(job) }, unread, failure);
  if (!refused.ok) return refused;
  return ok({ members: await membersOf(job, resource, claims, wires), refused: refused.value });
}

/** What the list of changes shows of the claimed ids; ids that it doesn't show are read one by one. */
async function readChanged(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  options: CallOptions,
): Promise<Result<Map<string, Wire>, CallFailure>> {
  const earliest = Math.min(
    ...claims.flatMap((claim) => [Date.parse(claim.happenedAt), Date.parse(claim.since)]),
  );
  const updatedSince = new Date(earliest - OVERLAP_MS).toISOString();
  return readListed(job, resource, claims, { ...recentScope(readScope(job)), updatedSince }, options);
}

/**
 * Many rows edited in Airtable at once have not changed in Buildium, so no list of changes shows them: the whole list
 * does, where it is short and complete in itself.
 */
async function isWholeListCheaper(job: Job, resource: AnyResource, singles: number): Promise<boolean> {
  const lists = resource.read?.lists ?? [];
  const isPlain = lists.every((list) => !list.window && !list.needsGlAccountIds && !list.fullReadOnly);
  if (!isPlain || resource.read?.extras?.some(({ when }) => when === 'always')) return false;
  const known = await liveEntityIds(job.database, job.connectionId, resource.name);
  return singles > lists.length * (1 + Math.ceil(known.length / PAGE_SIZE));
}

/** What a list shows of the claimed ids; ids that it doesn't show are read one by one. */
async function readListed(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  scope: ListScope,
  options: CallOptions,
): Promise<Result<Map<string, Wire>, CallFailure>> {
  const wanted = new Set(claims.map((claim) => claim.entityId));
  const found = new Map<string, Wire>();
  for await (const page of readPages(job.buildium, resource, scope, options)) {
    if (!page.ok) return page;
    for (const wire of page.value.wires) {
      const id = resource.idOf(wire);
      if (wanted.has(id)) found.set(id, wire);
    }
  }
  return ok(found);
}

async function membersOf(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  wires: ReadonlyMap<string, Wire | null>,
): Promise<Member[]> {
  const seen = claims.filter((claim) => wires.has(claim.entityId)).map((claim) => claim.entityId);
  const links = await linksByEntity(job.database, job.connectionId, resource.name, seen);
  const roots = await inSlices(seen, (entityId) =>
    memberOf(resource, entityId, entityId, null, wires.get(entityId) ?? null, links),
  );
  const parts = await Promise.all(
    (resource.parts ?? []).map((part) => partMembers(job, resourceNamed(part.resource), part.of, roots)),
  );
  return [...roots, ...parts.flat()];
}

/** The rows inside the roots: those that Buildium shows, and those that it showed once and doesn't any more. */
async function partMembers(
  job: Job,
  resource: AnyResource,
  partsOf: (wire: Wire) => readonly Wire[] | undefined,
  roots: readonly Member[],
): Promise<Member[]> {
  const shown = new Map<string, { wire: Wire; root: Member }>();
  const looked: string[] = [];
  for (const root of roots) {
    const rows = root.wire ? rowsInside(root, root.wire, partsOf) : [];
    if (rows === undefined) continue;
    looked.push(root.entityId);
    for (const wire of rows) shown.set(resource.idOf(wire), { wire, root });
  }
  const [known, earlier] = await Promise.all([
    linksByEntity(job.database, job.connectionId, resource.name, [...shown.keys()]),
    linksByParent(job.database, job.connectionId, resource.name, looked),
  ]);
  const present = await inSlices([...shown], ([entityId, { wire, root }]) =>
    memberOf(resource, entityId, root.entityId, root.entityId, wire, known),
  );
  const gone = earlier
    .filter((link) => !shown.has(link.entityId))
    .map((link) =>
      memberOf(
        resource,
        link.entityId,
        link.parentId ?? '',
        link.parentId,
        null,
        new Map([[link.entityId, link]]),
      ),
    );
  return [...present, ...gone];
}

/** An answer that breaks the contract says nothing of its rows either. */
function rowsInside(
  root: Pick<Member, 'decoded'>,
  wire: Wire,
  partsOf: (wire: Wire) => readonly Wire[] | undefined,
): readonly Wire[] | undefined {
  return breaksContract(root) ? undefined : partsOf(wire);
}

function memberOf(
  resource: AnyResource,
  entityId: string,
  rootId: string,
  parentId: string | null,
  wire: Wire | null,
  links: ReadonlyMap<string, LinkRow>,
): Member {
  const decoded = wire ? decodeWire(resource, wire) : { entity: {}, problems: [] };
  return { resource, entityId, rootId, parentId, wire, decoded, link: links.get(entityId) ?? null };
}

/** A body that breaks the contract holds its entity with the reason; it never stops the others. */
export function decodeWire(resource: AnyResource, wire: Wire): Decoded {
  const parsed = resource.wire.safeParse(wire);
  if (parsed.success) return entityFromWire(resource, parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  return {
    entity: {},
    problems: [
      {
        field: '',
        message: `Buildium's answer is not as documented: ${where} ${issue?.message ?? ''}`.trim(),
      },
    ],
  };
}

/** Nothing but the problem itself can be said of such an answer. */
export function breaksContract({ decoded }: Pick<Member, 'decoded'>): boolean {
  return decoded.problems.some((problem) => problem.field === '');
}

/** The day an entity belongs to, where the resource has one. */
export function dateOfMember(member: Pick<Member, 'resource' | 'wire' | 'decoded'>): string | null {
  if (!member.wire || breaksContract(member)) return null;
  const date = member.resource.dateOf?.(member.wire) ?? null;
  return date === null ? null : dateOf(date);
}

/** Why the entity stays out of Airtable, or null. */
export function outOfScopeReason(member: Pick<Member, 'resource' | 'wire' | 'decoded'>): string | null {
  if (!member.wire || breaksContract(member)) return null;
  return member.resource.outOfScope?.(member.wire) ?? null;
}

/**
 * Buildium's side of an entity and the rows inside it in one line: the same line at the next sweep means nothing to do.
 */
export function fingerprintOf(resource: AnyResource, wire: Wire): string {
  const own = { resource, entityId: resource.idOf(wire), ...decodeWire(resource, wire) };
  const parts = (resource.parts ?? []).flatMap((part) => {
    const child = resourceNamed(part.resource);
    const rows = rowsInside({ decoded: own }, wire, part.of) ?? [];
    return rows.map((row) => ({ resource: child, entityId: child.idOf(row), ...decodeWire(child, row) }));
  });
  return fingerprint([own, ...parts]);
}

/**
 * Claimed ids that Buildium alone has announced, and of which it shows nothing but what is remembered, such as our own
 * write coming back: Airtable's side had no part in it, and need not be looked at.
 */
export function unchangedAmong(claims: readonly Claim[], members: readonly Member[]): Set<string> {
  const announced = new Set(
    claims.filter(({ airtableHadPart }) => !airtableHadPart).map(({ entityId }) => entityId),
  );
  const unchanged = members.filter(({ resource, entityId, rootId, wire, link }) => {
    if (entityId !== rootId || !announced.has(entityId) || !wire || !link?.airtableRecordId) return false;
    return link.buildiumHash !== null && fingerprintOf(resource, wire) === link.buildiumHash;
  });
  return new Set(unchanged.map(({ entityId }) => entityId));
}

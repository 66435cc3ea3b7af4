import type { OutboundRequest } from '../../server/outbound.ts';
import { decodeWire } from '../../server/jobs/look.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { sameValue } from '../../shared/resources/values.ts';
import { buildiumWire, resourceOfTable, type Account } from './account.ts';
import { entityAt } from './buildiumWrites.ts';
import { count, type Counts } from './counts.ts';
import type { DueActs } from './dueActs.ts';
import { saveInBuildium, typeIn, type People, type Target } from './people.ts';
import { writableFields } from './values.ts';

/** How often somebody comes by there. */
const VISITED = 0.4;
/**
 * What lands late mostly finds what it was to bring, and changes nothing: only where somebody has typed since it does.
 * And what somebody has decided is soon looked at.
 */
const VISITED_OFTEN = 0.9;
/** By then the engine has mostly sent once more what was unclear. */
const SENT_AGAIN_MS = 60_000;
const IN_AIRTABLE = 0.8;

/**
 * Somebody types just where a write of the sync is unclear, before or after it has been sent once more. Without such
 * visits it hardly ever matters that it was. To be called before the request takes effect.
 */
export function drawVisit(
  people: People,
  { visits, counts }: { visits: DueActs; counts: Counts },
  account: Account,
  request: OutboundRequest,
  lateMs: number | null,
): void {
  const { random } = people;
  const unclear = fieldsIn(account, request);
  if (unclear.length === 0) return;
  const decided = unclear.filter((target) => isDecided(account, target));
  const share = lateMs !== null || decided.length > 0 ? VISITED_OFTEN : VISITED;
  if (random.next() >= share) return;
  const target = random.pick(decided.length > 0 ? decided : unclear);
  const edit = random.next() < IN_AIRTABLE ? typeIn : saveInBuildium;
  const nowMs = people.nowMs();
  // Early enough for what is typed to be on both sides when it lands.
  const withinMs = lateMs === null ? SENT_AGAIN_MS : (lateMs - nowMs) / 2;
  visits.add(nowMs + random.integer(0, Math.floor(withinMs)), () => {
    const done = edit(people, account, target);
    count(counts, done === null ? 'actions that could not be' : 'actions', 'edit where a write is unclear');
  });
}

function isDecided({ decided }: Account, { resource, entityId, field }: Target): boolean {
  return decided.some(({ place }) => place === `${resource.name} ${entityId} ${field.key}`);
}

/** What the request is to change. */
function fieldsIn(account: Account, { side, url, body }: OutboundRequest): Target[] {
  const path = new URL(url).pathname;
  return side === 'airtable' ? fieldsOfRows(account, path, body) : fieldsOfEntity(account, path, body);
}

function fieldsOfRows(account: Account, path: string, body: unknown): Target[] {
  const name = resourceOfTable(account, path.split('/')[3] ?? '');
  const { records = [] } = (body ?? {}) as { records?: { id?: string; fields: Record<string, unknown> }[] };
  if (name === null) return [];
  const columns = placesIn(account.base).get(name)?.fieldIds;
  return records.flatMap(({ id = '', fields }) => {
    const [, entityId] = account.rowOwner.get(id)?.split(' ') ?? [];
    if (entityId === undefined) return [];
    return targets(resourceNamed(name), entityId, (key) => (columns?.get(key) ?? '') in fields);
  });
}

function fieldsOfEntity(account: Account, path: string, body: unknown): Target[] {
  const found = entityAt(path);
  const wire = found && buildiumWire(account, found.resource, found.entityId);
  if (!wire) return [];
  const { resource, entityId } = found;
  const before = decodeWire(resource, wire).entity;
  const after = decodeWire(resource, { ...wire, ...(body as Record<string, unknown>) }).entity;
  return targets(resource, entityId, (key) => !sameValue(before[key] ?? null, after[key] ?? null));
}

function targets(resource: AnyResource, entityId: string, isMeant: (key: string) => boolean): Target[] {
  return writableFields(resource).flatMap((field) =>
    isMeant(field.key) ? [{ resource, field, entityId }] : [],
  );
}

import { resourceNamed } from '../../shared/resources/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import type { Random } from '../../server/sandbox/random.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { attach, detach, entityOfRecord, type EntityRef } from '../../server/jobs/losses/detach.ts';
import type { Job } from '../../server/jobs/job.ts';
import { entityIds, type Account } from './account.ts';
import { count, type Counts } from './counts.ts';
import { noteEdit } from './editAgain.ts';
import { openRests, type Rest } from './rests.ts';
import { writableFields } from './values.ts';

/** How many of the rows that are detached when the office closes are so for good. */
const LEFT_DETACHED = 0.2;

/** A look that began before goes on as it was planned. */
const LOOK_MS = 60_000;

/** A person takes a row out of the sync: it goes on without it as soon as no look at it is under way any more. */
export async function detachSome(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  const name = random.pick(account.synced);
  const table = account.base.tableById(placesIn(account.base).get(name)?.tableId);
  const detached = new Set(openRests(account, 'detached').map(({ entityId }) => entityId));
  const rows = [...(table?.rows.keys() ?? [])].filter((id) => {
    const [, entityId = ''] = account.rowOwner.get(id)?.split(' ') ?? [];
    return entityId !== '' && !detached.has(entityId) && !account.attaching.has(`${name} ${entityId}`);
  });
  if (rows.length === 0) return;
  const rowId = random.pick(rows);
  const fields = writableFields(resourceNamed(name));
  const field = fields.length > 0 ? random.pick(fields).key : null;
  const ref = await entityOfRecord(job, rowId);
  if (!ref) return count(counts, 'detaching', 'a row that the sync does not know');
  account.detachAsked.add(`${ref.resource} ${ref.entityId}`);
  const done = await detach(job, ref, 'person');
  count(counts, 'detaching', done.ok ? 'detached' : 'Airtable away');
  // Of two who take it out at once one may come after somebody has taken it back.
  if (!done.ok || !(await isDetached(job, ref))) return;
  if (field !== null) noteEdit(account, { ...ref, field });
  const rest: Rest = { why: 'detached', ...ref, rowId, from: null, to: null, isOneOfTwo: false };
  account.rests.push(rest);
  while (await isLookedAt(job, ref)) await job.clock.sleep(LOOK_MS);
  if (rest.to === null) rest.from = account.moment();
}

async function isDetached(job: Job, { resource, entityId }: EntityRef): Promise<boolean> {
  const links = await linksByEntity(job.database, job.connectionId, resource, [entityId]);
  return links.get(entityId)?.standing === 'detached';
}

/** A look that was held up goes on after its claim has run out, as long as nobody else has taken it. */
async function isLookedAt(job: Job, { resource, entityId }: EntityRef): Promise<boolean> {
  const { partOf } = resourceNamed(resource);
  const links = await linksByEntity(job.database, job.connectionId, resource, [entityId]);
  const root = partOf === undefined ? entityId : (links.get(entityId)?.parentId ?? entityId);
  const rows = await job.database.query(
    `select 1 from marks where connection_id = $1 and resource = $2 and entity_id = $3 and claim_until is not null`,
    [job.connectionId, partOf ?? resource, root],
  );
  return rows.length > 0;
}

/** A person takes a row back that was taken out. */
export async function attachSome(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  const detached = openRests(account, 'detached');
  if (detached.length > 0) await attachOne(job, account, random.pick(detached), counts);
}

async function attachOne(job: Job, account: Account, ref: EntityRef, counts: Counts): Promise<void> {
  const place = `${ref.resource} ${ref.entityId}`;
  account.attaching.add(place);
  endRests(account, ref);
  const done = await attach(job, ref, 'person');
  count(counts, 'detaching', done.ok ? 'attached' : 'Airtable away');
  if (done.ok) {
    account.detachAsked.delete(place);
    // A second one who had taken it out was told so only now.
    endRests(account, ref);
  }
  account.attaching.delete(place);
}

function endRests(account: Account, ref: EntityRef): void {
  for (const rest of openRests(account, 'detached'))
    if (rest.resource === ref.resource && rest.entityId === ref.entityId) rest.to = account.moment();
}

/** Before everybody leaves, most of what was taken out is taken back. */
export async function attachMost(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  for (const resource of account.synced) {
    const ids = entityIds(account, resourceNamed(resource));
    const links = await linksByEntity(job.database, job.connectionId, resource, ids);
    const detached = ids.filter((id) => links.get(id)?.standing === 'detached');
    for (const entityId of detached)
      if (random.next() >= LEFT_DETACHED) await attachOne(job, account, { resource, entityId }, counts);
  }
}

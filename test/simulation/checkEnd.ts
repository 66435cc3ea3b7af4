import { RESOURCES, resourceNamed } from '../../shared/resources/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { compareSides, type BothSides } from '../../server/sandbox/bothSides.ts';
import { sameShown, type Account } from './account.ts';
import { WRONG_ID } from './people.ts';
import { heldOf, type Held } from './held.ts';
import { openRests } from './rests.ts';
import type { Simulation } from './simulation.ts';
import { SETTINGS } from './template.ts';

/**
 * Invariant 1: every linked field is equal, in an open conflict, or held with a reason. Both worlds are compared as
 * they are; what the engine believes only counts as far as it says so to people.
 */
export async function checkEnd(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  for (const [connectionId, account] of simulation.accounts) {
    followRepairs(account);
    const held = await heldOf(simulation, connectionId);
    const sides = {
      buildium: { world: account.buildium, clock: { nowMs: () => simulation.scheduler.nowMs() } },
      airtable: { world: account.airtable, baseId: account.base.id },
    } as unknown as BothSides;
    const { differences } = compareSides(sides, {
      ...{ resources: account.synced, settings: SETTINGS },
      counts: (recordId) => account.rowOwner.has(recordId),
    });
    for (const difference of differences)
      if (!isExplained(difference, held, account)) violations.push(`${account.name}: ${difference}`);
    violations.push(...(await leftDirty(simulation, connectionId, account)));
  }
  return violations;
}

/** A link column whose table was deleted is text now; the repair made another one beside it. */
function followRepairs(account: Account): void {
  for (const [name, place] of placesIn(account.base)) {
    const table = account.base.tableById(place.tableId);
    for (const { key, column, kind } of resourceNamed(name).fields) {
      const made = table?.fields.findLast((field) => field.name.startsWith(`${column} (Buildium`));
      if (kind === 'link' && made) place.fieldIds.set(key, made.id);
    }
  }
}

function isPaused(account: Account, entity: string): boolean {
  return openRests(account, 'paused').some(({ resource, entityId }) => `${resource} ${entityId}` === entity);
}

/** Somebody has asked for it, or left a deleted row as it is. */
function isMeantSo({ detachAsked }: Account, { ignored }: Held, entity: string): boolean {
  return detachAsked.has(entity) || ignored.has(entity);
}

const LABELS = new Map(RESOURCES.map((resource) => [resource.label.one, resource]));

function isExplained(difference: string, held: Held, account: Account): boolean {
  if (isUnsyncedLink(difference, account) || isOwnWay(difference)) return true;
  // The copy of a row whose id somebody had changed: it stands for nothing.
  if (difference.includes(` ${WRONG_ID} `)) return true;
  const about = /^(.+?) (\d+)(?:: (.+?) (?:is|in) | (has|is) (.*))/.exec(difference);
  const resource = LABELS.get(about?.[1] ?? '');
  if (!about || !resource) return false;
  const entity = `${resource.name} ${about[2] ?? ''}`;
  if (held.paused.has(entity) && isPaused(account, entity)) return true;
  if (held.detached.has(entity) && isMeantSo(account, held, entity)) return true;
  if (held.ignored.has(entity)) return true;
  const field = resource.fields.find(({ column }) => column === about[3]);
  // What this seed does not sync stands in the base all the same, and rows link to it.
  if (field?.target !== undefined && !account.synced.includes(field.target)) return true;
  if (field?.target !== undefined && isStandingLink(difference, field.target, held)) return true;
  if (field) {
    const note = held.notes.get(entity) ?? '';
    return (
      held.conflicts.has(`${entity} ${field.key}`) ||
      held.ignored.has(`${entity} ${field.key}`) ||
      /Not taken over into Buildium/.test(note) ||
      note.includes(field.column) ||
      held.columns.has(`${resource.name} ${field.key}`) ||
      held.marks.has(entity) ||
      held.copies.has(entity)
    );
  }
  return held.marks.has(entity) || held.notices.has(entity) || held.copies.has(entity);
}

/** A link stays to a row that was taken out of the sync, whatever a person has made of its id since. */
function isStandingLink(difference: string, target: string, held: Held): boolean {
  const shown = / is blank in Buildium and \["(.+?)"\]/.exec(difference)?.[1] ?? '';
  const isNotOurs = shown === WRONG_ID || shown.startsWith('row:');
  return isNotOurs && [...held.detached].some((entity) => entity.startsWith(`${target} `));
}

/** Buildium keeps the address as it likes, and Airtable as it was typed. */
function isOwnWay(difference: string): boolean {
  const [, buildium, airtable] =
    /is "(\S+@\S+)" in Buildium and "(\S+@\S+)" in Airtable/.exec(difference) ?? [];
  return buildium !== undefined && airtable !== undefined && sameShown(buildium, airtable);
}

/** Links to what this connection does not sync have no field. */
function isUnsyncedLink(difference: string, account: Account): boolean {
  const about = /^"(.+)" has no field "(.+)"$/.exec(difference);
  const field = RESOURCES.find(({ table }) => table === about?.[1])?.fields.find(
    ({ column }) => column === about?.[2],
  );
  return field?.target !== undefined && !account.synced.includes(field.target);
}

async function leftDirty({ shared }: Simulation, connectionId: string, account: Account): Promise<string[]> {
  const { rows } = await shared.run(
    `select resource, entity_id, reason, problem from marks where connection_id = $1 and problem is null limit 3`,
    [connectionId],
  );
  return (rows as { resource: string; entity_id: string; reason: string; problem: string | null }[]).map(
    (row) =>
      `${account.name}: ${row.resource} ${row.entity_id} is still to be looked at (${row.reason}; ${row.problem ?? 'no problem'})`,
  );
}

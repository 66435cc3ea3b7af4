import { isDeepStrictEqual } from 'node:util';
import { holdPlaces } from '../db/airtableSchema.ts';
import type { Queryable } from '../db/database.ts';
import { postponeMarks } from '../db/claims.ts';
import { loadBaseMapping, type BaseMapping } from './baseMapping.ts';
import { nowOf, type Job } from './job.ts';
import type { Settlement } from './settlement.ts';

/**
 * Whether the tables and fields of a batch are still those that it looked at; until the transaction ends they stay so.
 * A repair forgets what was agreed in a field that it made anew: a batch that began before would bring that back, and
 * the new field's blank cells would look like somebody's edit. A row that it made lacks the new field altogether.
 */
export async function arePlacesAsLooked(
  tx: Queryable,
  job: Job,
  { resource, mapping }: Pick<Settlement, 'resource' | 'mapping'>,
): Promise<boolean> {
  const names = [resource.name, ...(resource.parts ?? []).map((part) => part.resource)];
  await holdPlaces(tx, job.connectionId, names);
  const now = await loadBaseMapping(tx, job.connectionId);
  return names.every((name) => isDeepStrictEqual(placeIn(now, name), placeIn(mapping, name)));
}

function placeIn(mapping: BaseMapping, resource: string): unknown {
  const table = mapping.get(resource);
  return table && { tableId: table.tableId, fieldIds: table.fieldIds };
}

/** Nothing is remembered, as if the process had died here: the ids are due again, and what was sent is on record. */
export async function lookAgain(
  tx: Queryable,
  job: Job,
  { resource, claims }: Pick<Settlement, 'resource' | 'claims'>,
): Promise<void> {
  const notBefore = nowOf(job);
  const rows = claims.map(({ entityId, fence }) => ({
    ...{ entityId, fence, notBefore, problem: null },
    ...{ counts: false, parkedAt: null, waitingFor: null },
  }));
  await postponeMarks(tx, job.connectionId, resource.name, rows);
}

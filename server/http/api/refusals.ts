import type { PolicyPatch } from '../../../shared/policies.ts';
import { isResourceName, resourceNamed, RESOURCES } from '../../../shared/resources/index.ts';
import { asSentence } from '../../../shared/sentence.ts';
import { connectionById, type ConnectionRow } from '../../db/connections.ts';
import type { Queryable } from '../../db/database.ts';
import { HttpProblem } from '../problem.ts';

/** @throws 422 with the names that exist. */
export function refuseUnknownResources(names: readonly string[], path: string): void {
  const unknown = names.filter((name) => !isResourceName(name));
  if (unknown.length === 0) return;
  const known = RESOURCES.map((resource) => resource.name).join(', ');
  throw invalid(path, `there is no resource ${unknown.join(', ')}; the resources are ${known}`);
}

/** @throws 422 for policies of resources and fields that there are not, or that never flow to Buildium. */
export function refuseUnknownPolicies({ resources, fields }: PolicyPatch, path: string): void {
  refuseUnknownResources(Object.keys(resources ?? {}), `${path}.resources`);
  for (const name of Object.keys(fields ?? {})) {
    const [resource = '', key] = name.split('.');
    const field = isResourceName(resource)
      ? resourceNamed(resource).fields.find((candidate) => candidate.key === key)
      : undefined;
    if (field?.put) continue;
    throw invalid(
      `${path}.fields`,
      `${name} is no field that flows both ways; GET /api/v1/sync/policies lists those that do, named like units.marketRent`,
    );
  }
}

export function invalid(path: string, message: string): HttpProblem {
  return new HttpProblem(422, 'invalid', `Not accepted: ${path}: ${asSentence(message)}`, {
    details: [{ path, message }],
  });
}

/** A token's connection exists as long as its row does: nothing deletes it alone. */
export async function connectionOf(db: Queryable, connectionId: string): Promise<ConnectionRow> {
  const row = await connectionById(db, connectionId);
  if (row) return row;
  throw new HttpProblem(
    404,
    'unknownConnection',
    'The connection of this token is gone. Ask for a token of another.',
  );
}

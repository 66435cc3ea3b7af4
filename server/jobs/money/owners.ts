import * as z from 'zod';
import type { Period } from '../../../shared/dates.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { listOwnership } from '../../db/ownership.ts';
import type { NoiFailure } from './calculateNoi.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';

const owners = z.array(z.looseObject({ Id: z.number(), PropertyIds: z.array(z.number()).nullish() }));

/** The properties that the owners have a part of in the period, in Buildium or in the table Ownership. */
export async function propertiesOfOwners(
  job: Job,
  ownerIds: readonly number[],
  period: Period,
): Promise<Result<number[], NoiFailure>> {
  const path = '/v1/rentals/owners';
  const list = await job.buildium.list(path, {}, LEDGER_CALLS);
  if (!list.ok) return err({ kind: 'buildium', message: list.error.message, failure: list.error });
  const read = parse(path, owners, list.value.items);
  if (!read.ok) return err({ kind: 'buildium', message: read.error.message, failure: read.error });
  const entered = (await listOwnership(job.database, job.connectionId)).filter(
    ({ from, to }) => (from === null || from <= period.to) && (to === null || to >= period.from),
  );
  const propertyIds = new Set<number>();
  for (const ownerId of ownerIds) {
    const owner = read.value.find(({ Id }) => Id === ownerId);
    const own = [
      ...(owner?.PropertyIds ?? []),
      ...entered.filter((row) => row.ownerId === ownerId).map(({ propertyId }) => propertyId),
    ];
    if (own.length === 0)
      return err({ kind: 'invalid', message: sayNoProperty(ownerId, owner !== undefined) });
    for (const propertyId of own) propertyIds.add(propertyId);
  }
  return ok([...propertyIds].sort((a, b) => a - b));
}

function sayNoProperty(ownerId: number, isKnown: boolean): string {
  return isKnown
    ? `Owner ${ownerId} has no property in Buildium and no row in the table Ownership. Add one, or choose another owner.`
    : `Owner ${ownerId} is not in Buildium, or the API key may not see them. Choose another.`;
}

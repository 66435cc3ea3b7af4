import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { Job } from '../job.ts';

/** An address as Buildium takes it on a check. */
export type CheckAddress = Record<string, unknown>;

/**
 * The address to which a tenant's refund check goes, read from Buildium: it is contact data, so it is shown nowhere
 * and kept only sealed. Null where Buildium would not take it.
 */
export async function refundAddress(
  job: Job,
  tenantId: string | null,
): Promise<Result<CheckAddress | null, CallFailure>> {
  if (tenantId === null) return ok(null);
  const answer = await job.buildium.get(`/v1/leases/tenants/${tenantId}`, {}, { priority: 'person' });
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok(null) : answer;
  const { Address } = answer.value as { Address?: CheckAddress | null };
  const isComplete = ['AddressLine1', 'PostalCode', 'Country'].every(
    (key) => typeof Address?.[key] === 'string' && Address[key] !== '',
  );
  if (!Address || !isComplete) return ok(null);
  const { AddressLine1, AddressLine2, AddressLine3, City, State, PostalCode, Country } = Address;
  return ok({ AddressLine1, AddressLine2, AddressLine3, City, State, PostalCode, Country });
}

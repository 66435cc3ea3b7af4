import * as z from 'zod';
import { created, invalid, NO_CONTENT, notFound, ok, type Answer } from '../answers.ts';
import { findLease, isRefusal } from '../lookups.ts';
import { page } from '../paging.ts';
import { get, post, remove, type Call, type Route } from '../router.ts';
import type { Lease, MoveOut } from '../state.ts';
import { date, id, optional } from '../validation.ts';
import { moveOutMessage } from './leaseMessage.ts';
import { cancelMoveOut, moveOutTenant } from './leaseChanges.ts';

const PERMISSION = 'Rentals > Leases';

const postMoveOut = z.strictObject({ TenantId: id, MoveOutDate: date, NoticeGivenDate: optional(date) });

export const moveOutRoutes: readonly Route[] = [
  get('/v1/leases/{leaseId}/moveouts', PERMISSION, (call) => {
    const lease = findLease(call.world, call.id('leaseId'));
    return isRefusal(lease) ? lease : page(call.params, lease.moveOuts, moveOutMessage);
  }),
  post('/v1/leases/{leaseId}/moveouts', PERMISSION, postMoveOut, (call, body) => {
    const lease = findLease(call.world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    if (!lease.tenants.some(({ tenantId }) => tenantId === body.TenantId))
      return invalid('TenantId', `The tenant ${body.TenantId} is not on the lease ${lease.id}.`);
    const moveOut: MoveOut = {
      tenantId: body.TenantId,
      moveOutDate: body.MoveOutDate,
      noticeGivenDate: body.NoticeGivenDate,
    };
    moveOutTenant(call.world, lease, moveOut, call.nowMs);
    return created(`/v1/leases/${lease.id}/moveouts/${body.TenantId}`, moveOutMessage(moveOut));
  }),
  get('/v1/leases/{leaseId}/moveouts/{tenantId}', PERMISSION, (call) => {
    const found = find(call);
    return isRefusal(found) ? found : ok(moveOutMessage(found.moveOut));
  }),
  remove('/v1/leases/{leaseId}/moveouts/{tenantId}', PERMISSION, (call) => {
    const found = find(call);
    if (isRefusal(found)) return found;
    cancelMoveOut(found.lease, found.moveOut.tenantId, call.nowMs);
    return NO_CONTENT;
  }),
];

function find(call: Call): { lease: Lease; moveOut: MoveOut } | Answer {
  const lease = findLease(call.world, call.id('leaseId'));
  if (isRefusal(lease)) return lease;
  const moveOut = lease.moveOuts.find(({ tenantId }) => tenantId === call.id('tenantId'));
  return moveOut ? { lease, moveOut } : notFound('move-out of tenant', call.id('tenantId'));
}

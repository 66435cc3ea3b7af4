import type { PlainDate } from '../../../../shared/dates.ts';
import { currentTenantIds, leaseStatus, monthlyRentCents, tenantStatus, termType } from '../leaseTerms.ts';
import { dollarsOrNull, instantMessage } from '../messages.ts';
import type { Lease, MoveOut, World } from '../state.ts';

/** A lease as Buildium shows it; `currentTenants` builds the nested tenants, or leaves them out. */
export function leaseMessage(
  world: World,
  lease: Lease,
  today: PlainDate,
  currentTenants: (tenantIds: number[]) => unknown[],
) {
  const { saved } = lease;
  const unit = world.units.get(saved.UnitId);
  const tenantIds = currentTenantIds(lease, today);
  return {
    Id: lease.id,
    PropertyId: unit?.propertyId ?? 0,
    UnitId: saved.UnitId,
    UnitNumber: unit?.saved.UnitNumber ?? '',
    LeaseFromDate: saved.LeaseFromDate,
    LeaseToDate: saved.LeaseToDate,
    LeaseType: saved.LeaseType,
    LeaseStatus: leaseStatus(lease, today),
    IsEvictionPending: saved.IsEvictionPending,
    TermType: termType(lease, today),
    RenewalOfferStatus: null,
    CurrentTenants: currentTenants(tenantIds),
    CurrentNumberOfOccupants: tenantIds.length,
    AccountDetails: {
      SecurityDeposit: dollarsOrNull(lease.securityDepositCents),
      Rent: dollarsOrNull(monthlyRentCents(world, lease.id, today)),
    },
    Cosigners: lease.cosigners,
    AutomaticallyMoveOutTenants: saved.AutomaticallyMoveOutTenants ?? false,
    CreatedDateTime: instantMessage(lease.createdMs),
    LastUpdatedDateTime: instantMessage(lease.updatedMs),
    MoveOutData: lease.moveOuts.map(moveOutMessage),
    PaymentDueDay: lease.paymentDueDay,
    Tenants: lease.tenants.map(({ tenantId, moveInDate }) => ({
      Id: tenantId,
      Status: tenantStatus(lease, tenantId, today),
      MoveInDate: moveInDate,
    })),
  };
}

export function moveOutMessage(moveOut: MoveOut) {
  return {
    TenantId: moveOut.tenantId,
    MoveOutDate: moveOut.moveOutDate,
    NoticeGivenDate: moveOut.noticeGivenDate,
  };
}

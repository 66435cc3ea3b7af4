import * as z from 'zod';
import { addDays, addMonths, type PlainDate } from '../../../../shared/dates.ts';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction } from '../journal.ts';
import { checkAccounts, checkLock, findLease, isRefusal, leaseEntity } from '../lookups.ts';
import { instantMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Lease, Rent, World } from '../state.ts';
import { amount, choice, date, flag, id, int32, optional, optionalText } from '../validation.ts';

const PERMISSION = 'Rentals > Lease transactions';

export const CYCLES = [
  'Monthly',
  'Weekly',
  'Every2Weeks',
  'Quarterly',
  'Yearly',
  'Every2Months',
  'Daily',
  'Every6Months',
] as const;
type Cycle = (typeof CYCLES)[number];

const saveRent = z.strictObject({
  RentCycle: choice(...CYCLES),
  BackdateCharges: flag,
  Charges: z
    .array(
      z.strictObject({
        GlAccountId: id,
        Amount: amount,
        Memo: optionalText(65),
        PostDaysInAdvance: optional(int32.min(0)),
        NextDueDate: date,
      }),
    )
    .min(1, 'At least one charge is required.'),
});
export type SaveRent = z.output<typeof saveRent>;

/** A rent schedule fires no event: Buildium has none for it. */
export const rentRoutes: readonly Route[] = [
  get('/v1/leases/rent', PERMISSION, listAll),
  get('/v1/leases/{leaseId}/rent', PERMISSION, (call) => {
    const lease = findLease(call.world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    return page(call.params, call.world.rentsByLease.get(lease.id) ?? [], rentMessage);
  }),
  post(
    '/v1/leases/{leaseId}/rent',
    PERMISSION,
    saveRent.extend({ StartDate: optional(date) }),
    (call, body) => {
      const lease = findLease(call.world, call.id('leaseId'));
      if (isRefusal(lease)) return lease;
      const { StartDate, ...saved } = body;
      const first = !call.world.rentsByLease.get(lease.id)?.length;
      const startDate = StartDate ?? (first ? lease.saved.LeaseFromDate : call.today);
      const refusal = firstRefusal(
        first && startDate !== lease.saved.LeaseFromDate
          ? invalid('StartDate', 'The first rent schedule of a lease starts with the lease.')
          : null,
        checkCharges(call, lease, saved),
      );
      if (refusal) return refusal;
      const rent = addRent(call.world, lease, { startDate, saved, nowMs: call.nowMs });
      if (saved.BackdateCharges) postRentCharges(call.world, rent, call.today, call.nowMs);
      return created(`/v1/leases/${lease.id}/rent/${rent.id}`, rentMessage(rent));
    },
  ),
  get('/v1/leases/{leaseId}/rent/{rentId}', PERMISSION, (call) => {
    const rent = findRent(call);
    return isRefusal(rent) ? rent : ok(rentMessage(rent));
  }),
  put('/v1/leases/{leaseId}/rent/{rentId}', PERMISSION, saveRent, (call, body) => {
    const rent = findRent(call);
    if (isRefusal(rent)) return rent;
    const lease = findLease(call.world, rent.leaseId);
    const refusal = isRefusal(lease) ? lease : checkCharges(call, lease, body);
    if (refusal) return refusal;
    rent.saved = body;
    rent.chargeIds = body.Charges.map(() => call.world.nextId('rentCharge'));
    rent.updatedMs = call.nowMs;
    rent.modifiedMs = call.nowMs;
    return ok(rentMessage(rent));
  }),
];

export function addRent(
  world: World,
  lease: Lease,
  input: { startDate: PlainDate; saved: SaveRent; nowMs: number },
): Rent {
  const schedules = world.rentsByLease.get(lease.id) ?? [];
  for (const earlier of schedules)
    if (earlier.endDate === null || earlier.endDate >= input.startDate)
      earlier.endDate = addDays(input.startDate, -1);
  const rent: Rent = {
    id: world.nextId('rent'),
    saved: input.saved,
    leaseId: lease.id,
    startDate: input.startDate,
    endDate: null,
    modifiedMs: null,
    chargeIds: input.saved.Charges.map(() => world.nextId('rentCharge')),
    createdMs: input.nowMs,
    updatedMs: input.nowMs,
  };
  world.rents.set(rent.id, rent);
  world.rentsByLease.set(lease.id, [...schedules, rent]);
  return rent;
}

/** Posts what the schedule asks for up to a day, each charge on its own due date. */
export function postRentCharges(world: World, rent: Rent, until: PlainDate, nowMs: number): void {
  for (const charge of rent.saved.Charges)
    for (
      let step = 0, due = charge.NextDueDate;
      due <= until;
      due = dueDate(charge.NextDueDate, rent.saved.RentCycle, step)
    ) {
      step += 1;
      const line = newLine(world, {
        glAccountId: charge.GlAccountId,
        amountCents: charge.Amount,
        entity: leaseEntity(world, rent.leaseId),
      });
      const common = newTransaction(world, nowMs, { date: due, memo: charge.Memo });
      addTransaction(world, {
        ...common,
        kind: 'Charge',
        leaseId: rent.leaseId,
        billId: null,
        lines: [line],
      });
    }
}

function dueDate(first: PlainDate, cycle: Cycle, steps: number): PlainDate {
  switch (cycle) {
    case 'Daily':
      return addDays(first, steps);
    case 'Weekly':
      return addDays(first, 7 * steps);
    case 'Every2Weeks':
      return addDays(first, 14 * steps);
    case 'Monthly':
      return addMonths(first, steps);
    case 'Every2Months':
      return addMonths(first, 2 * steps);
    case 'Quarterly':
      return addMonths(first, 3 * steps);
    case 'Every6Months':
      return addMonths(first, 6 * steps);
    case 'Yearly':
      return addMonths(first, 12 * steps);
  }
}

function checkCharges(call: Call, lease: Lease, saved: SaveRent): Answer | null {
  const lines = saved.Charges.map((charge) => ({ glAccountId: charge.GlAccountId }));
  const entity = leaseEntity(call.world, lease.id);
  const backdated = saved.BackdateCharges ? saved.Charges.map((charge) => charge.NextDueDate) : [];
  return firstRefusal(
    checkAccounts(call.world, lines, 'GlAccountId'),
    ...backdated.map((due) => (due <= call.today ? checkLock(call.world, due, [entity]) : null)),
  );
}

function findRent(call: Call): Rent | Answer {
  const rent = call.world.rents.get(call.id('rentId'));
  return rent?.leaseId === call.id('leaseId') ? rent : notFound('rent', call.id('rentId'));
}

function listAll(call: Call): Answer {
  const { query } = call;
  const leaseIds = query.ids('leaseids');
  const createdIn = query.instantRange('createddatetimefrom', 'createddatetimeto');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const rows = [...call.world.rents.values()].filter(
    (rent) => (leaseIds?.has(rent.leaseId) ?? true) && createdIn(rent.createdMs) && updated(rent.updatedMs),
  );
  return (
    query.refusal() ??
    page(call.params, rows, (rent) => ({
      ...rentMessage(rent),
      LeaseId: rent.leaseId,
      LastUpdatedDateTime: rent.modifiedMs === null ? null : instantMessage(rent.modifiedMs),
    }))
  );
}

function rentMessage(rent: Rent) {
  const { saved } = rent;
  return {
    Id: rent.id,
    StartDate: rent.startDate,
    EndDate: rent.endDate,
    TotalAmount: dollarsFromCents(saved.Charges.reduce((sum, charge) => sum + charge.Amount, 0)),
    RentCycle: saved.RentCycle,
    // Whatever was written: reads always say false.
    BackdateCharges: false,
    CreatedDateTime: instantMessage(rent.createdMs),
    CreatedByUserId: null,
    Charges: saved.Charges.map((charge, index) => ({
      Id: rent.chargeIds[index] ?? 0,
      GLAccountId: charge.GlAccountId,
      Amount: dollarsFromCents(charge.Amount),
      Memo: charge.Memo,
      FirstChargeDate: charge.NextDueDate,
      PostDaysInAdvance: charge.PostDaysInAdvance ?? 0,
      DueOnDayOfTheMonth: Number(charge.NextDueDate.slice(8)),
    })),
  };
}

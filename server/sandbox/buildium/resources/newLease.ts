import * as z from 'zod';
import { firstRefusal, invalid, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction } from '../journal.ts';
import { checkLock, leaseEntity } from '../lookups.ts';
import { instantMessage, phoneNumberMessages } from '../messages.ts';
import { RENT_INCOME, SECURITY_DEPOSIT_LIABILITY } from '../postings.ts';
import type { Call } from '../router.ts';
import type { Lease } from '../state.ts';
import {
  address,
  amount,
  choice,
  date,
  email,
  flag,
  id,
  optional,
  optionalText,
  phoneNumbers,
  text,
} from '../validation.ts';
import { addRent, CYCLES } from './rents.ts';
import { addTenant, saveTenant } from './tenants.ts';

const AT_MOST_FIVE = 'The list cannot exceed five.';

const cosigner = z.strictObject({
  FirstName: text(127),
  LastName: text(127),
  Email: email,
  AlternateEmail: email,
  PhoneNumbers: optional(phoneNumbers),
  Address: optional(address),
  AlternateAddress: optional(address),
  MailingPreference: optional(choice('PrimaryAddress', 'AlternateAddress')),
});

const rent = z.strictObject({
  Cycle: choice(...CYCLES, 'OneTime'),
  Charges: z
    .array(z.strictObject({ Amount: amount, GlAccountId: id, NextDueDate: date, Memo: optionalText(65) }))
    .min(1),
});

/** The body of POST /v1/leases: the lease's terms, and what its ledger starts with. */
export const postLease = z.strictObject({
  LeaseType: choice('Fixed', 'FixedWithRollover', 'AtWill'),
  UnitId: id,
  LeaseFromDate: date,
  LeaseToDate: optional(date),
  SendWelcomeEmail: flag,
  Tenants: optional(z.array(saveTenant).max(5, AT_MOST_FIVE)),
  TenantIds: optional(z.array(id).max(5, AT_MOST_FIVE)),
  ApplicantIds: optional(z.array(id).max(5, AT_MOST_FIVE)),
  Cosigners: optional(z.array(cosigner)),
  Rent: optional(rent),
  SecurityDeposit: optional(z.strictObject({ DueDate: date, Amount: amount })),
  ProratedFirstMonthRent: optional(amount),
  ProratedLastMonthRent: optional(amount),
});
export type PostLease = z.output<typeof postLease>;

export function checkNewLease(call: Call, body: PostLease): Answer | null {
  const { world } = call;
  const unknownTenant = body.TenantIds?.find((tenantId) => !world.tenants.has(tenantId));
  if (unknownTenant !== undefined) return invalid('TenantIds', `The tenant ${unknownTenant} does not exist.`);
  const applicant = body.ApplicantIds?.[0];
  if (applicant !== undefined) return invalid('ApplicantIds', `The applicant ${applicant} does not exist.`);
  const unknownAccount = body.Rent?.Charges.find((charge) => !world.glAccounts.has(charge.GlAccountId));
  if (unknownAccount)
    return invalid(
      'Rent.Charges',
      `The general ledger account ${unknownAccount.GlAccountId} does not exist.`,
    );
  if (body.ProratedFirstMonthRent !== null && body.LeaseFromDate.endsWith('-01'))
    return invalid('ProratedFirstMonthRent', 'A lease that begins on the first day of a month has none.');
  const propertyId = world.units.get(body.UnitId)?.propertyId ?? 0;
  const entity = { type: 'Rental', id: propertyId, unitId: body.UnitId } as const;
  return firstRefusal(
    body.SecurityDeposit && checkLock(world, body.SecurityDeposit.DueDate, [entity]),
    body.ProratedFirstMonthRent === null ? null : checkLock(world, body.LeaseFromDate, [entity]),
  );
}

/** Tenants, rent schedule and first charges of a new lease. */
export function openLedger(call: Call, lease: Lease, body: PostLease): void {
  const { world, nowMs } = call;
  const newTenants = (body.Tenants ?? []).map((saved) => addTenant(world, saved, nowMs).id);
  lease.tenants = [...newTenants, ...(body.TenantIds ?? [])].map((tenantId) => ({
    tenantId,
    moveInDate: body.LeaseFromDate,
  }));
  lease.cosigners = (body.Cosigners ?? []).map((input) => cosignerMessage(call, input));
  if (body.Rent && body.Rent.Cycle !== 'OneTime')
    addRent(call.world, lease, {
      startDate: body.LeaseFromDate,
      saved: {
        RentCycle: body.Rent.Cycle,
        BackdateCharges: false,
        Charges: body.Rent.Charges.map((charge) => ({ ...charge, PostDaysInAdvance: null })),
      },
      nowMs,
    });
  if (body.SecurityDeposit) {
    const { Amount, DueDate } = body.SecurityDeposit;
    lease.securityDepositCents = Amount;
    postCharge(call, lease, DueDate, SECURITY_DEPOSIT_LIABILITY, Amount, 'Security deposit');
  }
  if (body.ProratedFirstMonthRent !== null)
    postCharge(call, lease, body.LeaseFromDate, RENT_INCOME, body.ProratedFirstMonthRent, 'Prorated rent');
}

function postCharge(
  call: Call,
  lease: Lease,
  chargeDate: string,
  glAccountId: number,
  amountCents: number,
  memo: string,
): void {
  const { world, nowMs } = call;
  const line = newLine(world, { glAccountId, amountCents, entity: leaseEntity(world, lease.id) });
  const common = newTransaction(world, nowMs, { date: chargeDate, memo });
  addTransaction(world, { ...common, kind: 'Charge', leaseId: lease.id, billId: null, lines: [line] });
}

function cosignerMessage(call: Call, input: z.output<typeof cosigner>) {
  return {
    Id: call.world.nextId('tenant'),
    FirstName: input.FirstName,
    LastName: input.LastName,
    Email: input.Email ?? '',
    AlternateEmail: input.AlternateEmail ?? '',
    PhoneNumbers: phoneNumberMessages(input.PhoneNumbers),
    CreatedDateTime: instantMessage(call.nowMs),
    Address: input.Address,
    AlternateAddress: input.AlternateAddress,
    MailingPreference: input.MailingPreference ?? 'PrimaryAddress',
  };
}

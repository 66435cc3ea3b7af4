import * as z from 'zod';
import { daysBetween } from '../../../../shared/dates.ts';
import { created, invalid, notFound, ok, type Answer } from '../answers.ts';
import { displayName, phoneNumberMessages } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Owner, OwnerTax, World } from '../state.ts';
import {
  address,
  choice,
  date,
  email,
  flag,
  id,
  optional,
  optionalText,
  phoneNumbers,
} from '../validation.ts';

const PERMISSION = 'Rentals > Property Rental Owners';

export const saveOwner = z.strictObject({
  FirstName: optionalText(127),
  LastName: optionalText(127),
  IsCompany: flag,
  CompanyName: optionalText(127),
  // Written here and never returned: the PUT of a client that reads and writes back blanks it.
  DateOfBirth: optional(date),
  ManagementAgreementStartDate: optional(date),
  ManagementAgreementEndDate: optional(date),
  Email: email,
  AlternateEmail: email,
  PhoneNumbers: optional(phoneNumbers),
  Address: address,
  Comment: optionalText(65_535),
  PropertyIds: z.array(id).min(1, 'At least one property must be provided.'),
});
export type SaveOwner = z.output<typeof saveOwner>;

const taxInformation = z.strictObject({
  TaxPayerId: optionalText(20),
  TaxPayerType: optional(choice('SSN', 'EIN')),
  TaxPayerName1: optionalText(40),
  TaxPayerName2: optionalText(40),
  Address: optional(address),
});
const postOwner = saveOwner.extend({ TaxInformation: optional(taxInformation) });

/** An owner's changes fire no event at all: Buildium has none for owners. */
export const ownerRoutes: readonly Route[] = [
  get('/v1/rentals/owners', PERMISSION, list),
  post('/v1/rentals/owners', PERMISSION, postOwner, (call, body) => {
    const { TaxInformation, ...saved } = body;
    const refusal = checkOwner(call.world, saved);
    if (refusal) return refusal;
    const tax = taxFrom(TaxInformation);
    const owner = addOwner(call.world, saved, tax, call.nowMs);
    return created(`/v1/rentals/owners/${owner.id}`, ownerMessage(owner));
  }),
  get('/v1/rentals/owners/{rentalOwnerId}', PERMISSION, (call) => {
    const owner = call.world.owners.get(call.id('rentalOwnerId'));
    return owner ? ok(ownerMessage(owner)) : notFound('rental owner', call.id('rentalOwnerId'));
  }),
  put('/v1/rentals/owners/{rentalOwnerId}', PERMISSION, saveOwner, (call, body) => {
    const owner = call.world.owners.get(call.id('rentalOwnerId'));
    if (!owner) return notFound('rental owner', call.id('rentalOwnerId'));
    const refusal = checkOwner(call.world, body);
    if (refusal) return refusal;
    updateOwner(owner, body, call.nowMs);
    return ok(ownerMessage(owner));
  }),
];

export function addOwner(world: World, saved: SaveOwner, tax: OwnerTax | null, nowMs: number): Owner {
  const stamps = { createdMs: nowMs, updatedMs: nowMs };
  const owner: Owner = { id: world.nextId('owner'), saved, isActive: true, tax, ...stamps };
  world.owners.set(owner.id, owner);
  return owner;
}

export function updateOwner(owner: Owner, saved: SaveOwner, nowMs: number): void {
  owner.saved = saved;
  owner.updatedMs = nowMs;
}

function taxFrom(input: z.output<typeof taxInformation> | null): OwnerTax | null {
  if (!input?.TaxPayerId || !input.TaxPayerType) return null;
  return {
    idType: input.TaxPayerType,
    taxId: input.TaxPayerId,
    name1: input.TaxPayerName1,
    includeIn1099: true,
  };
}

function checkOwner(world: World, body: SaveOwner): Answer | null {
  if (body.IsCompany && !body.CompanyName)
    return invalid('CompanyName', 'The CompanyName field is required.');
  if (!body.IsCompany && !body.FirstName) return invalid('FirstName', 'The FirstName field is required.');
  if (!body.IsCompany && !body.LastName) return invalid('LastName', 'The LastName field is required.');
  const unknown = body.PropertyIds.find((propertyId) => !world.properties.has(propertyId));
  return unknown === undefined
    ? null
    : invalid('PropertyIds', `The rental property ${unknown} does not exist.`);
}

function list(call: Call): Answer {
  const { query } = call;
  const propertyIds = query.ids('propertyids');
  const status = query.choice('status', ['Inactive', 'Active']);
  const name = query.text('ownername');
  const phone = query.text('phone');
  const daysRemaining = query.id('agreementdaysremaining');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const rows = [...call.world.owners.values()].filter(
    (owner) =>
      (propertyIds === null || owner.saved.PropertyIds.some((propertyId) => propertyIds.has(propertyId))) &&
      (status === null || owner.isActive === (status === 'Active')) &&
      contains(displayName(owner.saved), name) &&
      (phone === null ||
        phoneNumberMessages(owner.saved.PhoneNumbers).some(({ Number }) => contains(Number, phone))) &&
      (daysRemaining === null || agreementEndsWithin(owner, call.today, daysRemaining)) &&
      updated(owner.updatedMs),
  );
  return query.refusal() ?? page(call.params, rows, ownerMessage);
}

function agreementEndsWithin(owner: Owner, today: string, days: number): boolean {
  const end = owner.saved.ManagementAgreementEndDate;
  return end !== null && daysBetween(today, end) >= 0 && daysBetween(today, end) <= days;
}

function ownerMessage(owner: Owner) {
  const { saved } = owner;
  return {
    Id: owner.id,
    IsCompany: saved.IsCompany,
    IsActive: owner.isActive,
    FirstName: saved.FirstName ?? '',
    LastName: saved.LastName ?? '',
    PhoneNumbers: phoneNumberMessages(saved.PhoneNumbers),
    Email: saved.Email ?? '',
    AlternateEmail: saved.AlternateEmail ?? '',
    Comment: saved.Comment,
    Address: saved.Address,
    ManagementAgreementStartDate: saved.ManagementAgreementStartDate,
    ManagementAgreementEndDate: saved.ManagementAgreementEndDate,
    CompanyName: saved.CompanyName ?? '',
    PropertyIds: saved.PropertyIds,
    TaxInformation: {
      TaxPayerIdType: owner.tax?.idType ?? null,
      TaxPayerId: owner.tax?.taxId ?? null,
      TaxPayerName1: owner.tax?.name1 ?? null,
      TaxPayerName2: null,
      IncludeIn1099: owner.tax?.includeIn1099 ?? false,
      Address: null,
    },
  };
}

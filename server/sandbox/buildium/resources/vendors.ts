import * as z from 'zod';
import { addDays } from '../../../../shared/dates.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { displayName, phoneNumberMessages } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Vendor, World } from '../state.ts';
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

const PERMISSION = 'Maintenance > Vendors';

const taxFields = {
  TaxPayerId: optionalText(20),
  TaxPayerType: optional(choice('SSN', 'EIN')),
  TaxPayerName1: optionalText(40),
  TaxPayerName2: optionalText(40),
  Address: optional(address),
};
export const saveVendor = z.strictObject({
  FirstName: optionalText(127),
  LastName: optionalText(127),
  IsCompany: flag,
  CompanyName: optionalText(127),
  PrimaryEmail: email,
  AlternateEmail: email,
  PhoneNumbers: optional(phoneNumbers),
  Address: optional(address),
  CategoryId: id,
  ExpenseGlAccountId: optional(id),
  AccountNumber: optionalText(30),
  Website: optional(z.url('The website is not a valid URL.').max(100)),
  VendorInsurance: optional(
    z.strictObject({
      Provider: optionalText(65),
      PolicyNumber: optionalText(65),
      ExpirationDate: optional(date),
    }),
  ),
  Comments: optionalText(65_535),
  TaxInformation: optional(z.strictObject({ ...taxFields, IncludeIn1099: flag })),
});
export type SaveVendor = z.output<typeof saveVendor>;

const postVendor = saveVendor.extend({ TaxInformation: optional(z.strictObject(taxFields)) });

export const vendorRoutes: readonly Route[] = [
  get('/v1/vendors', PERMISSION, list),
  post('/v1/vendors', PERMISSION, postVendor, (call, body) => {
    const { TaxInformation, ...rest } = body;
    const saved: SaveVendor = {
      ...rest,
      TaxInformation: TaxInformation && { ...TaxInformation, IncludeIn1099: false },
    };
    const refusal = check(call.world, saved);
    if (refusal) return refusal;
    const vendor = addVendor(call.world, saved, call.nowMs);
    return created(`/v1/vendors/${vendor.id}`, vendorMessage(call.world, vendor));
  }),
  get('/v1/vendors/{vendorId}', PERMISSION, (call) => {
    const vendor = call.world.vendors.get(call.id('vendorId'));
    return vendor ? ok(vendorMessage(call.world, vendor)) : notFound('vendor', call.id('vendorId'));
  }),
  put('/v1/vendors/{vendorId}', PERMISSION, saveVendor, (call, body) => {
    const vendor = call.world.vendors.get(call.id('vendorId'));
    if (!vendor) return notFound('vendor', call.id('vendorId'));
    const refusal = check(call.world, body);
    if (refusal) return refusal;
    updateVendor(call.world, vendor, body, call.nowMs);
    return ok(vendorMessage(call.world, vendor));
  }),
];

export function addVendor(world: World, saved: SaveVendor, nowMs: number): Vendor {
  const stamps = { createdMs: nowMs, updatedMs: nowMs };
  const vendor: Vendor = { id: world.nextId('vendor'), saved, isActive: true, ...stamps };
  world.vendors.set(vendor.id, vendor);
  world.emit({ name: 'Vendor.Created', ids: { VendorId: vendor.id } });
  return vendor;
}

export function updateVendor(world: World, vendor: Vendor, saved: SaveVendor, nowMs: number): void {
  vendor.saved = saved;
  vendor.updatedMs = nowMs;
  world.emit({ name: 'Vendor.Updated', ids: { VendorId: vendor.id } });
}

function check(world: World, body: SaveVendor): Answer | null {
  const tax = body.TaxInformation;
  return firstRefusal(
    body.IsCompany && !body.CompanyName ? invalid('CompanyName', 'The CompanyName field is required.') : null,
    !body.IsCompany && !(body.FirstName && body.LastName)
      ? invalid('FirstName', 'The FirstName and LastName fields are required.')
      : null,
    world.vendorCategories.has(body.CategoryId)
      ? null
      : invalid('CategoryId', `The vendor category ${body.CategoryId} does not exist.`),
    body.ExpenseGlAccountId === null || world.glAccounts.has(body.ExpenseGlAccountId)
      ? null
      : invalid('ExpenseGlAccountId', 'The general ledger account does not exist.'),
    tax !== null && (tax.TaxPayerId === null) !== (tax.TaxPayerType === null)
      ? invalid('TaxInformation.TaxPayerId', 'TaxPayerId and TaxPayerType are set together.')
      : null,
  );
}

const INSURANCE_DAYS: Record<string, number> = {
  Expired: 0,
  ThirtyDaysOrLess: 30,
  SixtyDaysOrLess: 60,
  NinetyDaysOrLess: 90,
};

function list(call: Call): Answer {
  const { query } = call;
  const status = query.choice('status', ['Inactive', 'Active']);
  const mail = query.text('email');
  const website = query.text('website');
  const name = query.text('name');
  const phone = query.text('phone');
  const insurance = query.choice('insuranceexpiration', [...Object.keys(INSURANCE_DAYS), 'None', 'Any']);
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const rows = [...call.world.vendors.values()].filter(
    ({ saved, isActive, updatedMs }) =>
      (status === null || isActive === (status === 'Active')) &&
      contains(saved.PrimaryEmail, mail) &&
      contains(saved.Website, website) &&
      contains(displayName(saved), name) &&
      (phone === null ||
        phoneNumberMessages(saved.PhoneNumbers).some(({ Number }) => contains(Number, phone))) &&
      hasInsurance(saved, insurance, call.today) &&
      updated(updatedMs),
  );
  return query.refusal() ?? page(call.params, rows, (vendor) => vendorMessage(call.world, vendor));
}

function hasInsurance(saved: SaveVendor, wanted: string | null, today: string): boolean {
  const expires = saved.VendorInsurance?.ExpirationDate ?? null;
  if (wanted === null) return true;
  if (wanted === 'None' || expires === null) return wanted === 'None' && expires === null;
  if (wanted === 'Any') return true;
  if (wanted === 'Expired') return expires < today;
  return expires >= today && expires <= addDays(today, INSURANCE_DAYS[wanted] ?? 0);
}

function vendorMessage(world: World, vendor: Vendor) {
  const { saved } = vendor;
  const insurance = saved.VendorInsurance;
  const tax = saved.TaxInformation;
  const category = world.vendorCategories.get(saved.CategoryId);
  return {
    Id: vendor.id,
    IsCompany: saved.IsCompany,
    IsActive: vendor.isActive,
    FirstName: saved.FirstName ?? '',
    LastName: saved.LastName ?? '',
    PrimaryEmail: saved.PrimaryEmail ?? '',
    AlternateEmail: saved.AlternateEmail ?? '',
    CompanyName: saved.CompanyName ?? '',
    PhoneNumbers: phoneNumberMessages(saved.PhoneNumbers),
    Website: saved.Website ?? '',
    Category: category ? { Id: category.id, Name: category.name } : null,
    Address: saved.Address,
    VendorInsurance: insurance && {
      Provider: insurance.Provider,
      PolicyNumber: insurance.PolicyNumber,
      // Written as a date and read as a date-time.
      ExpirationDate: insurance.ExpirationDate && `${insurance.ExpirationDate}T00:00:00Z`,
    },
    Comments: saved.Comments,
    AccountNumber: saved.AccountNumber,
    ExpenseGLAccountId: saved.ExpenseGlAccountId,
    TaxInformation: {
      TaxPayerIdType: tax?.TaxPayerType ?? null,
      TaxPayerId: tax?.TaxPayerId ?? null,
      TaxPayerName1: tax?.TaxPayerName1 ?? null,
      TaxPayerName2: tax?.TaxPayerName2 ?? null,
      IncludeIn1099: tax?.IncludeIn1099 ?? false,
      Address: tax?.Address ?? null,
    },
  };
}

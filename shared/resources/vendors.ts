import * as z from 'zod';
import { addressFields } from './addressFields.ts';
import { defineResource, type PutBody } from './define.ts';
import { checkbox, date, email, link, longText, phone, text, url } from './lens.ts';
import { phoneBody, phonesLost } from './phoneBody.ts';
import { address, phoneNumbers, phoneOf, reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  IsCompany: z.boolean().nullish(),
  IsActive: z.boolean().nullish(),
  FirstName: z.string().nullish(),
  LastName: z.string().nullish(),
  PrimaryEmail: z.string().nullish(),
  AlternateEmail: z.string().nullish(),
  CompanyName: z.string().nullish(),
  PhoneNumbers: phoneNumbers,
  Website: z.string().nullish(),
  Category: z.looseObject({ Id: z.number(), Name: z.string().nullish() }).nullish(),
  Address: address,
  VendorInsurance: z
    .looseObject({
      Provider: z.string().nullish(),
      PolicyNumber: z.string().nullish(),
      ExpirationDate: z.string().nullish(),
    })
    .nullish(),
  Comments: z.string().nullish(),
  AccountNumber: z.string().nullish(),
  ExpenseGLAccountId: z.number().nullish(),
  TaxInformation: z.looseObject({ IncludeIn1099: z.boolean().nullish() }).nullish(),
});

type Wire = z.infer<typeof wire>;

export const vendors = defineResource(wire, {
  name: 'vendors',
  label: { one: 'vendor', many: 'vendors' },
  table: 'Vendors',
  description: 'Vendors with their contact data and insurance.',
  read: {
    permission: 'Maintenance > Vendors',
    lists: [{ path: '/v1/vendors', updatedSince: true }],
    one: (id) => `/v1/vendors/${id}`,
  },
  events: { 'Vendor.Created': 'VendorId', 'Vendor.Updated': 'VendorId', 'Vendor.Deleted': 'VendorId' },
  sweepMinutes: 10,
  naturalKey: ['name', 'email'],
  update: {
    path: (id) => `/v1/vendors/${id}`,
    bodyOf: vendorBody,
    losesOn: (w) => phonesLost(w.PhoneNumbers),
  },
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'Company or person.',
      source: 'CompanyName, FirstName, LastName',
      get: (w) => vendorName(w),
      personal: true,
    }),
    text({
      key: 'category',
      column: 'Category',
      description: 'Trade.',
      source: 'Category.Name',
      get: (w) => w.Category?.Name,
    }),
    email({
      key: 'email',
      column: 'Email',
      description: 'E-mail.',
      source: 'PrimaryEmail',
      get: (w) => w.PrimaryEmail,
      put: 'PrimaryEmail',
      personal: true,
    }),
    phone({
      key: 'phone',
      column: 'Phone',
      description: 'Mobile, office or home number.',
      source: 'PhoneNumbers',
      get: (w) => phoneOf(w.PhoneNumbers, ['Cell', 'Office', 'Home', 'Personal', 'Other', 'NotSet']),
      personal: true,
    }),
    url({
      key: 'website',
      column: 'Website',
      description: 'Website.',
      source: 'Website',
      get: (w) => w.Website,
      put: 'Website',
    }),
    ...addressFields<Wire>({ personal: true }),
    link({
      key: 'expenseGlAccount',
      column: 'Expense Account',
      description: 'GL account that the vendor’s bills go to by default.',
      source: 'ExpenseGLAccountId',
      target: 'glAccounts',
      get: (w) => reference(w.ExpenseGLAccountId),
    }),
    text({
      key: 'insuranceProvider',
      column: 'Insurance Provider',
      description: 'Liability insurer.',
      source: 'VendorInsurance.Provider',
      get: (w) => w.VendorInsurance?.Provider ?? null,
      put: (body, value) => foldInsurance(body, { Provider: value }),
    }),
    date({
      key: 'insuranceExpires',
      column: 'Insurance Expires',
      description: 'Last day of the insurance.',
      source: 'VendorInsurance.ExpirationDate',
      get: (w) => w.VendorInsurance?.ExpirationDate ?? null,
      put: (body, value) => foldInsurance(body, { ExpirationDate: value }),
    }),
    checkbox({
      key: 'includeIn1099',
      column: '1099',
      description: 'Gets a form 1099. The tax number itself stays in Buildium.',
      source: 'TaxInformation.IncludeIn1099',
      get: (w) => w.TaxInformation?.IncludeIn1099,
    }),
    longText({
      key: 'comments',
      column: 'Comments',
      description: 'Notes.',
      source: 'Comments',
      get: (w) => w.Comments,
      put: 'Comments',
      personal: true,
    }),
    checkbox({
      key: 'isActive',
      column: 'Active',
      description: 'In use.',
      source: 'IsActive',
      get: (w) => w.IsActive ?? true,
    }),
  ],
});

function vendorName(w: Wire): string {
  const person = [w.FirstName, w.LastName].filter((part) => part).join(' ');
  return (w.IsCompany ? w.CompanyName || person : person || w.CompanyName) || `Vendor ${w.Id}`;
}

function foldInsurance(body: PutBody, change: PutBody): PutBody {
  return { ...body, VendorInsurance: { ...((body['VendorInsurance'] ?? {}) as PutBody), ...change } };
}

/** Reads and writes of a vendor differ in five names; the tax number passes through from GET to PUT and is kept nowhere. */
function vendorBody(w: Wire): PutBody {
  const tax = w.TaxInformation as PutBody | null | undefined;
  return {
    IsCompany: w.IsCompany,
    FirstName: w.FirstName,
    LastName: w.LastName,
    CompanyName: w.CompanyName,
    CategoryId: w.Category?.Id,
    PrimaryEmail: w.PrimaryEmail,
    AlternateEmail: w.AlternateEmail,
    PhoneNumbers: phoneBody(w.PhoneNumbers),
    Website: w.Website,
    Address: w.Address,
    Comments: w.Comments,
    AccountNumber: w.AccountNumber,
    ExpenseGlAccountId: w.ExpenseGLAccountId,
    VendorInsurance: w.VendorInsurance && {
      ...w.VendorInsurance,
      ExpirationDate: w.VendorInsurance.ExpirationDate?.slice(0, 10) ?? null,
    },
    TaxInformation: tax && {
      TaxPayerType: tax['TaxPayerIdType'],
      TaxPayerId: tax['TaxPayerId'],
      TaxPayerName1: tax['TaxPayerName1'],
      TaxPayerName2: tax['TaxPayerName2'],
      IncludeIn1099: tax['IncludeIn1099'],
      Address: tax['Address'],
    },
  };
}

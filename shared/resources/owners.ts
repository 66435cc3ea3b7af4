import * as z from 'zod';
import { addressFields } from './addressFields.ts';
import { defineResource, type PutBody } from './define.ts';
import { checkbox, date, email, link, longText, phone, text } from './lens.ts';
import { phoneBody, phonesLost } from './phoneBody.ts';
import { address, phoneNumbers, phoneOf } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  IsCompany: z.boolean().nullish(),
  IsActive: z.boolean().nullish(),
  FirstName: z.string().nullish(),
  LastName: z.string().nullish(),
  CompanyName: z.string().nullish(),
  PhoneNumbers: phoneNumbers,
  Email: z.string().nullish(),
  AlternateEmail: z.string().nullish(),
  Comment: z.string().nullish(),
  Address: address,
  ManagementAgreementStartDate: z.string().nullish(),
  ManagementAgreementEndDate: z.string().nullish(),
  PropertyIds: z.array(z.number()).nullish(),
  TaxInformation: z.looseObject({ IncludeIn1099: z.boolean().nullish() }).nullish(),
});

type Wire = z.infer<typeof wire>;

/**
 * One-way until an admin confirms that no owner has a birth date: Buildium never returns it, and a PUT blanks it.
 * Buildium announces no change of owners; sweeps find them. Tax numbers stay in Buildium.
 */
export const owners = defineResource(wire, {
  name: 'owners',
  label: { one: 'owner', many: 'owners' },
  table: 'Owners',
  description: 'Rental owners with their contact data and management agreement.',
  read: {
    permission: 'Rentals > Property Rental Owners',
    lists: [{ path: '/v1/rentals/owners', updatedSince: true }],
    one: (id) => `/v1/rentals/owners/${id}`,
  },
  update: {
    path: (id) => `/v1/rentals/owners/${id}`,
    bodyOf: ownerBody,
    blanks: "an owner's date of birth",
    losesOn: (w) => phonesLost(w.PhoneNumbers),
  },
  sweepMinutes: 10,
  naturalKey: ['name', 'email'],
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'Person or company.',
      source: 'CompanyName, FirstName, LastName',
      get: (w) => ownerName(w),
      personal: true,
    }),
    checkbox({
      key: 'isCompany',
      column: 'Company',
      description: 'A company.',
      source: 'IsCompany',
      get: (w) => w.IsCompany,
    }),
    link({
      key: 'properties',
      column: 'Properties',
      description: 'Properties that the owner has a share in.',
      source: 'PropertyIds',
      target: 'properties',
      get: (w) => w.PropertyIds ?? [],
    }),
    email({
      key: 'email',
      column: 'Email',
      description: 'E-mail.',
      source: 'Email',
      get: (w) => w.Email,
      put: 'Email',
      personal: true,
    }),
    email({
      key: 'alternateEmail',
      column: 'Alternate Email',
      description: 'Second e-mail.',
      source: 'AlternateEmail',
      get: (w) => w.AlternateEmail,
      put: 'AlternateEmail',
      personal: true,
    }),
    phone({
      key: 'phone',
      column: 'Phone',
      description: 'Mobile, home or office number.',
      source: 'PhoneNumbers',
      get: (w) => phoneOf(w.PhoneNumbers, ['Cell', 'Home', 'Office', 'Personal', 'Other', 'NotSet']),
      personal: true,
    }),
    ...addressFields<Wire>({ personal: true }),
    date({
      key: 'agreementStart',
      column: 'Agreement Start',
      description: 'First day of the management agreement.',
      source: 'ManagementAgreementStartDate',
      get: (w) => w.ManagementAgreementStartDate,
      put: 'ManagementAgreementStartDate',
    }),
    date({
      key: 'agreementEnd',
      column: 'Agreement End',
      description: 'Last day of the management agreement.',
      source: 'ManagementAgreementEndDate',
      get: (w) => w.ManagementAgreementEndDate,
      put: 'ManagementAgreementEndDate',
    }),
    checkbox({
      key: 'includeIn1099',
      column: '1099',
      description: 'Gets a form 1099. The tax number itself stays in Buildium.',
      source: 'TaxInformation.IncludeIn1099',
      get: (w) => w.TaxInformation?.IncludeIn1099,
    }),
    longText({
      key: 'comment',
      column: 'Comment',
      description: 'Notes.',
      source: 'Comment',
      get: (w) => w.Comment,
      put: 'Comment',
      maxLength: 65_535,
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

/** Tax information has a request of its own in Buildium: this one leaves it alone. */
function ownerBody(w: Wire): PutBody {
  return {
    IsCompany: w.IsCompany ?? false,
    FirstName: w.FirstName,
    LastName: w.LastName,
    CompanyName: w.CompanyName,
    ManagementAgreementStartDate: w.ManagementAgreementStartDate,
    ManagementAgreementEndDate: w.ManagementAgreementEndDate,
    Email: w.Email,
    AlternateEmail: w.AlternateEmail,
    PhoneNumbers: phoneBody(w.PhoneNumbers),
    Address: w.Address,
    Comment: w.Comment,
    PropertyIds: w.PropertyIds ?? [],
  };
}

function ownerName(w: Wire): string {
  const person = [w.FirstName, w.LastName].filter((part) => part).join(' ');
  return (w.IsCompany ? w.CompanyName || person : person || w.CompanyName) || `Owner ${w.Id}`;
}

import * as z from 'zod';
import { addressFields } from './addressFields.ts';
import { defineResource, type PutBody } from './define.ts';
import { choice, email, instant, longText, phone, text } from './lens.ts';
import { phoneBody, phonesLost } from './phoneBody.ts';
import { address, phoneNumbers, phoneOf } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  FirstName: z.string().nullish(),
  LastName: z.string().nullish(),
  Email: z.string().nullish(),
  AlternateEmail: z.string().nullish(),
  PhoneNumbers: phoneNumbers,
  CreatedDateTime: z.string().nullish(),
  EmergencyContact: z.looseObject({}).nullish(),
  SMSOptInStatus: z.string().nullish(),
  Address: address,
  AlternateAddress: address,
  MailingPreference: z.string().nullish(),
  Comment: z.string().nullish(),
});

type Wire = z.infer<typeof wire>;

/** Birth dates and tax ids pass through from GET to PUT and are kept nowhere. */
export const tenants = defineResource(wire, {
  name: 'tenants',
  label: { one: 'tenant', many: 'tenants' },
  table: 'Tenants',
  description: 'Tenants with their contact data; leases and payments come through links.',
  read: {
    permission: 'Rentals > Tenants',
    lists: [{ path: '/v1/leases/tenants', updatedSince: true }],
    one: (id) => `/v1/leases/tenants/${id}`,
  },
  events: {
    'LeaseTenant.Created': 'TenantId',
    'LeaseTenant.Updated': 'TenantId',
    'LeaseTenant.Deleted': 'TenantId',
  },
  sweepMinutes: 10,
  naturalKey: ['name', 'email'],
  update: {
    path: (id) => `/v1/leases/tenants/${id}`,
    bodyOf: tenantBody,
    losesOn: (w) => phonesLost(w.PhoneNumbers),
  },
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'First and last name.',
      source: 'FirstName, LastName',
      get: (w) => [w.FirstName, w.LastName].filter((part) => part).join(' ') || `Tenant ${w.Id}`,
      personal: true,
    }),
    text({
      key: 'firstName',
      column: 'First Name',
      description: 'First name.',
      source: 'FirstName',
      get: (w) => w.FirstName,
      put: 'FirstName',
      required: true,
      personal: true,
    }),
    text({
      key: 'lastName',
      column: 'Last Name',
      description: 'Last name.',
      source: 'LastName',
      get: (w) => w.LastName,
      put: 'LastName',
      required: true,
      personal: true,
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
      key: 'mobilePhone',
      column: 'Mobile Phone',
      description: 'Mobile number.',
      source: 'PhoneNumbers[Cell]',
      get: (w) => phoneOf(w.PhoneNumbers, ['Cell']),
      put: (body, value) => foldPhone(body, 'Mobile', value),
      personal: true,
    }),
    phone({
      key: 'homePhone',
      column: 'Home Phone',
      description: 'Number at home.',
      source: 'PhoneNumbers[Home]',
      get: (w) => phoneOf(w.PhoneNumbers, ['Home']),
      put: (body, value) => foldPhone(body, 'Home', value),
      personal: true,
    }),
    phone({
      key: 'workPhone',
      column: 'Work Phone',
      description: 'Number at work.',
      source: 'PhoneNumbers[Office]',
      get: (w) => phoneOf(w.PhoneNumbers, ['Office']),
      put: (body, value) => foldPhone(body, 'Work', value),
      personal: true,
    }),
    ...addressFields<Wire>({ personal: true }),
    choice({
      key: 'textMessages',
      column: 'Text Messages',
      description: 'Whether the tenant has agreed to text messages.',
      source: 'SMSOptInStatus',
      values: ['NotSet', 'RequestSent', 'OptedIn', 'OptedOut', 'Converted'],
      get: (w) => w.SMSOptInStatus,
    }),
    longText({
      key: 'comment',
      column: 'Comment',
      description: 'Notes.',
      source: 'Comment',
      get: (w) => w.Comment,
      put: 'Comment',
      personal: true,
    }),
    instant({
      key: 'createdAt',
      column: 'Created in Buildium',
      description: 'When the tenant was entered in Buildium.',
      source: 'CreatedDateTime',
      get: (w) => w.CreatedDateTime,
    }),
  ],
});

function foldPhone(body: PutBody, slot: string, value: unknown): PutBody {
  return { ...body, PhoneNumbers: { ...((body['PhoneNumbers'] ?? {}) as PutBody), [slot]: value } };
}

function tenantBody(w: Wire): PutBody {
  const loose = w as PutBody;
  return {
    FirstName: w.FirstName,
    LastName: w.LastName,
    Email: w.Email,
    AlternateEmail: w.AlternateEmail,
    PhoneNumbers: phoneBody(w.PhoneNumbers),
    DateOfBirth: loose['DateOfBirth'],
    EmergencyContact: w.EmergencyContact,
    Address: w.Address,
    AlternateAddress: w.AlternateAddress,
    MailingPreference: w.MailingPreference,
    TaxId: loose['TaxId'],
    Comment: w.Comment,
  };
}

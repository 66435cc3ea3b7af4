import { refuse, type Answer } from './answers.ts';

/** What can be ticked for an API key, by the names in Buildium's Developer Tools. */
export const PERMISSIONS = [
  'Rentals > Rental properties and units',
  'Rentals > Property Rental Owners',
  'Rentals > Tenants',
  'Rentals > Leases',
  'Rentals > Lease transactions',
  'Rentals > Lease Ledger',
  'Rentals > Outstanding Balances',
  'Accounting > Bills',
  'Accounting > Bank Accounts',
  'Accounting > General Ledger Accounts',
  'Accounting > General Ledger Transactions',
  'Maintenance > Vendors',
  'Administration > Account Information',
  'Administration > Application Settings',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type AccessLevel = 'None' | 'View' | 'Edit';

/** An API key: two headers on every request. What is not listed in `permissions` may be edited. */
export type ApiKey = {
  clientId: string;
  clientSecret: string;
  revoked: boolean;
  permissions: Partial<Record<Permission, AccessLevel>>;
};

type RequestHeaders = Readonly<Record<string, string | undefined>>;

export function checkKey(key: ApiKey, headers: RequestHeaders): Answer | null {
  const right =
    headers['x-buildium-client-id'] === key.clientId &&
    headers['x-buildium-client-secret'] === key.clientSecret;
  return right && !key.revoked ? null : refuse(401, 'The API key is missing or not valid.');
}

export function checkPermission(key: ApiKey, permission: Permission, method: string): Answer | null {
  const level = key.permissions[permission] ?? 'Edit';
  const allowed = method === 'GET' ? level !== 'None' : level === 'Edit';
  return allowed ? null : refuse(403, `The API key has no permission for ${permission}.`);
}

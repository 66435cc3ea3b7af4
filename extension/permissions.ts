import { roleIncludes, type Role } from '../shared/access.ts';

const NEEDS: Readonly<Record<Role, string>> = {
  viewer: 'Sign in first.',
  operator: 'You can look but not act: ask an admin of the connection for the role operator.',
  admin: 'Only admins change this: ask an admin of the connection.',
};

/** Why the role does not suffice; null when it does. */
export function whyNot(role: Role, needed: Role): string | null {
  return roleIncludes(role, needed) ? null : NEEDS[needed];
}

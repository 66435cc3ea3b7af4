/** Apart from the contract itself, so that whoever needs only this carries no checker with it. */
export const API_PREFIX = '/api/v1';

/** Who may do what: each role may do everything that the one before may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function roleIncludes(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

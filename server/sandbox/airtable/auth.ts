import type { Base } from './base.ts';
import { authenticationRequired, invalidPermissions, modelNotFound } from './errors.ts';
import { permits } from './model.ts';
import type { PermissionLevel, User } from './model.ts';

export const ALL_SCOPES = [
  'data.records:read',
  'data.records:write',
  'data.recordComments:read',
  'data.recordComments:write',
  'schema.bases:read',
  'schema.bases:write',
  'webhook:manage',
  'block:manage',
  'user.email:read',
  'workspacesAndBases:read',
] as const;
export type Scope = (typeof ALL_SCOPES)[number];

/** A personal access token: what it may do is its scopes, on its bases, within its user's role there. */
export type Token = {
  secret: string;
  userId: string;
  scopes: ReadonlySet<Scope>;
  /** Bases the token was made for; `all` for every base of its user. */
  resources: 'all' | ReadonlySet<string>;
  revoked: boolean;
};

/** The token of a request, or 401 with one body whatever is wrong with it. */
export function authenticate(tokens: ReadonlyMap<string, Token>, authorization: string | undefined): Token {
  const secret = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  const token = secret === undefined ? undefined : tokens.get(secret);
  if (!token || token.revoked) throw authenticationRequired();
  return token;
}

/** What a token's user may do in a base through it; `none` hides the base altogether. */
export function levelIn(base: Base, token: Token): PermissionLevel {
  if (token.resources !== 'all' && !token.resources.has(base.id)) return 'none';
  return base.collaborators.get(token.userId) ?? 'none';
}

/**
 * Checks a request against scopes, bases and role. A missing scope and a hidden base read the same as
 * an unknown base; only a role that is too low is told.
 */
export function authorize(
  base: Base | undefined,
  token: Token,
  scopes: readonly Scope[],
  needed: PermissionLevel,
): { base: Base; level: PermissionLevel } {
  const level = base ? levelIn(base, token) : 'none';
  if (!base || level === 'none') throw modelNotFound();
  if (scopes.some((scope) => !token.scopes.has(scope))) throw modelNotFound();
  if (!permits(level, needed)) throw invalidPermissions();
  return { base, level };
}

export function publicUser(user: User, scopes: ReadonlySet<Scope>): Record<string, unknown> {
  const email = scopes.has('user.email:read') ? { email: user.email } : {};
  return { id: user.id, ...email };
}

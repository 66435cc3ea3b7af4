import type { Context, Middleware } from 'koa';
import { roleIncludes, type Role } from '../../shared/endpoint.ts';
import { liveTokenByHash, touchToken, type TokenRow } from '../db/apiTokens.ts';
import type { Database } from '../db/database.ts';
import type { Clock } from '../clock.ts';
import { hashToken } from '../secrets.ts';
import { HttpProblem } from './problem.ts';

/** Who asks. Everything a request may see or do is this connection's. */
export type Session = { connectionId: string; tokenId: string; name: string; role: Role };

/** How the audit names whoever holds the token. */
export function actorOf(session: Session): string {
  return `token:${session.name}`;
}

const BEARER = /^Bearer ([\w.~+/=-]{1,200})$/i;

/** Looked up for every request, so that a revoked token stops at once. */
export function requireSession(parts: { database: Database; clock: Clock }): Middleware {
  return async (ctx, next) => {
    const token = BEARER.exec(ctx.get('authorization').trim())?.[1];
    if (token === undefined) throw unauthorized('The request has no token.');
    const now = new Date(parts.clock.nowMs()).toISOString();
    const row = await liveTokenByHash(parts.database, hashToken(token), now);
    if (!row) throw unauthorized('The token is unknown, expired or revoked.');
    if (isStale(row, parts.clock.nowMs()))
      await touchToken(parts.database, row.connectionId, row.tokenId, now);
    const { connectionId, tokenId, name, role } = row;
    ctx.state['session'] = { connectionId, tokenId, name, role } satisfies Session;
    await next();
  };
}

export function sessionOf(ctx: Context): Session {
  return ctx.state['session'] as Session;
}

export function requireRole(session: Session, needed: Role): void {
  if (roleIncludes(session.role, needed)) return;
  throw new HttpProblem(
    403,
    'forbidden',
    `This needs the role ${needed}; the token "${session.name}" is a ${session.role}. Ask an admin for another token.`,
  );
}

/** A minute's accuracy is enough, and spares a write for every request. */
function isStale({ lastUsedAt }: TokenRow, nowMs: number): boolean {
  return lastUsedAt === null || nowMs - Date.parse(lastUsedAt) > 60_000;
}

function unauthorized(what: string): HttpProblem {
  return new HttpProblem(
    401,
    'unauthorized',
    `${what} Send "Authorization: Bearer <token>" with a token from an admin of the connection or from \`npm run cli -- token create\`.`,
    { headers: { 'WWW-Authenticate': 'Bearer' } },
  );
}

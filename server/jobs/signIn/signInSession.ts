import type { SignInSession } from '../../../shared/signIn.ts';
import { insertToken, renewToken, type Role } from '../../db/apiTokens.ts';
import { ABOUT_NO_RECORD, appendAudit } from '../../db/audit.ts';
import type { Database, Queryable } from '../../db/database.ts';
import { insertSession, liveSession, renewSession } from '../../db/signInSessions.ts';
import { createToken, hashToken } from '../../secrets.ts';

/** Long enough that a screen renews it rarely, short enough that a stolen one is soon worth nothing. */
const TOKEN_MS = 15 * 60_000;

const SESSION_MS = 24 * 3_600_000;

/** An answer that was lost on the way is asked for again within this time. */
const PREVIOUS_TAKEN_MS = 60_000;

type Parts = { clock: { nowMs(): number }; newId(): string };

export type NewSession = {
  connectionId: string;
  userId: string | null;
  name: string;
  role: Role;
  why: string;
};

/** A session with its first token. Whoever holds it needs nothing else until it ends. */
export async function openSession(tx: Queryable, parts: Parts, wish: NewSession): Promise<SignInSession> {
  const { connectionId, userId, name, role, why } = wish;
  const nowMs = parts.clock.nowMs();
  const now = at(nowMs);
  const [token, refreshToken, tokenId] = [createToken(), createToken(), parts.newId()];
  const expiresAt = at(nowMs + TOKEN_MS);
  const endsAt = at(nowMs + SESSION_MS);
  const row = { connectionId, tokenId, name, role, createdAt: now, expiresAt };
  await insertToken(tx, { ...row, revokedAt: null, lastUsedAt: null, tokenHash: hashToken(token) });
  const refreshHash = hashToken(refreshToken);
  await insertSession(tx, { connectionId, tokenId, userId, refreshHash, refreshedAt: now, endsAt });
  const audit = { auditId: parts.newId(), actor: `token:${name}`, action: 'tokenCreated' as const, why };
  await appendAudit(tx, connectionId, [{ ...audit, ...ABOUT_NO_RECORD, runId: null }], now);
  return {
    ...{ connectionId, name, role, expiresAt, refreshUntil: endsAt },
    token: token.reveal(),
    refreshToken: refreshToken.reveal(),
  };
}

/** @returns null when the session has ended, was revoked, or never was. */
export async function refreshSession(
  parts: Parts & { database: Database },
  { connectionId, refreshToken }: { connectionId: string; refreshToken: string },
): Promise<SignInSession | null> {
  const nowMs = parts.clock.nowMs();
  return parts.database.transaction(async (tx) => {
    const moments = { now: at(nowMs), previousUntil: at(nowMs - PREVIOUS_TAKEN_MS) };
    const session = await liveSession(tx, connectionId, hashToken(refreshToken), moments);
    if (!session) return null;
    const [token, next] = [createToken(), createToken()];
    const { tokenId, name, role, endsAt } = session;
    // The last token of a session ends with it.
    const expiresAt = at(Math.min(nowMs + TOKEN_MS, Date.parse(endsAt)));
    await renewToken(tx, connectionId, tokenId, { tokenHash: hashToken(token), role, expiresAt });
    await renewSession(tx, connectionId, tokenId, { refreshHash: hashToken(next), now: at(nowMs) });
    return {
      ...{ connectionId, name, role, expiresAt, refreshUntil: endsAt },
      token: token.reveal(),
      refreshToken: next.reveal(),
    };
  });
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}

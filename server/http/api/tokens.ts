import { insertToken, listTokens, revokeToken } from '../../db/apiTokens.ts';
import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../../db/audit.ts';
import { createToken, hashToken } from '../../secrets.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf, type Session } from '../session.ts';
import type { HandlersOf } from './call.ts';

const DAY_MS = 86_400_000;

export const tokenHandlers: HandlersOf<'listTokens' | 'createToken' | 'revokeToken'> = ({
  database,
  clock,
  newId,
}) => ({
  listTokens: async ({ session }) => ({
    tokens: await listTokens(database, session.connectionId, new Date(clock.nowMs()).toISOString()),
  }),

  createToken: async ({ session, body: { name, role, expiresInDays } }) => {
    const token = createToken();
    const now = new Date(clock.nowMs()).toISOString();
    const created = {
      connectionId: session.connectionId,
      tokenId: newId(),
      name,
      role,
      createdAt: now,
      expiresAt:
        expiresInDays === undefined ? null : new Date(clock.nowMs() + expiresInDays * DAY_MS).toISOString(),
      revokedAt: null,
      lastUsedAt: null,
    };
    const entry = auditOf(session, newId(), 'tokenCreated', `Token "${name}" with the role ${role}`);
    await database.transaction(async (tx) => {
      await insertToken(tx, { ...created, tokenHash: hashToken(token) });
      await appendAudit(tx, session.connectionId, [entry], now);
    });
    return { token: token.reveal(), created: { ...created, renewsUntil: null, isLive: true } };
  },

  revokeToken: async ({ session, params: { tokenId } }) => {
    const now = new Date(clock.nowMs()).toISOString();
    const revoked = await database.transaction(async (tx) => {
      const name = await revokeToken(tx, session.connectionId, tokenId, now);
      const why = `Token "${name}", ${tokenId}`;
      if (name !== null)
        await appendAudit(tx, session.connectionId, [auditOf(session, newId(), 'tokenRevoked', why)], now);
      return name;
    });
    if (revoked === null) {
      throw new HttpProblem(
        404,
        'unknownToken',
        `No live token of this connection has the id ${tokenId}. GET /api/v1/tokens lists them.`,
      );
    }
    return { revoked: true };
  },
});

function auditOf(
  session: Session,
  auditId: string,
  action: 'tokenCreated' | 'tokenRevoked',
  why: string,
): AuditRow {
  return {
    ...{ auditId, actor: actorOf(session), action, why },
    ...ABOUT_NO_RECORD,
    runId: null,
  };
}

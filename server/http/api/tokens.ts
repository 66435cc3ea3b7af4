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
  listTokens: async ({ session }) => ({ tokens: await listTokens(database, session.connectionId) }),

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
    return { token: token.reveal(), created };
  },

  revokeToken: async ({ session, params: { tokenId } }) => {
    const now = new Date(clock.nowMs()).toISOString();
    const entry = auditOf(session, newId(), 'tokenRevoked', `Token ${tokenId}`);
    const revoked = await database.transaction(async (tx) => {
      const found = await revokeToken(tx, session.connectionId, tokenId, now);
      if (found) await appendAudit(tx, session.connectionId, [entry], now);
      return found;
    });
    if (!revoked) {
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

import { revokeToken } from '../../db/apiTokens.ts';
import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../../db/audit.ts';
import { chooseRole, listPeople, personOfToken } from '../../db/signInSessions.ts';
import { lookAtEditsAgain } from '../../jobs/editRights.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf, type Session } from '../session.ts';
import type { HandlersOf } from './call.ts';

export const peopleHandlers: HandlersOf<'signOut' | 'listPeople' | 'changePerson'> = ({
  database,
  queues,
  clock,
  newId,
}) => {
  const now = (): string => new Date(clock.nowMs()).toISOString();
  const auditOf = (session: Session, action: AuditRow['action'], why: string): AuditRow => ({
    ...{ auditId: newId(), actor: actorOf(session), action, why },
    ...ABOUT_NO_RECORD,
    runId: null,
  });
  return {
    signOut: async ({ session }) => {
      await database.transaction(async (tx) => {
        await revokeToken(tx, session.connectionId, session.tokenId, now());
        await appendAudit(tx, session.connectionId, [auditOf(session, 'tokenRevoked', 'Signed out')], now());
      });
      return { revoked: true };
    },

    listPeople: async ({ session }) => ({
      people: await listPeople(database, session.connectionId, now()),
    }),

    changePerson: async ({ session, params: { userId }, body: { role } }) => {
      const { connectionId } = session;
      // Otherwise the last admin could lock everybody out with a click.
      if ((await personOfToken(database, connectionId, session.tokenId)) === userId) {
        throw new HttpProblem(409, 'ownRole', 'You cannot change your own role. Ask another admin.');
      }
      const why = `The role of ${userId}: ${role ?? 'as Airtable says'}`;
      const changed = await database.transaction(async (tx) => {
        const found = await chooseRole(tx, connectionId, userId, role);
        if (!found) return false;
        await appendAudit(tx, connectionId, [auditOf(session, 'settingsChanged', why)], now());
        await lookAtEditsAgain(tx, queues, { connectionId, userId, by: actorOf(session), now: now() });
        return true;
      });
      if (!changed) {
        throw new HttpProblem(
          404,
          'unknownPerson',
          'Nobody with this id has signed in. GET /api/v1/people lists who has.',
        );
      }
      return { people: await listPeople(database, connectionId, now()) };
    },
  };
};

import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../../db/audit.ts';
import { listNotifications } from '../../db/notifications.ts';
import { nowOf } from '../../jobs/job.ts';
import { queueNotification } from '../../jobs/notify/notify.ts';
import { rotateNotificationSecret } from '../../jobs/notify/notifySecret.ts';
import { actorOf, type Session } from '../session.ts';
import type { HandlersOf } from './call.ts';

export const notificationHandlers: HandlersOf<
  'listNotifications' | 'testNotification' | 'rotateNotificationSecret'
> = ({ database, queues, jobOf }) => ({
  listNotifications: async ({ session, query }) => {
    const rows = await listNotifications(database, session.connectionId, query.limit);
    return {
      notifications: rows.map(({ deliveries, ...row }) => ({
        ...row,
        deliveries: deliveries.map(({ notBefore, ...one }) => ({
          ...one,
          nextTryAt: one.state === 'waiting' ? notBefore : null,
        })),
      })),
    };
  },

  testNotification: async ({ session }) => {
    const { connectionId } = session;
    const job = await jobOf(connectionId);
    const text = `${actorOf(session)} asked for this message to see whether it arrives. There is nothing to do.`;
    const notificationId = await database.transaction(async (tx) => {
      const message = { kind: 'test', subject: 'Test message of the Buildium sync', text } as const;
      const id = await queueNotification(tx, connectionId, message, nowOf(job));
      await queues.chore(tx, { connectionId, chore: 'notify' });
      return id;
    });
    return { notificationId };
  },

  rotateNotificationSecret: async ({ session }) => {
    const job = await jobOf(session.connectionId);
    return database.transaction(async (tx) => {
      const secret = await rotateNotificationSecret(job, tx);
      await appendAudit(tx, session.connectionId, [rotated(session, job.newId())], nowOf(job));
      return { secret };
    });
  },
});

function rotated(session: Session, auditId: string): AuditRow {
  return {
    ...{ auditId, actor: actorOf(session), action: 'settingsChanged', runId: null },
    ...ABOUT_NO_RECORD,
    why: 'A new secret for outgoing webhooks',
  };
}

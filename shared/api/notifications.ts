import * as z from 'zod';
import { endpoint, pageSize } from '../endpoint.ts';

const delivery = z.object({
  channel: z.enum(['email', 'webhook']),
  state: z.enum(['waiting', 'delivered', 'notWanted', 'givenUp']),
  attempts: z.number().int(),
  nextTryAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  problem: z.string().nullable(),
});

export const notificationsEndpoints = {
  listNotifications: endpoint({
    method: 'GET',
    path: '/notifications',
    role: 'viewer',
    tag: 'Notifications',
    summary: 'What people were told, and whether it arrived',
    description: 'Newest first. Addresses are set through `PATCH /connection` (`settings.notifications`).',
    query: z.strictObject({ limit: pageSize(50) }),
    response: z.object({
      notifications: z.array(
        z.object({
          notificationId: z.string(),
          kind: z.string(),
          subject: z.string(),
          text: z.string(),
          queuedAt: z.iso.datetime(),
          deliveries: z.array(delivery),
        }),
      ),
    }),
  }),
  testNotification: endpoint({
    method: 'POST',
    path: '/notifications/test',
    role: 'admin',
    tag: 'Notifications',
    summary: 'Send a test message',
    description: 'By every way that is set. `GET /notifications` tells whether it arrived.',
    body: z.strictObject({}),
    response: z.object({ notificationId: z.string() }),
    status: 202,
    example: { body: {} },
  }),
  rotateNotificationSecret: endpoint({
    method: 'POST',
    path: '/notifications/webhook-secret',
    role: 'admin',
    tag: 'Notifications',
    summary: 'A new secret that outgoing webhooks are signed with',
    description:
      'Shown once. `X-Sync-Signature` is the hex HMAC-SHA256 of `<X-Sync-Timestamp>.<body>` under it; the old secret no longer signs. Every delivery has an `X-Sync-Delivery` that stays the same over its tries.',
    body: z.strictObject({}),
    response: z.object({ secret: z.string() }),
    status: 201,
    example: { body: {} },
  }),
};

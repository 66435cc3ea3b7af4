import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { openNotices } from '../db/notices.ts';
import type { Logger } from '../log.ts';

export type WebhookNotices = {
  /** Tells the connection's people once in a while; the webhook's answer does not wait for it. */
  tell(connectionId: string, kind: string, message: string): void;
  close(): Promise<void>;
};

/** Whoever sends a thousand wrong webhooks a second causes one row a minute. */
const TOLD_AGAIN_AFTER_MS = 60_000;

export function webhookNotices(parts: {
  database: Database;
  clock: Clock;
  log: Logger;
  newId: () => string;
}): WebhookNotices {
  const { database, clock, log } = parts;
  const toldAtMs = new Map<string, number>();
  const writing = new Set<Promise<void>>();
  return {
    tell: (connectionId, kind, message) => {
      const key = `${connectionId} ${kind}`;
      const nowMs = clock.nowMs();
      if (nowMs - (toldAtMs.get(key) ?? -Infinity) < TOLD_AGAIN_AFTER_MS) return;
      toldAtMs.set(key, nowMs);
      log.warn({ connectionId, kind }, message);
      const at = new Date(nowMs).toISOString();
      const notice = { noticeId: parts.newId(), at, resource: null, entityId: null, kind, message };
      const written = openNotices(database, connectionId, [notice])
        .catch((error: unknown) => {
          toldAtMs.delete(key);
          log.warn(
            { error: String(error), connectionId, kind },
            'The notice of a webhook could not be stored.',
          );
        })
        .finally(() => writing.delete(written));
      writing.add(written);
    },
    close: async () => {
      await Promise.all(writing);
    },
  };
}

import type { Database } from '../../server/db/database.ts';
import { insertPush } from '../../server/db/pushes.ts';
import { insertIntent } from '../../server/db/intents.ts';

/** A push in the database whose only payment waits for a person's decision. */
export async function storePush(
  database: Database,
  connectionId: string,
  ids: { pushId: string; intentId: string; by: string; now: string },
): Promise<void> {
  const { pushId, intentId, by, now } = ids;
  await insertPush(database, connectionId, { pushId, requestedBy: by, startedAt: now });
  await insertIntent(
    database,
    connectionId,
    {
      ...{ intentId, pushId, kind: 'leasePayment', action: 'create', marker: `AS-${intentId}` },
      ...{ resource: 'transactions', method: 'POST', path: '/v1/leases/1/payments', body: {} },
      ...{ bodySealed: null, sealedFor: null, summary: by, partyResource: 'leases', partyId: '1' },
      ...{ day: now.slice(0, 10), amountCents: 100, glAccountIds: ['3'], beforeDigest: null },
      ...{ previewHash: by, requestedBy: by, message: by, entityId: null },
      rows: [{ recordId: `rec${intentId.replaceAll('-', '')}`, amountCents: 100 }],
    },
    now,
  );
  await database.execute(
    `update intents set state = 'asking', next_at = null where connection_id = $1 and intent_id = $2`,
    [connectionId, intentId],
  );
}

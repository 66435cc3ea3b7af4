import { listAudit } from '../../db/audit.ts';
import type { HandlersOf } from './call.ts';

export const auditHandlers: HandlersOf<'listAudit'> = ({ database }) => ({
  listAudit: async ({ session, query }) => {
    const { resource, entityId, airtableRecordId, action, actor, before, limit } = query;
    const entries = await listAudit(database, session.connectionId, {
      resource: resource ?? null,
      entityId: entityId ?? null,
      airtableRecordId: airtableRecordId ?? null,
      action: action ?? null,
      actor: actor ?? null,
      beforeId: before ?? null,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
    });
    const page = entries.slice(0, limit);
    return { entries: page, nextBefore: entries.length > limit ? (page.at(-1)?.auditId ?? null) : null };
  },
});

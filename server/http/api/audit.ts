import { listActors, listAudit } from '../../db/audit.ts';
import { readSeal } from '../../jobs/audit/auditChain.ts';
import type { HandlersOf } from './call.ts';

const ACTORS_OF_MS = 90 * 86_400_000;
const ACTORS_AT_MOST = 200;

export const auditHandlers: HandlersOf<'listAudit' | 'listAuditActors' | 'readAuditSeal'> = ({
  database,
  clock,
}) => ({
  listAudit: async ({ session, query }) => {
    const { resource, entityId, airtableRecordId, action, actor, runId, text, from, to, before, limit } =
      query;
    const entries = await listAudit(database, session.connectionId, {
      resource: resource ?? null,
      entityId: entityId ?? null,
      airtableRecordId: airtableRecordId ?? null,
      action: action ?? null,
      actor: actor ?? null,
      runId: runId ?? null,
      text: text ?? null,
      from: from ?? null,
      to: to ?? null,
      beforeId: before ?? null,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
    });
    const page = entries.slice(0, limit);
    return { entries: page, nextBefore: entries.length > limit ? (page.at(-1)?.auditId ?? null) : null };
  },

  listAuditActors: async ({ session }) => {
    const since = new Date(clock.nowMs() - ACTORS_OF_MS).toISOString();
    return { actors: await listActors(database, session.connectionId, since, ACTORS_AT_MOST) };
  },

  readAuditSeal: ({ session }) => readSeal({ database, connectionId: session.connectionId }),
});

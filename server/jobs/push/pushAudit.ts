import type { AuditRow } from '../../db/audit.ts';
import type { IntentRow } from '../../db/intents.ts';
import type { Job } from '../job.ts';

/** What happened to an intent, for the audit: which money, for which row, on whose behalf. */
export function intentAudit(
  job: Job,
  intent: Pick<
    IntentRow,
    'intentId' | 'pushId' | 'resource' | 'entityId' | 'recordIds' | 'amountCents' | 'summary' | 'kind'
  >,
  action: AuditRow['action'],
  actor: string,
  why = intent.summary,
): AuditRow {
  return {
    auditId: job.newId(),
    actor,
    action,
    resource: intent.resource,
    entityId: intent.entityId,
    airtableRecordId: intent.recordIds[0] ?? null,
    changes: { amount: { after: intent.amountCents }, kind: { after: intent.kind } },
    changesSealed: null,
    why,
    runId: intent.pushId,
  };
}

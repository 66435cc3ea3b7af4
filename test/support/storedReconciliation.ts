import type { Database } from '../../server/db/database.ts';
import { connectionById } from '../../server/db/connections.ts';
import {
  finishReconciliation,
  claimReconciliation,
  insertReconciliation,
} from '../../server/db/reconciliations.ts';
import { saveResourceResult, type DiscrepancyRow } from '../../server/db/reconciliationParts.ts';
import { certificateText, makeCertificate } from '../../server/jobs/reconcile/certificate.ts';

/** A comparison that came to its end with one difference, for tests of what is made of it. */
export async function storeReconciliation(
  database: Database,
  connectionId: string,
  {
    reconciliationId,
    by,
    entityId,
    now,
  }: { reconciliationId: string; by: string; entityId: string; now: string },
): Promise<void> {
  const started = { reconciliationId, requestedBy: by, day: now.slice(0, 10), startedAt: now };
  await insertReconciliation(database, connectionId, { ...started, kind: 'daily', resources: 1 });
  await claimReconciliation(database, connectionId, { owner: by, now, until: now });
  const discrepancy: DiscrepancyRow = {
    ...{ resource: 'leases', entityId, rootId: entityId, airtableRecordId: null, month: '', kind: 'noRow' },
    ...{ fields: [], cause: 'lostEvent', explanation: 'It was not heard.', repair: 'look', repairedAt: null },
  };
  const result = {
    ...{ resource: 'leases', records: 1, matching: 0, fieldsLeftOut: [], problem: null },
    leftOut: {
      ...{ outOfScope: 0, outsideWindow: 0, detached: 0, deletedInBuildium: 0, rowsOfPeople: 0, copies: 0 },
    },
  };
  await saveResourceResult(database, connectionId, reconciliationId, {
    ...result,
    months: [],
    discrepancies: [discrepancy],
  });
  const connection = await connectionById(database, connectionId);
  if (!connection) throw new Error(`There is no connection ${connectionId}`);
  const certificate = makeCertificate({
    ...{ reconciliation: started, connection, finishedAt: now, serverVersion: '1.2.3' },
    ...{ resources: [result], months: [], causes: { lostEvent: 1 } },
    ...{ threeLegs: null, threeLegsProblem: 'No books.', previous: null },
  });
  const { text, hash } = certificateText(certificate);
  await finishReconciliation(database, connectionId, by, {
    ...{ reconciliationId, finishedAt: now, records: 1, matching: 0, discrepancies: 1 },
    ...{ threeLegs: null, threeLegsProblem: null, certificate: text, certificateHash: hash },
    ...{ rootBuildium: certificate.rootHash.buildium, rootAirtable: certificate.rootHash.airtable },
  });
}

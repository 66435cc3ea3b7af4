import type {
  Discrepancy,
  Reconciliation,
  ReconciliationDetail,
  ReconciliationMonth,
} from '../../../shared/api/reconciliation.ts';
import { threeLegs } from '../../../shared/api/reconciliation.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import type { Queryable } from '../../db/database.ts';
import {
  causesOf,
  monthResults,
  resourceResults,
  type DiscrepancyRow,
  type MonthResult,
} from '../../db/reconciliationParts.ts';
import type { ReconciliationRow } from '../../db/reconciliations.ts';
import { accuracyOf } from './certificate.ts';

/** A comparison as it is shown. */
export function reconciliationView(row: ReconciliationRow): Reconciliation {
  const isFinished = row.state === 'finished';
  const { records, matching, repaired } = row;
  return {
    ...{ reconciliationId: row.reconciliationId, kind: row.kind, state: row.state, day: row.day },
    ...{ requestedBy: row.requestedBy, startedAt: row.startedAt, finishedAt: row.finishedAt },
    progress: { resourcesDone: row.resourcesDone, resources: Math.max(row.resources, row.resourcesDone) },
    ...{ records, matching, discrepancies: row.discrepancies, repaired },
    accuracy: isFinished ? accuracyOf(row) : null,
    accuracyAfterRepair:
      row.repair === 'done' ? accuracyOf({ records, matching: matching + repaired }) : null,
    repair: row.repair,
    rootHash:
      row.rootBuildium !== null && row.rootAirtable !== null
        ? { buildium: row.rootBuildium, airtable: row.rootAirtable }
        : null,
    ...{ certificateHash: row.certificateHash, problem: row.problem },
  };
}

/** With everything that was counted. */
export async function reconciliationDetailOf(
  db: Queryable,
  connectionId: string,
  row: ReconciliationRow,
): Promise<ReconciliationDetail> {
  const { reconciliationId } = row;
  const [resources, months, causes] = await Promise.all([
    resourceResults(db, connectionId, reconciliationId),
    monthResults(db, connectionId, reconciliationId),
    causesOf(db, connectionId, reconciliationId),
  ]);
  const legs = threeLegs.safeParse(row.threeLegs);
  return {
    ...reconciliationView(row),
    resources: resources.map((one) => ({ ...one, label: resourceNamed(one.resource).label.many })),
    months: months.map(monthView),
    causes: Object.fromEntries(causes.map(({ cause, records }) => [cause, records])),
    threeLegs: legs.success ? legs.data : null,
    threeLegsProblem: row.threeLegsProblem,
  };
}

function monthView(one: MonthResult): ReconciliationMonth {
  return {
    ...{ resource: one.resource, month: one.month, records: one.records, matching: one.matching },
    buildium: { records: one.buildiumRecords, hash: one.buildiumHash, sumsCents: one.buildiumSums },
    airtable: { records: one.airtableRecords, hash: one.airtableHash, sumsCents: one.airtableSums },
  };
}

export function discrepancyView({ rootId: _root, ...row }: DiscrepancyRow): Discrepancy {
  return row;
}

import {
  certificateOf,
  listReconciliations,
  reconciliationById,
  type ReconciliationRow,
} from '../../db/reconciliations.ts';
import { listDiscrepancies } from '../../db/reconciliationParts.ts';
import { certificatePdf } from '../../jobs/reconcile/certificatePdf.ts';
import { startReconciliation } from '../../jobs/reconcile/reconcile.ts';
import { repair } from '../../jobs/reconcile/reconcileRepair.ts';
import {
  discrepancyView,
  reconciliationDetailOf,
  reconciliationView,
} from '../../jobs/reconcile/reconcileView.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import type { ApiParts } from './parts.ts';
import { connectionOf, invalid, refuseUnknownResources } from './refusals.ts';
import { notRunning } from './sync.ts';

export const reconciliationHandlers: HandlersOf<
  | 'listReconciliations'
  | 'startReconciliation'
  | 'readReconciliation'
  | 'listDiscrepancies'
  | 'repairReconciliation'
  | 'certificateJson'
  | 'certificatePdf'
> = ({ database, jobOf }) => ({
  listReconciliations: async ({ session, query: { before, limit } }) => {
    const page = { beforeId: before ?? null, limit: limit + 1 };
    const rows = await listReconciliations(database, session.connectionId, page);
    const shown = rows.slice(0, limit);
    return {
      reconciliations: shown.map(reconciliationView),
      nextBefore: rows.length > limit ? (shown.at(-1)?.reconciliationId ?? null) : null,
    };
  },

  startReconciliation: async ({ session }) => {
    const { state } = await connectionOf(database, session.connectionId);
    if (state !== 'running') throw notRunning(state);
    return startReconciliation(await jobOf(session.connectionId), actorOf(session));
  },

  readReconciliation: async ({ session, params }) => {
    const row = await found(database, session.connectionId, params.reconciliationId);
    return reconciliationDetailOf(database, session.connectionId, row);
  },

  listDiscrepancies: async ({ session, params, query }) => {
    if (query.resource !== undefined) refuseUnknownResources([query.resource], 'query.resource');
    await found(database, session.connectionId, params.reconciliationId);
    const [resource = '', ...id] = query.after?.split(' ') ?? [];
    const rows = await listDiscrepancies(database, session.connectionId, params.reconciliationId, {
      ...{ resource: query.resource ?? null, cause: query.cause ?? null, entityIds: null },
      ...{ onlyOpen: query.onlyOpen, limit: query.limit + 1 },
      after: query.after === undefined ? null : { resource, entityId: id.join(' ') },
    });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      discrepancies: shown.map(discrepancyView),
      nextAfter: rows.length > query.limit && last ? `${last.resource} ${last.entityId}` : null,
    };
  },

  repairReconciliation: async ({ session, params, body: { resource, entityIds } }) => {
    if (resource !== undefined) refuseUnknownResources([resource], 'body.resource');
    if (entityIds !== undefined && resource === undefined)
      throw invalid('body.resource', 'entityIds need their resource');
    const row = await found(database, session.connectionId, params.reconciliationId);
    if (row.state !== 'finished')
      throw new HttpProblem(
        409,
        'notFinished',
        'The comparison is still under way. Repair it when it is finished.',
      );
    const which = { resource: resource ?? null, entityIds: entityIds ?? null, by: actorOf(session) };
    return repair(await jobOf(session.connectionId), params.reconciliationId, which);
  },

  certificateJson: async ({ session, params: { reconciliationId } }) => {
    const { certificate } = await certified(database, session.connectionId, reconciliationId);
    return { fileName: `certificate-${reconciliationId}.json`, content: certificate };
  },

  certificatePdf: async ({ session, params: { reconciliationId } }) => {
    const stored = await certified(database, session.connectionId, reconciliationId);
    return { fileName: `certificate-${reconciliationId}.pdf`, content: await certificatePdf(stored) };
  },
});

async function found(
  database: ApiParts['database'],
  connectionId: string,
  reconciliationId: string,
): Promise<ReconciliationRow> {
  const row = await reconciliationById(database, connectionId, reconciliationId);
  if (row) return row;
  throw new HttpProblem(
    404,
    'unknownReconciliation',
    `There is no reconciliation ${reconciliationId}. GET /api/v1/reconciliations lists them.`,
  );
}

async function certified(
  database: ApiParts['database'],
  connectionId: string,
  reconciliationId: string,
): Promise<{ certificate: string; certificateHash: string }> {
  const row = await found(database, connectionId, reconciliationId);
  const stored = await certificateOf(database, connectionId, reconciliationId);
  if (stored) return stored;
  const { resourcesDone, resources } = reconciliationView(row).progress;
  throw new HttpProblem(
    409,
    'notFinished',
    `The comparison is still under way (${resourcesDone} of ${resources} resources). Its certificate is made at the end.`,
  );
}

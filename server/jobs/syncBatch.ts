import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { Wire } from '../buildium/read.ts';
import { postponeMarks, renewClaims, type Claim } from '../db/claims.ts';
import { loadBaseMapping } from './baseMapping.ts';
import { CLAIM_MS, holding } from './holding.ts';
import { laterBy, type Job } from './job.ts';
import { lookAtBuildium, unchangedAmong } from './look.ts';
import { retellBooked, withoutAwaited } from './push/intentsAwaited.ts';
import { remember } from './remember.ts';
import { enabledResources } from './schemaColumns.ts';
import type { BatchResult, Settlement } from './settlement.ts';
import { syncTable } from './syncTable.ts';

/**
 * One batch of claimed ids: look at both sides, plan, write, remember. Enters with claims only and leaves them
 * cleared or postponed, whatever happens to a call in between.
 */
export async function syncBatch(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  observed: ReadonlyMap<string, Wire> = new Map(),
): Promise<BatchResult> {
  const fences = claims.map((claim) => claim.fence);
  return holding(
    job,
    () => renewClaims(job.database, job.connectionId, resource.name, fences, laterBy(job, CLAIM_MS)),
    () => lookPlanWrite(job, resource, claims, observed),
  ).catch(async (error: unknown) => {
    await releaseClaims(job, resource, claims).catch(() => undefined);
    throw error;
  });
}

/** After an unexpected error the ids are soon free again, for this worker or another; a crash leaves that to the claim's end. */
const FREE_AGAIN_MS = 5_000;

async function releaseClaims(job: Job, resource: AnyResource, claims: readonly Claim[]): Promise<void> {
  const notBefore = laterBy(job, FREE_AGAIN_MS);
  const problem = 'Ended by an unexpected error; it is tried again.';
  const rows = claims.map(({ entityId, fence }) => ({
    ...{ entityId, fence, notBefore, problem },
    ...{ counts: false, parkedAt: null, waitingFor: null },
  }));
  await postponeMarks(job.database, job.connectionId, resource.name, rows);
}

async function lookPlanWrite(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  observed: ReadonlyMap<string, Wire>,
): Promise<BatchResult> {
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const settlement: Settlement = {
    ...{ resource, mapping, claims },
    startedAtMs: job.clock.nowMs(),
    decisions: [],
    awaited: new Map(),
    unchanged: new Set(),
    refused: new Map(),
    stopped: null,
    vaults: new Map(),
    mended: [],
  };
  const enabled = new Set(enabledResources(job));
  // What is switched off is neither read nor written: its marks end here.
  if (!enabled.has(resource)) return remember(job, settlement);
  const look = await lookAtBuildium(job, resource, claims, observed);
  if (!look.ok) {
    return remember(job, { ...settlement, stopped: { side: 'buildium', failure: look.error } });
  }
  settlement.refused = look.value.refused;
  settlement.unchanged = unchangedAmong(claims, look.value.members);
  const going = await withoutAwaited(job, settlement, look.value.members);
  const parts = (resource.parts ?? []).map((part) => resourceNamed(part.resource));
  const tables = [resource, ...parts.filter((part) => enabled.has(part))];
  const recordIds = new Map<string, string>();
  for (const tableResource of tables) {
    const members = going.filter((member) => member.resource === tableResource);
    const table = mapping.get(tableResource.name);
    if (members.length === 0 || settlement.stopped || !table) continue;
    const done = await syncTable(job, { table, members, claims, recordIds, settlement, mapping });
    settlement.stopped = done;
  }
  const result = await remember(job, settlement);
  await retellBooked(job, settlement);
  return result;
}

import { resourceNamed } from '../../../shared/resources/index.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listWebhooks } from '../../db/airtableWebhooks.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import { updateConnection } from '../../db/connections.ts';
import type { Queryable } from '../../db/database.ts';
import { linksByEntity, ownersOfRecords, saveLinks, type LinkRow } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { decideMatches } from '../../db/pairingMatches.ts';
import { ensureOwnTables } from '../ownTables/ownTables.ts';
import { prepareBase } from './connect.ts';
import { nowOf, type Job } from '../job.ts';
import { listProposals, type Proposal } from './pairing.ts';
import { startRun } from '../runs.ts';
import { ensureSchema, type SchemaChange } from '../schema.ts';

export type Choice =
  /** Everything that only one row and one entity claim, from this score on. */
  { minScore: number } | { resource: string; entityId: string; airtableRecordId?: string };

export type Approval = {
  approved: Proposal[];
  /** What could not be approved, and why. */
  refused: { proposal: Proposal; why: string }[];
};

/**
 * Pairs rows with entities: the link is made with nothing agreed yet, and the id is marked, so that the ordinary
 * look compares the two. Other proposals for the same row or entity are thereby rejected.
 */
export async function approvePairing(
  job: Job,
  choice: Choice,
  by: string,
): Promise<Result<Approval, string>> {
  const proposals = await listProposals(job);
  const chosen = choose(proposals, choice);
  if (!chosen.ok) return chosen;
  const approval = await job.database.transaction(async (tx) => {
    const approved: Proposal[] = [];
    const refused: Approval['refused'] = [];
    for (const [resource, group] of groupByResource(chosen.value)) {
      const links = await linksByEntity(
        tx,
        job.connectionId,
        resource,
        group.map((proposal) => proposal.entityId),
      );
      const owners = await ownersOfRecords(
        tx,
        job.connectionId,
        group.map((proposal) => proposal.airtableRecordId),
      );
      const free: Proposal[] = [];
      for (const proposal of group) {
        const why = takenMeanwhile(proposal, links, owners);
        if (why === null) free.push(proposal);
        else refused.push({ proposal, why });
      }
      await pair(tx, job, free, links, by);
      approved.push(...free);
    }
    const rivals = proposals.filter((proposal) => approved.some((winner) => isRival(winner, proposal)));
    await decideMatches(tx, job.connectionId, approved, 'approved');
    await decideMatches(tx, job.connectionId, rivals, 'rejected');
    return { approved, refused };
  });
  return ok(approval);
}

/** The pair is not proposed again. @returns how many. */
export async function rejectPairing(
  job: Job,
  which: { resource: string; entityId: string; airtableRecordId?: string },
): Promise<number> {
  const open = (await listProposals(job)).filter((proposal) => proposal.decision === 'proposed');
  return decideMatches(
    job.database,
    job.connectionId,
    open.filter((proposal) => isNamed(proposal, which)),
    'rejected',
  );
}

/**
 * Ends the first pairing: what is missing in the base is made, the connection runs, and everything that no row was
 * approved for gets a new one in the first sync.
 */
export async function finishPairing(
  job: Job,
  by: string,
  notificationUrl: string | null,
): Promise<Result<{ runId: string; schema: SchemaChange }, CallFailure>> {
  const hasWebhook = (await listWebhooks(job.database, job.connectionId)).length > 0;
  const schema = hasWebhook ? await ensureSchema(job) : await prepareBase(job, notificationUrl);
  if (!schema.ok) return schema;
  // Our own tables link to what was mapped: where that stands in another table now, they get a link there.
  const own = hasWebhook ? await ensureOwnTables(job, OWN_TABLES) : ok(null);
  if (!own.ok) return own;
  await updateConnection(job.database, job.connectionId, { state: 'running' });
  const { runId } = await startRun(job, 'firstSync', by);
  return ok({ runId, schema: schema.value });
}

function choose(proposals: readonly Proposal[], choice: Choice): Result<Proposal[], string> {
  const open = proposals.filter((proposal) => proposal.decision === 'proposed');
  if ('minScore' in choice)
    return ok(open.filter((proposal) => proposal.score >= choice.minScore && !proposal.isAmbiguous));
  const named = open.filter((proposal) => isNamed(proposal, choice));
  if (named.length > 1) {
    const rows = named.map((proposal) => proposal.airtableRecordId).join(', ');
    return err(
      `More than one row is proposed for ${choice.resource} ${choice.entityId}: name one of ${rows}.`,
    );
  }
  if (named.length === 0)
    return err(`Nothing is proposed for ${choice.resource} ${choice.entityId}. "pair" lists what is.`);
  return ok(named);
}

function isNamed(
  proposal: Proposal,
  which: { resource: string; entityId: string; airtableRecordId?: string },
): boolean {
  return (
    proposal.resource === which.resource &&
    proposal.entityId === which.entityId &&
    (which.airtableRecordId === undefined || proposal.airtableRecordId === which.airtableRecordId)
  );
}

function isRival(winner: Proposal, other: Proposal): boolean {
  const sameEntity = other.entityId === winner.entityId;
  const sameRow = other.airtableRecordId === winner.airtableRecordId;
  return other.decision === 'proposed' && other.resource === winner.resource && sameEntity !== sameRow;
}

function takenMeanwhile(
  { resource, entityId, airtableRecordId }: Proposal,
  links: ReadonlyMap<string, LinkRow>,
  owners: ReadonlyMap<string, { resource: string; entityId: string }>,
): string | null {
  const label = resourceNamed(resource).label.one;
  const row = links.get(entityId)?.airtableRecordId;
  if (row) return `${label} ${entityId} has the row ${row} already`;
  const owner = owners.get(airtableRecordId);
  return owner ? `the row stands for ${owner.resource} ${owner.entityId} already` : null;
}

async function pair(
  tx: Queryable,
  job: Job,
  proposals: readonly Proposal[],
  links: ReadonlyMap<string, LinkRow>,
  by: string,
): Promise<void> {
  const now = nowOf(job);
  await saveLinks(
    tx,
    job.connectionId,
    proposals.map((proposal) => pairedLink(proposal, links.get(proposal.entityId))),
    now,
  );
  await appendAudit(
    tx,
    job.connectionId,
    proposals.map((proposal) => pairedAudit(job, proposal, by)),
    now,
  );
  const marks = proposals.flatMap((proposal): Mark[] => {
    const { partOf, name } = resourceNamed(proposal.resource);
    // A row inside another one is looked at with it; before the first sync nobody knows with which.
    const entityId = partOf ? links.get(proposal.entityId)?.parentId : proposal.entityId;
    if (!entityId) return [];
    const about = { resource: partOf ?? name, entityId, reason: 'paired', onBehalfOf: by };
    return [{ ...about, priority: 'normal', happenedAt: now }];
  });
  await markDirty(tx, job.connectionId, marks, now);
  for (const resource of new Set(marks.map((mark) => mark.resource)))
    await job.queues.wake(tx, job.connectionId, resource);
}

/** Nothing is agreed yet: the look finds out what the two have in common. */
function pairedLink(
  { resource, entityId, airtableRecordId }: Proposal,
  before: LinkRow | undefined,
): LinkRow {
  return {
    resource,
    entityId,
    airtableRecordId,
    standing: 'linked',
    parentId: before?.parentId ?? null,
    syncedBuildium: {},
    syncedAirtable: null,
    syncedSealed: null,
    buildiumHash: null,
    status: null,
    note: null,
    entityDate: before?.entityDate ?? null,
    lookedGeneration: 0,
  };
}

function pairedAudit(
  job: Job,
  { resource, entityId, airtableRecordId, score, by }: Proposal,
  who: string,
): AuditRow {
  return {
    auditId: job.newId(),
    actor: who,
    action: 'paired',
    resource,
    entityId,
    airtableRecordId,
    changes: {},
    changesSealed: null,
    why: `approved at score ${score} (${by})`,
    runId: null,
  };
}

function groupByResource(proposals: readonly Proposal[]): Map<string, Proposal[]> {
  const groups = new Map<string, Proposal[]>();
  for (const proposal of proposals)
    groups.set(proposal.resource, [...(groups.get(proposal.resource) ?? []), proposal]);
  return groups;
}

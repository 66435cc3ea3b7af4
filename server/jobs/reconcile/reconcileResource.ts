import type { AnyResource } from '../../../shared/resources/define.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { linksByEntity } from '../../db/links.ts';
import { conflictedFields, marksOf, type MarkEvidence } from '../../db/reconciliationEvidence.ts';
import type { DiscrepancyRow, MonthResult, ResourceResult } from '../../db/reconciliationParts.ts';
import { isWritable } from '../carryOver.ts';
import type { Job } from '../job.ts';
import { openVault } from '../personalVault.ts';
import { findingOf, isHeldBack } from './reconcileCauses.ts';
import { addAmounts, comparePair, type Pair } from './reconcileCompare.ts';
import {
  compareFamily,
  saysDeleted,
  withNewRows,
  type ReconcileParts,
  type TableComparison,
} from './reconcileFamily.ts';
import { leafHash, rootOf } from './reconcileHash.ts';
import { readBuildiumFamily, readBuildiumOnes, readRows } from './reconcileRead.ts';
import { sweep } from '../sweep.ts';
import { hasPersonalFields, syncedOf } from '../synced.ts';
import { leftOutOf } from '../schemaColumns.ts';

export type ReconciledResource = ResourceResult & { months: MonthResult[]; discrepancies: DiscrepancyRow[] };

/** A table that could not be read, for the certificate to say so. */
export function notCompared(problem: string): (resource: AnyResource) => ReconciledResource {
  return ({ name }) => ({
    ...{ resource: name, records: 0, matching: 0, fieldsLeftOut: [], problem, months: [], discrepancies: [] },
    leftOut: {
      ...{ outOfScope: 0, outsideWindow: 0, detached: 0, deletedInBuildium: 0, rowsOfPeople: 0, copies: 0 },
    },
  });
}

/** A change on its way arrives within this time: events come within a second or two. */
export const SETTLING_MS = 4_000;

/** More than this many that stand apart are no changes under way, and looking at each again would take hours. */
const LOOKED_AT_AGAIN = 1_000;

/**
 * Compares a resource and the rows inside it. What stands apart is read again, one by one, before it is called
 * different: it may have changed between the two reads, or be on its way.
 */
export async function reconcileResource(
  job: Job,
  root: AnyResource,
  parts: ReconcileParts,
  settlingMs = SETTLING_MS,
): Promise<Result<ReconciledResource[], CallFailure>> {
  // Nothing announces these changes: between two sweeps a difference is no fault.
  if (isUnannounced(root))
    await sweep(job, { resource: root, kind: 'changes', reason: 'before reconciling' });
  const family = await readBuildiumFamily(job, root);
  if (!family.ok) return family;
  const compared = await compareFamily(job, root, family.value, parts);
  if (!compared.ok) return compared;
  // A change that was heard of meanwhile is given its time once.
  for (const waitMs of [0, settlingMs]) {
    const apart = compared.value.flatMap(({ pairs }) => [...pairs.values()].filter(standsApart));
    if (apart.length === 0 || apart.length > LOOKED_AT_AGAIN) break;
    if (waitMs > 0) await job.clock.sleep(waitMs);
    const looked = await lookAgain(job, root, compared.value, apart);
    if (!looked.ok) return looked;
  }
  const results: ReconciledResource[] = [];
  const marks = new Map(
    (await marksOf(job.database, job.connectionId, root.name)).map((mark) => [mark.entityId, mark]),
  );
  for (const comparison of compared.value) results.push(await resultOf(job, root, comparison, marks));
  return ok(results);
}

/** Balances and owners have no events: sweeps alone bring them. */
function isUnannounced(root: AnyResource): boolean {
  return Object.keys(root.events).length === 0 || root.read?.balances !== undefined;
}

export function standsApart({ buildium, row, differences }: Pair): boolean {
  return !buildium || !row || differences.length > 0;
}

/** Reads both sides of these pairs once more, each by itself, and compares them anew. */
export async function lookAgain(
  job: Job,
  root: AnyResource,
  tables: readonly TableComparison[],
  apart: readonly Pair[],
): Promise<Result<null, CallFailure>> {
  const rootIds = [...new Set(apart.map(({ rootId }) => rootId))];
  const fresh = await readBuildiumOnes(job, root, rootIds);
  if (!fresh.ok) return fresh;
  const wanted = new Set(apart);
  for (const comparison of tables) {
    const { resource, table, pairs, leftOut } = comparison;
    const own = [...pairs.values()].filter((pair) => wanted.has(pair));
    if (own.length === 0 || table.problem !== null) continue;
    const links = await linksByEntity(
      job.database,
      job.connectionId,
      resource.name,
      own.map(({ entityId }) => entityId),
    );
    const recordIds = own
      .flatMap(({ entityId, row }) => [row?.recordId, links.get(entityId)?.airtableRecordId])
      .filter((recordId) => typeof recordId === 'string');
    const entityIds = own.map(({ entityId }) => entityId);
    const rows = await readRows(job, table, { entityIds, recordIds: [...new Set(recordIds)] });
    if (!rows.ok) return rows;
    const targets = await withNewRows(job, resource, comparison.targets, rows.value);
    for (const before of own) {
      const { entityId, rootId, month } = before;
      const link = links.get(entityId) ?? null;
      const known = [before.row?.recordId, link?.airtableRecordId];
      const row =
        rows.value.find(({ recordId }) => known.includes(recordId)) ??
        rows.value.find(({ buildiumId }) => buildiumId === entityId) ??
        null;
      const buildium = fresh.value.get(resource.name)?.get(entityId) ?? null;
      if (buildium?.isOutOfScope) leftOut.outOfScope += 1;
      else if (!buildium && row && saysDeleted(table, row, link)) leftOut.deletedInBuildium += 1;
      const isLeftOut =
        buildium?.isOutOfScope === true || (!buildium && row && saysDeleted(table, row, link));
      if (isLeftOut || (!buildium && !row)) pairs.delete(entityId);
      else
        pairs.set(
          entityId,
          comparePair({ resource, table, targets, entityId, rootId, month, buildium, row }),
        );
    }
  }
  return ok(null);
}

async function resultOf(
  job: Job,
  root: AnyResource,
  comparison: TableComparison,
  marks: ReadonlyMap<string, MarkEvidence>,
): Promise<ReconciledResource> {
  const { resource, table, pairs, leftOut } = comparison;
  const all = [...pairs.values()].sort((a, b) => (a.entityId < b.entityId ? -1 : 1));
  const discrepancies = await findDiscrepancies(job, root, comparison, all, marks);
  const apart = new Set(discrepancies.map(({ entityId }) => entityId));
  return {
    resource: resource.name,
    records: all.length,
    matching: all.length - apart.size,
    leftOut,
    problem: null,
    fieldsLeftOut: [
      ...Object.entries(table.quarantined),
      ...leftOutOf(job, resource).map((key): [string, string] => [key, 'left out by choice.']),
    ].map(([key, reason]) => {
      const column = resource.fields.find((field) => field.key === key)?.column ?? key;
      return `${column}: ${reason}`;
    }),
    months: [...Map.groupBy(all, ({ month }) => month)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, some]) => monthOf(job, resource, month, some, apart)),
    discrepancies,
  };
}

function monthOf(
  job: Job,
  resource: AnyResource,
  month: string,
  pairs: readonly Pair[],
  apart: ReadonlySet<string>,
): MonthResult {
  const buildiumSums: Record<string, number> = {};
  const airtableSums: Record<string, number> = {};
  const buildiumLeaves: string[] = [];
  const airtableLeaves: string[] = [];
  for (const { entityId, buildium, row, expected, shown } of pairs) {
    if (buildium) {
      buildiumLeaves.push(leafHash(job, resource, entityId, expected));
      addAmounts(resource, buildiumSums, expected);
    }
    if (row) {
      airtableLeaves.push(leafHash(job, resource, row.buildiumId ?? '', shown));
      addAmounts(resource, airtableSums, shown);
    }
  }
  return {
    ...{ resource: resource.name, month, records: pairs.length },
    matching: pairs.filter(({ entityId }) => !apart.has(entityId)).length,
    ...{ buildiumRecords: buildiumLeaves.length, airtableRecords: airtableLeaves.length },
    ...{ buildiumHash: rootOf(buildiumLeaves), airtableHash: rootOf(airtableLeaves) },
    ...{ buildiumSums, airtableSums },
  };
}

/** Records that stand apart or are held, each with what most likely happened. */
export async function findDiscrepancies(
  job: Job,
  root: AnyResource,
  { resource, table }: Pick<TableComparison, 'resource' | 'table'>,
  pairs: readonly Pair[],
  marks: ReadonlyMap<string, MarkEvidence>,
): Promise<DiscrepancyRow[]> {
  const { database, connectionId } = job;
  const conflicts = Map.groupBy(
    await conflictedFields(database, connectionId, resource.name),
    ({ entityId }) => entityId,
  );
  const markOf = (pair: Pair): MarkEvidence | null =>
    (resource === root || standsApart(pair) ? marks.get(pair.rootId) : undefined) ?? null;
  const suspects = pairs.filter(
    (pair) =>
      standsApart(pair) ||
      conflicts.has(pair.entityId) ||
      isHeldBack(markOf(pair)) ||
      (pair.buildium?.problems.length ?? 0) > 0,
  );
  const ids = suspects.map(({ entityId }) => entityId);
  const links = await linksByEntity(database, connectionId, resource.name, ids);
  const vault =
    ids.length > 0 && hasPersonalFields(resource)
      ? await openVault(job, database, resource.name, [...links.keys()])
      : null;
  return suspects.flatMap((pair): DiscrepancyRow[] => {
    const link = links.get(pair.entityId) ?? null;
    const finding = findingOf({
      ...{ resource, pair, table, link, mark: markOf(pair) },
      conflicted: new Set((conflicts.get(pair.entityId) ?? []).map(({ fieldKey }) => fieldKey)),
      synced: link ? syncedOf(link, vault) : {},
      writable: (key) => isWritable(job, resource, key),
    });
    if (!finding) return [];
    const { entityId, rootId, month, row, differences: fields } = pair;
    const airtableRecordId = row?.recordId ?? link?.airtableRecordId ?? null;
    return [
      {
        resource: resource.name,
        entityId,
        rootId,
        airtableRecordId,
        month,
        fields,
        ...finding,
        repairedAt: null,
      },
    ];
  });
}

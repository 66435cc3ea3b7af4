import type { LeftOut } from '../../../shared/api/reconciliation.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { linksByEntity, ownersOfRecords, type LinkRow } from '../../db/links.ts';
import { detachedIds } from '../../db/reconciliationEvidence.ts';
import type { BaseMapping, TableMapping } from '../baseMapping.ts';
import { keepFrom } from '../calendar.ts';
import type { Job } from '../job.ts';
import { comparePair, type LinkTargets, type Pair } from './reconcileCompare.ts';
import {
  readRows,
  type BuildiumShown,
  type FamilyShown,
  type RowDirectory,
  type RowShown,
} from './reconcileRead.ts';
import { enabledResources } from '../schemaColumns.ts';

/** One table's side of a family: what was read, and what it was paired into. */
export type TableComparison = {
  resource: AnyResource;
  table: TableMapping;
  targets: LinkTargets;
  pairs: Map<string, Pair>;
  leftOut: LeftOut;
};

export type ReconcileParts = { mapping: BaseMapping; directory: RowDirectory };

/** The resource and those whose rows come inside it, as far as the connection wants them. */
export function familyOf(job: Job, root: AnyResource): AnyResource[] {
  const enabled = enabledResources(job);
  const parts = (root.parts ?? []).map((part) => resourceNamed(part.resource));
  return [root, ...parts.filter((part) => enabled.includes(part))];
}

/** Reads the family's tables and holds every record's two sides against each other. */
export async function compareFamily(
  job: Job,
  root: AnyResource,
  family: FamilyShown,
  parts: ReconcileParts,
): Promise<Result<TableComparison[], CallFailure>> {
  const sides: { resource: AnyResource; table: TableMapping; pairing: Pairing }[] = [];
  for (const resource of familyOf(job, root)) {
    const table = parts.mapping.get(resource.name);
    if (!table) continue;
    const rows = table.problem === null ? await readRows(job, table) : ok([]);
    if (!rows.ok) return rows;
    const entities = family.get(resource.name) ?? new Map<string, BuildiumShown>();
    const pairing = await pairUp(job, resource, table, entities, rows.value);
    parts.directory.learn(
      resource.name,
      new Map(pairing.paired.flatMap(({ entityId, row }) => (row ? [[row.recordId, entityId]] : []))),
    );
    sides.push({ resource, table, pairing });
  }
  const compared: TableComparison[] = [];
  for (const { resource, table, pairing } of sides) {
    const targets = await targetsOf(job, resource, parts);
    if (!targets.ok) return targets;
    const pairs = pairing.paired.map((one) =>
      comparePair({ resource, table, targets: targets.value, ...one }),
    );
    compared.push({
      ...{ resource, table, targets: targets.value, leftOut: pairing.leftOut },
      pairs: new Map(pairs.filter((pair) => isCounted(pair, pairing)).map((pair) => [pair.entityId, pair])),
    });
  }
  return ok(compared);
}

type Paired = Pick<Pair, 'entityId' | 'rootId' | 'month' | 'buildium' | 'row'>;
type Pairing = { paired: Paired[]; leftOut: LeftOut; silent: ReadonlySet<string> };

/** Some rows are known by links only, and count for nothing by themselves. */
function isCounted({ entityId }: Pair, { silent }: Pairing): boolean {
  return !silent.has(entityId);
}

/** Which row stands for which entity, as the rows themselves say; our links only settle what they leave open. */
async function pairUp(
  job: Job,
  resource: AnyResource,
  table: TableMapping,
  entities: ReadonlyMap<string, BuildiumShown>,
  rows: readonly RowShown[],
): Promise<Pairing> {
  const leftOut: LeftOut = {
    ...{ outOfScope: 0, outsideWindow: 0, detached: 0, deletedInBuildium: 0, rowsOfPeople: 0, copies: 0 },
  };
  const byId = Map.groupBy(
    rows.filter((row) => row.buildiumId !== null),
    (row) => row.buildiumId ?? '',
  );
  const unsure = [
    ...[...byId].flatMap(([id, some]) => (some.length > 1 || !entities.has(id) ? [id] : [])),
    ...[...entities.keys()].filter((id) => !byId.has(id)),
  ];
  const links = await linksByEntity(job.database, job.connectionId, resource.name, unsure);
  const byRecord = new Map(rows.map((row) => [row.recordId, row]));
  const taken = new Set<string>();
  const rowOfEntity = new Map<string, RowShown>();
  for (const [entityId, some] of byId) {
    const linked = some.find(({ recordId }) => recordId === links.get(entityId)?.airtableRecordId);
    const row = linked ?? some[0];
    if (!row) continue;
    rowOfEntity.set(entityId, row);
    taken.add(row.recordId);
    leftOut.copies += some.length - 1;
    for (const copy of some) if (copy !== row) taken.add(copy.recordId);
  }
  for (const entityId of entities.keys()) {
    if (rowOfEntity.has(entityId)) continue;
    // Its id cell was cleared or changed by hand: the row is still its row.
    const row = byRecord.get(links.get(entityId)?.airtableRecordId ?? '');
    if (!row) continue;
    const claimed = row.buildiumId;
    if (claimed !== null && rowOfEntity.get(claimed) === row) rowOfEntity.delete(claimed);
    rowOfEntity.set(entityId, row);
    taken.add(row.recordId);
  }
  leftOut.rowsOfPeople = rows.filter(({ recordId }) => !taken.has(recordId)).length;
  return countIn(job, resource, table, { entities, rowOfEntity, links, leftOut });
}

type Known = {
  entities: ReadonlyMap<string, BuildiumShown>;
  rowOfEntity: ReadonlyMap<string, RowShown>;
  links: ReadonlyMap<string, LinkRow>;
  leftOut: LeftOut;
};

/** What should stand on both sides; everything else is counted under its reason. */
async function countIn(
  job: Job,
  resource: AnyResource,
  table: TableMapping,
  { entities, rowOfEntity, links, leftOut }: Known,
): Promise<Pairing> {
  const oldest = keepFrom(job);
  const detached = await detachedIds(job.database, job.connectionId, resource.name);
  const paired: Paired[] = [];
  const silent = new Set<string>();
  const leave = (reason: keyof LeftOut, one: Paired): void => {
    leftOut[reason] += 1;
    if (!one.row || reason === 'detached') return;
    // Others may still link to its row.
    paired.push(one);
    silent.add(one.entityId);
  };
  for (const entityId of new Set([...entities.keys(), ...rowOfEntity.keys()])) {
    const buildium = entities.get(entityId) ?? null;
    const row = rowOfEntity.get(entityId) ?? null;
    const link = links.get(entityId) ?? null;
    const day = buildium?.day ?? link?.entityDate ?? dayOf(row);
    const rootId = buildium?.rootId ?? rootIdOf(resource, entityId, link);
    const one: Paired = { entityId, rootId, month: day?.slice(0, 7) ?? '', buildium, row };
    if (detached.has(entityId)) leave('detached', one);
    else if (buildium?.isOutOfScope) leave('outOfScope', one);
    else if (!row && day !== null && day < oldest) leave('outsideWindow', one);
    else if (!buildium && row && saysDeleted(table, row, link)) leave('deletedInBuildium', one);
    else paired.push(one);
  }
  return { paired, leftOut, silent };
}

export function saysDeleted(table: TableMapping, row: RowShown, link: LinkRow | null): boolean {
  return table.status === null
    ? link?.standing === 'deletedInBuildium'
    : row.status === 'Deleted in Buildium';
}

function dayOf(row: RowShown | null): string | null {
  const day = row?.entity['date'];
  return typeof day === 'string' ? day : null;
}

function rootIdOf(resource: AnyResource, entityId: string, link: LinkRow | null): string {
  return resource.partOf === undefined ? entityId : (link?.parentId ?? '');
}

export async function targetsOf(
  job: Job,
  resource: AnyResource,
  { directory, mapping }: ReconcileParts,
): Promise<Result<LinkTargets, CallFailure>> {
  const rows = new Map<string, Map<string, string>>();
  const entities = new Map<string, Set<string>>();
  const apart = new Map<string, ReadonlySet<string>>();
  for (const { kind, target } of resource.fields) {
    if (kind !== 'link' || !target || rows.has(target) || !mapping.has(target)) continue;
    const known = await directory.of(target);
    if (!known.ok) return known;
    const detached = await detachedIds(job.database, job.connectionId, target);
    rows.set(target, new Map(known.value));
    entities.set(target, new Set([...known.value.values()].filter((id) => !detached.has(id))));
    apart.set(target, detached);
  }
  const none: ReadonlyMap<string, string> = new Map();
  return ok({
    rowsOf: (target) => rows.get(target) ?? none,
    withRows: (target) => entities.get(target) ?? new Set(),
    detached: (target) => apart.get(target) ?? new Set(),
  });
}

/** Rows that were made since their table was read are known by our links. */
export async function withNewRows(
  job: Job,
  resource: AnyResource,
  targets: LinkTargets,
  shown: readonly RowShown[],
): Promise<LinkTargets> {
  const unknown = shown.flatMap((row) =>
    resource.fields.flatMap(({ key, kind, target }) => {
      const ids = row.entity[key];
      if (kind !== 'link' || !Array.isArray(ids)) return [];
      return (ids as readonly string[]).filter((id) => !targets.rowsOf(target ?? '').has(id));
    }),
  );
  if (unknown.length === 0) return targets;
  const owners = [...(await ownersOfRecords(job.database, job.connectionId, unknown)).values()];
  const rows = new Map<string, ReadonlyMap<string, string>>();
  const rowsOf = (target: string): ReadonlyMap<string, string> => {
    const made = owners.filter((owner) => owner.resource === target);
    const added = made.map(({ airtableRecordId, entityId }) => [airtableRecordId, entityId] as const);
    const all = rows.get(target) ?? new Map([...targets.rowsOf(target), ...added]);
    rows.set(target, all);
    return all;
  };
  const entities = new Map<string, ReadonlySet<string>>();
  const withRows = (target: string): ReadonlySet<string> => {
    const detached = targets.detached(target);
    const made = [...rowsOf(target).values()].filter((id) => !detached.has(id));
    const all = entities.get(target) ?? new Set([...targets.withRows(target), ...made]);
    entities.set(target, all);
    return all;
  };
  return { rowsOf, withRows, detached: targets.detached };
}

import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { AirtableRecord } from '../../airtable/client.ts';
import { readPages, type Wire } from '../../buildium/read.ts';
import type { CallFailure } from '../../callFailure.ts';
import { linksByEntity, ownersOfRecords, type RecordOwner } from '../../db/links.ts';
import {
  listMatches,
  replaceProposals,
  type PairingMatchRow,
  type StoredDifference,
} from '../../db/pairingMatches.ts';
import { entityFromRecord, type Entity } from '../../sync/entity.ts';
import { ambiguousIn, matchRows, type Match, type PairingEntity, type PairingRow } from '../../sync/match.ts';
import type { Job } from '../job.ts';
import { openNameOf } from '../openName.ts';
import { breaksContract, decodeWire, outOfScopeReason, readScope } from '../look.ts';
import { readExistingTables, type ExistingTable } from './pairingTables.ts';

/** What a look at one table for rows to pair came to. */
export type PairingSummary = {
  resource: string;
  table: string;
  /** Filled rows that stand for no entity. */
  rows: number;
  /** Entities without a row; 0 where nothing names an entity and Buildium was not asked. */
  entities: number;
  proposed: number;
  /** Of them, those that a person must choose between. */
  ambiguous: number;
  unmatchedRows: number;
};

/**
 * Looks for rows that people have made and that may stand for what is in Buildium. Reads both sides and changes
 * neither: what it finds is proposed, and written nowhere before somebody approves it. It can be run at any time.
 */
export async function proposePairing(job: Job): Promise<Result<PairingSummary[], CallFailure>> {
  const tables = await readExistingTables(job);
  if (!tables.ok) return tables;
  const owners = new Map<string, Owner>();
  const summaries: PairingSummary[] = [];
  const proposals: PairingMatchRow[] = [];
  const decided = (await listMatches(job.database, job.connectionId)).filter(
    (match) => match.decision !== 'proposed',
  );
  const rejected = new Set(decided.map((match) => pairKey(match.resource, match)));
  for (const table of tables.value) {
    const rows = await rowsToPair(job, table, owners);
    if (!rows.ok) return rows;
    if (rows.value.length === 0) continue;
    const entities = await entitiesToPair(job, table);
    if (!entities.ok) return entities;
    const matches = matchRows(table.resource, entities.value, rows.value).filter(
      (match) => !rejected.has(pairKey(table.resource.name, match)),
    );
    const doubtful = doubtfulIn(matches);
    // Rows of later tables link to these; a doubtful row names nothing yet.
    for (const match of matches) {
      if (!doubtful(match))
        owners.set(match.airtableRecordId, { resource: table.resource.name, entityId: match.entityId });
    }
    const entityOf = new Map(entities.value.map(({ entityId, entity }) => [entityId, entity]));
    proposals.push(
      ...matches.map((match) => stored(table.resource, match, entityOf.get(match.entityId) ?? {})),
    );
    const matchedRows = new Set(matches.map((match) => match.airtableRecordId));
    summaries.push({
      resource: table.resource.name,
      table: table.name,
      rows: rows.value.length,
      entities: entities.value.length,
      proposed: matches.length,
      ambiguous: matches.filter(doubtful).length,
      unmatchedRows: rows.value.filter((row) => !matchedRows.has(row.airtableRecordId)).length,
    });
  }
  await job.database.transaction((tx) => replaceProposals(tx, job.connectionId, proposals));
  return ok(summaries);
}

export type Proposal = PairingMatchRow & {
  /** Another open proposal names the same entity or the same row. */
  isAmbiguous: boolean;
};

/** Everything proposed and decided so far. */
export async function listProposals(job: Pick<Job, 'database' | 'connectionId'>): Promise<Proposal[]> {
  const matches = await listMatches(job.database, job.connectionId);
  const live = matches.filter((match) => match.decision !== 'rejected');
  const doubtful = new Map(
    [...new Set(live.map((match) => match.resource))].map((name) => [
      name,
      doubtfulIn(live.filter((match) => match.resource === name)),
    ]),
  );
  return matches.map((match) => ({
    ...match,
    isAmbiguous: match.decision === 'proposed' && (doubtful.get(match.resource)?.(match) ?? false),
  }));
}

type Pair = Pick<Match, 'entityId' | 'airtableRecordId'>;
type Owner = Pick<RecordOwner, 'resource' | 'entityId'>;

function doubtfulIn(matches: readonly Pair[]): (match: Pair) => boolean {
  const { entityIds, airtableRecordIds } = ambiguousIn(matches);
  return (match) => entityIds.has(match.entityId) || airtableRecordIds.has(match.airtableRecordId);
}

function pairKey(resource: string, { entityId, airtableRecordId }: Pair): string {
  return `${resource} ${entityId} ${airtableRecordId}`;
}

/** Rows with something in them that stand for no entity. */
async function rowsToPair(
  job: Job,
  table: ExistingTable,
  owners: Map<string, Owner>,
): Promise<Result<PairingRow[], CallFailure>> {
  const wanted = [
    ...Object.values(table.fieldIds),
    ...(table.buildiumIdField ? [table.buildiumIdField] : []),
  ];
  const fieldIds = wanted.length > 0 ? wanted : [table.primaryFieldId];
  const read = await job.airtable.listRecords(table.tableId, { fieldIds }, { priority: 'person' });
  if (!read.ok) return read;
  const filled = read.value.filter((record) => Object.keys(record.fields).length > 0);
  await learnOwners(job, table, filled, owners);
  const unowned = filled.filter((record) => !owners.has(record.id));
  return ok(
    unowned.map((record) => ({
      airtableRecordId: record.id,
      buildiumId: idIn(record, table.buildiumIdField),
      entity: entityFromRecord(table.resource, record.fields, table.fieldIds, (target, recordId) => {
        const owner = owners.get(recordId);
        return owner?.resource === target ? owner.entityId : null;
      }).entity,
    })),
  );
}

/** Which entities the rows stand for, and those that they link to. */
async function learnOwners(
  job: Job,
  table: ExistingTable,
  records: readonly AirtableRecord[],
  owners: Map<string, Owner>,
): Promise<void> {
  const linkFields = table.resource.fields.flatMap((field) =>
    field.kind === 'link' ? (table.fieldIds[field.key] ?? []) : [],
  );
  const linked = records.flatMap((record) =>
    linkFields.flatMap((id) => (record.fields[id] ?? []) as string[]),
  );
  const ids = [...new Set([...records.map((record) => record.id), ...linked])].filter(
    (id) => !owners.has(id),
  );
  for (const [id, owner] of await ownersOfRecords(job.database, job.connectionId, ids)) owners.set(id, owner);
}

function idIn(record: AirtableRecord, fieldId: string | null): string | null {
  const cell = fieldId === null ? null : record.fields[fieldId];
  return typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : null;
}

/** What Buildium has that stands in no row yet. A read that fails ends the pairing: half of a list would mislead. */
async function entitiesToPair(job: Job, table: ExistingTable): Promise<Result<PairingEntity[], CallFailure>> {
  const { resource } = table;
  if (!resource.naturalKey && table.buildiumIdField === null) return ok([]);
  const wires = new Map<string, Wire>();
  const root = resource.partOf ? resourceNamed(resource.partOf) : resource;
  const scope = readScope(job, { full: true, nightly: false });
  for await (const page of readPages(job.buildium, root, scope, { priority: 'person' })) {
    if (!page.ok) return err(page.error);
    const [refusal] = page.value.refused.values();
    if (refusal) return err(refusal);
    for (const wire of page.value.wires.flatMap((one) => rowsOf(root, resource, one)))
      wires.set(resource.idOf(wire), wire);
  }
  const links = await linksByEntity(job.database, job.connectionId, resource.name, [...wires.keys()]);
  const entities = [...wires].flatMap(([entityId, wire]): PairingEntity[] => {
    const decoded = decodeWire(resource, wire);
    const link = links.get(entityId);
    const isTaken = link && (link.airtableRecordId !== null || link.standing === 'detached');
    if (isTaken || breaksContract({ decoded })) return [];
    if (outOfScopeReason({ resource, wire, decoded }) !== null) return [];
    return [{ entityId, entity: decoded.entity }];
  });
  return ok(entities);
}

function rowsOf(root: AnyResource, resource: AnyResource, wire: Wire): readonly Wire[] {
  if (root === resource) return [wire];
  if (breaksContract({ decoded: decodeWire(root, wire) })) return [];
  return (root.parts ?? [])
    .filter((part) => part.resource === resource.name)
    .flatMap((part) => part.of(wire) ?? []);
}

function stored(resource: AnyResource, match: Match, entity: Entity): PairingMatchRow {
  const isPersonal = (key: string): boolean =>
    resource.fields.some((field) => field.key === key && field.personal === true);
  const differences = Object.entries(match.differences).map(
    ([key, difference]): [string, StoredDifference] => [
      key,
      isPersonal(key) ? { personal: true } : difference,
    ],
  );
  return {
    ...match,
    resource: resource.name,
    entityName: openNameOf(resource, entity),
    decision: 'proposed',
    differences: Object.fromEntries(differences),
  };
}

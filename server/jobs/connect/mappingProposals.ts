import type { MappingProposal } from '../../../shared/api/mapping.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { Wire } from '../../buildium/read.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { WantedTable } from '../../sync/mapping.ts';
import { comparableValue, proposeMapping, type Samples } from '../../sync/proposeMapping.ts';
import type { Job } from '../job.ts';
import { decodeWire } from '../look.ts';
import { columnsOf } from '../schemaColumns.ts';
import { readStanding, type Standing } from './mappingView.ts';

const ROWS_LOOKED_AT = 100;
const ENTITIES_LOOKED_AT = 1_000;

/** A base of hundreds of tables is looked into this far; the others are judged by their names alone. */
const TABLES_LOOKED_INTO = 40;

/**
 * A table and fields of the base for every resource, by name, type and content; what is mapped and whole stays.
 * One request a table and one a resource; neither side is changed.
 * @param tables what the person has decided, by resource.
 */
export async function proposePlaces(
  job: Job,
  tables: Readonly<Record<string, string>>,
): Promise<Result<MappingProposal[], CallFailure>> {
  const read = await readStanding(job);
  if (!read.ok) return read;
  const standing = read.value;
  const decided = new Map([...placedNow(standing), ...Object.entries(tables)]);
  const samples = await readSamples(job, standing, decided);
  if (!samples.ok) return samples;
  const proposals = proposeMapping(
    standing.resources.map(wantedTable),
    standing.base,
    decided,
    samples.value,
  );
  return ok(
    proposals.map(({ resource, table, fields }) => ({
      ...{ resource, tableId: table?.id ?? null, score: table?.score ?? 0 },
      why: table?.why ?? 'Nothing in the base looks like it: the sync makes a table of its own',
      fields: columnsNamed(standing, resource).map((key) => {
        const placed = standing.placed.get(resource);
        const kept = placed?.tableId === table?.id ? (placed?.fields[key] ?? null) : null;
        const guess = fields.get(key);
        if (placed?.leftOut?.includes(key)) return { key, fieldId: null, score: 100, why: 'Left out' };
        if (kept !== null) return { key, fieldId: kept, score: 100, why: 'As it is now' };
        return { key, fieldId: guess?.id ?? null, score: guess?.score ?? 0, why: guess?.why ?? '' };
      }),
    })),
  );
}

export function wantedTable(resource: AnyResource): WantedTable {
  const columns = columnsOf(resource).map((column) => ({ ...column, isOwn: OWN_NOTES.has(column.key) }));
  return { resource: resource.name, table: resource.table, columns };
}

const OWN_NOTES: ReadonlySet<string> = new Set(
  Object.values(SYNC_COLUMNS)
    .map(({ key }) => key)
    .filter((key) => key !== SYNC_COLUMNS.buildiumId.key),
);

function columnsNamed({ resources }: Standing, name: string): string[] {
  const resource = resources.find((one) => one.name === name);
  return resource ? columnsOf(resource).map(({ key }) => key) : [];
}

function placedNow({ placed }: Standing): [string, string][] {
  return [...placed].flatMap(([resource, { tableId }]): [string, string][] =>
    tableId === null ? [] : [[resource, tableId]],
  );
}

/** Only of what is still to be decided: a table that serves another resource is not looked into. */
async function readSamples(
  job: Job,
  { base, resources, placed }: Standing,
  decided: ReadonlyMap<string, string>,
): Promise<Result<Samples, CallFailure>> {
  const samples = { buildium: new Map(), airtable: new Map() } satisfies Samples;
  const open = resources.filter(({ name }) => {
    const now = placed.get(name);
    return !now || now.tableId !== decided.get(name) || Object.values(now.fields).includes(null);
  });
  const theirs = new Set(open.flatMap(({ name }) => decided.get(name) ?? []));
  const others = new Set(decided.values());
  const looked = base
    .filter(({ tableId }) => theirs.has(tableId) || !others.has(tableId))
    .slice(0, TABLES_LOOKED_INTO);
  for (const { tableId, fields } of looked) {
    const query = { fieldIds: fields.map(({ fieldId }) => fieldId), maxRecords: ROWS_LOOKED_AT };
    const rows = await job.airtable.listRecords(tableId, query, { priority: 'person' });
    if (!rows.ok) return rows;
    const cells = fields.map(({ fieldId }): [string, unknown[]] => [
      fieldId,
      rows.value.flatMap((row) => row.fields[fieldId] ?? []),
    ]);
    samples.airtable.set(tableId, new Map(cells));
  }
  if (looked.length === 0) return ok(samples);
  for (const resource of open) {
    const wires = await someOf(job, resource);
    if (!wires.ok) return wires;
    samples.buildium.set(resource.name, valuesIn(resource, wires.value));
  }
  return ok(samples);
}

/** One page of the resource's first list; lists that want dates or accounts are left to names and types. */
async function someOf(job: Job, resource: AnyResource): Promise<Result<Wire[], CallFailure>> {
  const list = resource.read?.lists[0];
  if (!list || list.window || list.needsGlAccountIds) return ok([]);
  const page = { offset: 0, limit: ENTITIES_LOOKED_AT };
  const answer = await job.buildium.page(list.path, { ...list.query }, page, { priority: 'person' });
  if (!answer.ok) return answer;
  const wires = answer.value.items as Wire[];
  return ok(wires.flatMap((wire) => [...(resource.read?.unfold?.(wire) ?? [wire])]));
}

function valuesIn(resource: AnyResource, wires: readonly Wire[]): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  const add = (key: string, value: string | null): void => {
    if (value === null) return;
    const known = values.get(key) ?? new Set();
    values.set(key, known.add(value));
  };
  for (const wire of wires) {
    const { entity } = decodeWire(resource, wire);
    for (const { key, kind } of resource.fields) add(key, comparableValue(kind, entity[key] ?? null));
    add(SYNC_COLUMNS.buildiumId.key, comparableValue('text', resource.idOf(wire)));
  }
  return values;
}

import { firstDayOfMonth } from '../../../shared/dates.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { AirtableRecord } from '../../airtable/client.ts';
import { readOne, readPages, type ReadScope, type Wire } from '../../buildium/read.ts';
import type { CallFailure } from '../../callFailure.ts';
import { oldestLinkedDay } from '../../db/reconciliationEvidence.ts';
import { entityFromRecord, type Entity, type FieldProblem } from '../../sync/entity.ts';
import type { BaseMapping, TableMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';
import { breaksContract, dateOfMember, decodeWire, outOfScopeReason, readScope } from '../look.ts';

const CALLS = { priority: 'sweep' } as const;

/** What Buildium shows of an entity at this moment. */
export type BuildiumShown = {
  entityId: string;
  /** What is read and marked to have it looked at: the bill of a bill line. */
  rootId: string;
  entity: Entity;
  problems: readonly FieldProblem[];
  day: string | null;
  isOutOfScope: boolean;
};

/** What Airtable shows in a row at this moment; links still name rows. */
export type RowShown = {
  recordId: string;
  /** As the cell has it. */
  buildiumId: string | null;
  entity: Entity;
  problems: readonly FieldProblem[];
  status: string | null;
};

/** Entities of a resource and of the rows inside them, by resource and id. */
export type FamilyShown = Map<string, Map<string, BuildiumShown>>;

/** Everything of a resource that Buildium lists now, as far back as Airtable has rows. */
export async function readBuildiumFamily(
  job: Job,
  root: AnyResource,
): Promise<Result<FamilyShown, CallFailure>> {
  const shown = emptyFamily(root);
  for await (const page of readPages(job.buildium, root, await scopeOf(job, root), CALLS)) {
    if (!page.ok) return page;
    for (const wire of page.value.wires) addWire(shown, root, wire);
  }
  return ok(shown);
}

async function scopeOf(job: Job, root: AnyResource): Promise<ReadScope> {
  const scope = readScope(job, { full: true, nightly: false });
  const names = [root.name, ...(root.parts ?? []).map((part) => part.resource)];
  const oldest = await oldestLinkedDay(job.database, job.connectionId, names);
  return oldest !== null && oldest < scope.from ? { ...scope, from: firstDayOfMonth(oldest) } : scope;
}

/** Single reads of some entities; those that Buildium answers 404 for are not in the answer. */
export async function readBuildiumOnes(
  job: Job,
  root: AnyResource,
  ids: readonly string[],
): Promise<Result<FamilyShown, CallFailure>> {
  const shown = emptyFamily(root);
  // A person may type anything into an id cell: only what can be an id goes into an address.
  const queue = ids.filter((id) => /^\d+$/.test(id));
  let failure: CallFailure | null = null;
  const next = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined && !failure; id = queue.shift()) {
      const read = await readOne(job.buildium, root, id, readScope(job), CALLS);
      if (read.ok && read.value) addWire(shown, root, read.value);
      // An id that Buildium cannot even read is none of its own, and what the key may not see is not shown either.
      else if (!read.ok && read.error.kind !== 'invalid' && read.error.kind !== 'forbidden')
        failure = read.error;
    }
  };
  await Promise.all(Array.from({ length: ONES_AT_ONCE }, next));
  return failure ? { ok: false, error: failure } : ok(shown);
}

/** Half of what Buildium takes at once: events and people come through meanwhile. */
const ONES_AT_ONCE = 4;

function emptyFamily(root: AnyResource): FamilyShown {
  const names = [root.name, ...(root.parts ?? []).map((part) => part.resource)];
  return new Map(names.map((name) => [name, new Map<string, BuildiumShown>()]));
}

function addWire(shown: FamilyShown, root: AnyResource, wire: Wire): void {
  const rootId = root.idOf(wire);
  const own = shownOf(root, wire, rootId, false);
  shown.get(root.name)?.set(rootId, own);
  if (breaksContract({ decoded: own })) return;
  for (const part of root.parts ?? []) {
    const resource = resourceNamed(part.resource);
    for (const row of part.of(wire) ?? []) {
      const entityId = resource.idOf(row);
      shown.get(resource.name)?.set(entityId, shownOf(resource, row, rootId, own.isOutOfScope));
    }
  }
}

function shownOf(resource: AnyResource, wire: Wire, rootId: string, isOutside: boolean): BuildiumShown {
  const decoded = decodeWire(resource, wire);
  const member = { resource, wire, decoded };
  return {
    entityId: resource.idOf(wire),
    rootId,
    entity: decoded.entity,
    problems: decoded.problems,
    day: dateOfMember(member),
    isOutOfScope: isOutside || outOfScopeReason(member) !== null,
  };
}

/** Every row of a table, or those that carry or are named by the given ids. */
export async function readRows(
  job: Job,
  table: TableMapping,
  only?: { entityIds: readonly string[]; recordIds: readonly string[] },
): Promise<Result<RowShown[], CallFailure>> {
  const resource = resourceNamed(table.resource);
  const fieldIds = [
    ...new Set([
      table.buildiumId,
      ...Object.values(table.fieldIds),
      ...(table.status === null ? [] : [table.status]),
    ]),
  ];
  let rows: RowShown[] = [];
  if (!only) {
    const read = await job.airtable.listRecords(
      table.tableId,
      {
        fieldIds,
        onPage: (records, page) => {
          // Airtable's cursor expired and the reading began again.
          if (page === 0) rows = [];
          for (const record of records) rows.push(rowOf(resource, table, record));
        },
      },
      CALLS,
    );
    return read.ok ? ok(rows) : read;
  }
  const byRecord = await job.airtable.recordsById(table.tableId, only.recordIds, fieldIds, CALLS);
  if (!byRecord.ok) return byRecord;
  const known = new Set(byRecord.value.map((record) => record.id));
  const byId = await job.airtable.recordsByFieldValue(
    table.tableId,
    table.buildiumId,
    only.entityIds,
    fieldIds,
    CALLS,
  );
  if (!byId.ok) return byId;
  const records = [...byRecord.value, ...byId.value.filter((record) => !known.has(record.id))];
  return ok(records.map((record) => rowOf(resource, table, record)));
}

function rowOf(resource: AnyResource, table: TableMapping, record: AirtableRecord): RowShown {
  const decoded = entityFromRecord(resource, record.fields, table.fieldIds, (_target, recordId) => recordId);
  const buildiumId = record.fields[table.buildiumId];
  const status = table.status === null ? null : record.fields[table.status];
  return {
    recordId: record.id,
    buildiumId: typeof buildiumId === 'string' && buildiumId.trim() !== '' ? buildiumId.trim() : null,
    entity: decoded.entity,
    problems: decoded.problems,
    status: typeof status === 'string' ? status : null,
  };
}

/** Which entity each row of a table stands for, as the tables themselves say. */
export type RowDirectory = {
  learn(resource: string, rows: ReadonlyMap<string, string>): void;
  /** Entity ids by record id. */
  of(resource: string): Promise<Result<ReadonlyMap<string, string>, CallFailure>>;
};

export function createRowDirectory(job: Job, mapping: BaseMapping): RowDirectory {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return {
    learn: (resource, rows) => known.set(resource, rows),
    of: async (resource) => {
      const learnt = known.get(resource);
      const table = mapping.get(resource);
      if (learnt) return ok(learnt);
      const rows = new Map<string, string>();
      if (!table || table.problem !== null) return ok(rows);
      const read = await job.airtable.listRecords(
        table.tableId,
        {
          fieldIds: [table.buildiumId],
          onPage: (records) => {
            for (const { id, fields } of records) {
              const entityId = fields[table.buildiumId];
              if (typeof entityId === 'string' && entityId !== '') rows.set(id, entityId.trim());
            }
          },
        },
        CALLS,
      );
      if (!read.ok) return read;
      known.set(resource, rows);
      return ok(rows);
    },
  };
}

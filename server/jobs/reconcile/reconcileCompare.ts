import type { AnyResource } from '../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { sameValue, unlinked, type FieldValue } from '../../../shared/resources/values.ts';
import type { DiscrepancyField } from '../../db/reconciliationParts.ts';
import type { Entity } from '../../sync/entity.ts';
import type { TableMapping } from '../baseMapping.ts';
import type { BuildiumShown, RowShown } from './reconcileRead.ts';

/** Both sides of one record in canonical form, over the fields that both show. */
export type Pair = {
  entityId: string;
  rootId: string;
  month: string;
  buildium: BuildiumShown | null;
  row: RowShown | null;
  /** What Airtable should show: links to what has no row there are left out. */
  expected: Entity;
  /** What it shows; a value that cannot be read is absent. */
  shown: Entity;
  differences: DiscrepancyField[];
};

/** What the comparison has to know of the tables that links lead to. */
export type LinkTargets = {
  /** Entity ids by record id. */
  rowsOf(resource: string): ReadonlyMap<string, string>;
  /** Entities that a link leads to. */
  withRows(resource: string): ReadonlySet<string>;
  /** Entities that a person has taken out of the sync: a link to their rows may stay as it is. */
  detached(resource: string): ReadonlySet<string>;
};

export type CompareInput = {
  resource: AnyResource;
  table: TableMapping;
  targets: LinkTargets;
  entityId: string;
  rootId: string;
  month: string;
  buildium: BuildiumShown | null;
  row: RowShown | null;
};

/** Holds one record's two sides against each other, field by field. */
export function comparePair(input: CompareInput): Pair {
  const { resource, table, buildium, row, entityId, rootId, month } = input;
  const keys = resource.fields.filter(({ key, nightly }) => nightly !== true && key in table.fieldIds);
  const expected: Record<string, FieldValue> = {};
  const shown: Record<string, FieldValue> = {};
  const differences: DiscrepancyField[] = [];
  for (const field of keys) {
    const ours = expectedValue(input, field);
    const theirs = shownValue(input, field);
    if (ours !== undefined) expected[field.key] = ours;
    // What this read of Buildium did not look at is compared with nothing.
    if (theirs !== undefined && (ours !== undefined || !buildium)) shown[field.key] = theirs;
    if (!buildium || !row || ours === undefined) continue;
    if (theirs !== undefined && sameValue(ours, theirs)) continue;
    const isPersonal = field.personal === true;
    differences.push({
      ...{ key: field.key, column: field.column, kind: field.kind, isPersonal },
      buildium: isPersonal ? null : ours,
      airtable: isPersonal ? null : (theirs ?? unreadable(row, field.key)),
    });
  }
  if (buildium && row && row.buildiumId !== entityId) differences.push(idDifference(entityId, row));
  return { entityId, rootId, month, buildium, row, expected, shown, differences };
}

type AnyField = AnyResource['fields'][number];

function expectedValue(input: CompareInput, field: AnyField): FieldValue | undefined {
  const { buildium, targets } = input;
  const value = buildium?.entity[field.key];
  if (field.kind !== 'link' || !Array.isArray(value)) return value;
  const known = targets.withRows(field.target ?? '');
  const detached = targets.detached(field.target ?? '');
  const theirs = shownValue(input, field);
  const isShown = (id: string): boolean => Array.isArray(theirs) && theirs.includes(id);
  return (value as readonly string[]).filter((id) => known.has(id) || (detached.has(id) && isShown(id)));
}

function shownValue({ row, targets }: CompareInput, field: AnyField): FieldValue | undefined {
  const value = row?.entity[field.key];
  if (field.kind !== 'link' || !Array.isArray(value)) return value;
  const rows = targets.rowsOf(field.target ?? '');
  // A row that stands for no entity equals nothing that Buildium can show.
  return (value as readonly string[]).map((recordId) => rows.get(recordId) ?? unlinked(recordId)).sort();
}

function unreadable({ problems }: RowShown, key: string): string | null {
  return problems.find((problem) => problem.field === key)?.message ?? null;
}

function idDifference(entityId: string, row: RowShown): DiscrepancyField {
  const { key, column, kind } = SYNC_COLUMNS.buildiumId;
  return { key, column, kind, buildium: entityId, airtable: row.buildiumId, isPersonal: false };
}

/** Sums of every amount of a side by field, in cents. */
export function addAmounts(resource: AnyResource, sums: Record<string, number>, values: Entity): void {
  for (const { key, kind } of resource.fields) {
    const value = values[key];
    if (kind === 'money' && typeof value === 'number') sums[key] = (sums[key] ?? 0) + value;
  }
}

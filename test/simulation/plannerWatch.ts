import type { Policy } from '../../shared/policies.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { PlanInput } from '../../server/sync/plan.ts';
import { count, type Counts } from './counts.ts';
import type { Patch } from './patchEngine.ts';

/** The rows of the merge table, and a field that was never agreed. */
export const MERGE_ROWS = [
  'neither moved, equal',
  'neither moved, apart: a side shows a value in its own way',
  'neither moved, apart: a sent value arrived',
  'Buildium moved',
  'Airtable moved',
  'Airtable moved, one-way field',
  'both moved, equal',
  'both moved, apart',
  'both moved, apart, one-way field',
  'never agreed, equal',
  'never agreed, apart',
] as const;
export type MergeRow = (typeof MERGE_ROWS)[number];

/** Where the planner tells what it is at; without somebody who listens it is silent. */
export const WATCHED: readonly Patch[] = [
  {
    file: 'sync/pairFields.ts',
    from: '  const chosen = input.chosen?.(key, ours, theirs) ?? null;\n',
    to: '  globalThis.plannerWatch?.field(input, key, ours, theirs, synced);\n  const chosen = input.chosen?.(key, ours, theirs) ?? null;\n',
  },
  {
    file: 'sync/policy.ts',
    from: '  switch (policy) {\n',
    to: '  globalThis.plannerWatch?.policy(policy);\n  switch (policy) {\n',
  },
];

type Synced = { buildium: FieldValue; airtable: FieldValue } | undefined;

type PlannerWatch = {
  field(input: PlanInput, key: string, buildium: FieldValue, airtable: FieldValue, synced: Synced): void;
  policy(policy: Policy): void;
};

/** Counts rows and policies from here on; the seed before counts no more. */
export function watchPlanner(counts: Counts): void {
  const watch: PlannerWatch = {
    field: (input, key, buildium, airtable, synced) =>
      count(counts, 'rows of the merge table', rowOf(input, key, buildium, airtable, synced)),
    policy: (policy) => count(counts, 'policies', policy),
  };
  Object.assign(globalThis, { plannerWatch: watch });
}

function rowOf(
  { showsSent, writable }: PlanInput,
  key: string,
  buildium: FieldValue,
  airtable: FieldValue,
  synced: Synced,
): MergeRow {
  const isEqual = sameValue(buildium, airtable);
  if (!synced) return isEqual ? 'never agreed, equal' : 'never agreed, apart';
  const isKept = {
    buildium: sameValue(buildium, synced.buildium),
    airtable: sameValue(airtable, synced.airtable),
  };
  const buildiumMoved = !isKept.buildium && !showsSent('buildium', key, buildium);
  const airtableMoved = !isKept.airtable && !showsSent('airtable', key, airtable);
  if (buildiumMoved && airtableMoved) {
    if (isEqual) return 'both moved, equal';
    return writable(key) ? 'both moved, apart' : 'both moved, apart, one-way field';
  }
  if (buildiumMoved) return 'Buildium moved';
  if (airtableMoved) return writable(key) ? 'Airtable moved' : 'Airtable moved, one-way field';
  if (isEqual) return 'neither moved, equal';
  return isKept.buildium && isKept.airtable
    ? 'neither moved, apart: a side shows a value in its own way'
    : 'neither moved, apart: a sent value arrived';
}

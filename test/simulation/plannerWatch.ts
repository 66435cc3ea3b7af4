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
  'never agreed, apart: Airtable moved in a row that we made',
] as const;

/** Situations in which a precaution of the engine was needed. */
export const SITUATIONS = [
  'what a sweep has read is looked at by others, or was',
  'a claim was passed on before its writes',
  'a row shows what was sent long ago',
  'our own write is heard, and the row should show something else',
] as const;
type Situation = (typeof SITUATIONS)[number];

export type MergeRow = (typeof MERGE_ROWS)[number];

/** Where the planner tells what it is at, and where a precaution was needed; without somebody who listens it is silent. */
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
  {
    file: 'jobs/sweep.ts',
    from: '  if (claims.length === 0) return { changed: 0, stopped: null };\n',
    to: "  if (claims.length < differing.length) globalThis.plannerWatch?.saved('what a sweep has read is looked at by others, or was');\n  if (claims.length === 0) return { changed: 0, stopped: null };\n",
  },
  {
    file: 'jobs/writeDecisions.ts',
    from: '    const held = await heldClaims(tx, job.connectionId, resource.name, claims);\n',
    to: "    const held = await heldClaims(tx, job.connectionId, resource.name, claims);\n    if (decisions.some(({ member }) => !held.has(member.rootId))) globalThis.plannerWatch?.saved('a claim was passed on before its writes');\n",
  },
  {
    file: 'jobs/syncTable.ts',
    from: '  const conflicts = await liveConflicts(',
    to: "  if (late.size > 0) globalThis.plannerWatch?.saved('a row shows what was sent long ago');\n  const conflicts = await liveConflicts(",
  },
  {
    file: 'jobs/ownEcho.ts',
    from: '    return sameValue(agreed.airtable, value.value);\n',
    to: "    if (!sameValue(agreed.airtable, value.value)) globalThis.plannerWatch?.saved('our own write is heard, and the row should show something else');\n    return sameValue(agreed.airtable, value.value);\n",
  },
];

type Synced = { buildium: FieldValue; airtable: FieldValue } | undefined;

type PlannerWatch = {
  field(input: PlanInput, key: string, buildium: FieldValue, airtable: FieldValue, synced: Synced): void;
  policy(policy: Policy): void;
  saved(situation: Situation): void;
};

/** Counts rows, policies and situations from here on; the seed before counts no more. */
export function watchPlanner(counts: Counts): void {
  const watch: PlannerWatch = {
    field: (input, key, buildium, airtable, synced) =>
      count(counts, 'rows of the merge table', rowOf(input, key, buildium, airtable, synced)),
    policy: (policy) => count(counts, 'policies', policy),
    saved: (situation) => count(counts, 'precautions', situation),
  };
  Object.assign(globalThis, { plannerWatch: watch });
}

function rowOf(
  { showsSent, wasMadeWith, writable }: PlanInput,
  key: string,
  buildium: FieldValue,
  airtable: FieldValue,
  synced: Synced,
): MergeRow {
  const isEqual = sameValue(buildium, airtable);
  if (!synced && isEqual) return 'never agreed, equal';
  if (!synced) {
    const isEdit = writable(key) && wasMadeWith?.(key, buildium) === true;
    return isEdit ? 'never agreed, apart: Airtable moved in a row that we made' : 'never agreed, apart';
  }
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

import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { unreachable } from '../../shared/result.ts';
import type { Entity, FieldProblem } from './entity.ts';
import { fieldStep, type FieldStep } from './fieldStep.ts';
import type { PlanInput, PolicyDecision } from './plan.ts';

/** What is to be done about the fields of an entity and its row. */
export type PairFields = {
  toAirtable: Record<string, FieldValue>;
  toBuildium: Record<string, FieldValue>;
  /** Found equal, and not remembered yet. */
  agreed: Record<string, { buildium: FieldValue; airtable: FieldValue }>;
  /** Conflicts, each with the reason why it is a person's to decide. */
  reasons: Record<string, string>;
  byPolicy: PolicyDecision[];
  settled: string[];
  /** Edits that may not be taken over, each with the reason. */
  held: Record<string, string>;
  putBack: string[];
};

const AGREED: FieldStep = { kind: 'agreed' };

/** Field by field, as both sides show it now and as it was last agreed. */
export function pairFields(
  input: PlanInput,
  airtable: { entity: Entity; problems: readonly FieldProblem[] },
  shown: Entity,
): PairFields {
  const toAirtable: Record<string, FieldValue> = {};
  const toBuildium: Record<string, FieldValue> = {};
  const agreed: Record<string, { buildium: FieldValue; airtable: FieldValue }> = {};
  const reasons: Record<string, string> = {};
  const byPolicy: PolicyDecision[] = [];
  const settled: string[] = [];
  const held: Record<string, string> = {};
  const putBack: string[] = [];
  for (const field of input.resource.fields) {
    const ours = shown[field.key];
    const unreadable = airtable.problems.some((problem) => problem.field === field.key);
    if (ours === undefined || field.key in input.quarantined) continue;
    const theirs = airtable.entity[field.key];
    if (theirs === undefined && !unreadable) continue;
    const synced = input.link?.synced[field.key];
    if (unreadable && input.writable(field.key)) continue;
    const step = unreadable
      ? ({ kind: 'putBack' } as const)
      : stepOf(input, field.key, ours, theirs ?? null, synced);
    switch (step.kind) {
      case 'agreed':
        if (!synced || !sameValue(synced.buildium, ours) || !sameValue(synced.airtable, theirs ?? null)) {
          agreed[field.key] = { buildium: ours, airtable: theirs ?? null };
        }
        break;
      case 'putBack':
        putBack.push(field.key);
        toAirtable[field.key] = ours;
        break;
      case 'toAirtable':
        toAirtable[field.key] = ours;
        break;
      case 'toBuildium':
        toBuildium[field.key] = theirs ?? null;
        break;
      case 'settled':
        settled.push(field.key);
        if (!sameValue(ours, step.value)) toBuildium[field.key] = step.value;
        if (!sameValue(theirs ?? null, step.value)) toAirtable[field.key] = step.value;
        if (sameValue(ours, step.value) && sameValue(theirs ?? null, step.value))
          agreed[field.key] = { buildium: ours, airtable: theirs ?? null };
        break;
      case 'decided':
        byPolicy.push({ field: field.key, winner: step.winner, why: step.why });
        if (step.winner === 'buildium') toAirtable[field.key] = ours;
        else toBuildium[field.key] = theirs ?? null;
        break;
      case 'held':
        held[field.key] = step.why;
        break;
      case 'conflict':
        reasons[field.key] = step.why;
        break;
      default:
        unreachable(step);
    }
  }
  return { toAirtable, toBuildium, agreed, reasons, byPolicy, settled, held, putBack };
}

function stepOf(
  input: PlanInput,
  key: string,
  ours: FieldValue,
  theirs: FieldValue,
  synced: { buildium: FieldValue; airtable: FieldValue } | undefined,
): FieldStep {
  // Most fields of most looks: nothing more needs to be known about them.
  if (!input.chosen && sameValue(ours, theirs)) return AGREED;
  const view = {
    buildium: ours,
    airtable: theirs,
    ...(synced ? { synced } : {}),
    buildiumShowsSent: input.showsSent('buildium', key, ours),
    airtableShowsSent: input.showsSent('airtable', key, theirs),
    writable: input.writable(key),
  };
  return fieldStep(view, {
    chosen: input.chosen?.(key, ours, theirs) ?? null,
    judge: () => input.judge?.(key, ours, theirs) ?? { winner: null, why: 'A person decides.' },
    heldEdit: () => input.heldEdit?.(key, theirs) ?? null,
  });
}

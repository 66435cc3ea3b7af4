import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { mergeField, type FieldView } from './merge.ts';
import type { Side, Verdict } from './policy.ts';

/** What is to be done about one field, decisions of people and policies included. */
export type FieldStep =
  | { kind: 'agreed' | 'agreedThen' | 'toAirtable' | 'putBack' | 'toBuildium' }
  /** A decision names the value: it goes to each side that shows another one. */
  | { kind: 'settled'; value: FieldValue }
  /** A policy decides: the other value is the loser, and is kept. */
  | { kind: 'decided'; winner: Side; why: string }
  /** Whoever typed Airtable's value may not: it stays where it is and goes nowhere. */
  | { kind: 'held'; why: string }
  | { kind: 'conflict'; why: string };

export type FieldRules = {
  /** The value that somebody decided on for just these two; null when nobody has. */
  chosen: { value: FieldValue } | null;
  /** What the policy says if the two are in conflict. */
  judge(): Verdict;
  /** Why the edit that Airtable shows may not go to Buildium; null when it may. */
  heldEdit(): string | null;
};

export function fieldStep(view: FieldView, rules: FieldRules): FieldStep {
  const { chosen } = rules;
  const staysInAirtable = chosen !== null && sameValue(view.buildium, chosen.value);
  if (chosen && (view.writable || staysInAirtable)) return { kind: 'settled', value: chosen.value };
  const outcome = mergeField(view);
  if (outcome.kind !== 'toBuildium' && outcome.kind !== 'conflict') return outcome;
  const held = rules.heldEdit();
  if (held !== null) return { kind: 'held', why: held };
  if (outcome.kind === 'toBuildium') return outcome;
  const { winner, why } = rules.judge();
  return winner === null ? { kind: 'conflict', why } : { kind: 'decided', winner, why };
}

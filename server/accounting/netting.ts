import type { Cents } from '../../shared/money.ts';

/** What one of an owner's properties gives: a draw above zero, or what it is short of below. */
export type Available = { propertyId: number; availableCents: Cents };

/** A line of the one check: negative lines put money into the property that is short. */
export type CheckLine = { propertyId: number; type: 'OwnerDraw' | 'OwnerContribution'; amountCents: Cents };

export type OwnersCheck = {
  checkCents: Cents;
  lines: CheckLine[];
  /** What stays short because nothing was left, or because the owner does not allow netting. */
  uncoveredCents: Cents;
};

/**
 * One owner's properties in one check. Where the owner allows it, a property below zero is brought to zero from the
 * others as a line of its own, as far as they reach, smaller property ids first; elsewhere it keeps its shortfall.
 */
export function netAcrossProperties(
  properties: readonly Available[],
  owner: { allowsNetting: boolean },
): OwnersCheck {
  const ordered = [...properties].sort((a, b) => a.propertyId - b.propertyId);
  const drawn = ordered.filter(({ availableCents }) => availableCents > 0);
  const short = ordered.filter(({ availableCents }) => availableCents < 0);
  let leftCents = drawn.reduce((sum, { availableCents }) => sum + availableCents, 0);
  let uncoveredCents = 0;
  const contributions: CheckLine[] = [];
  for (const { propertyId, availableCents } of short) {
    const coveredCents = owner.allowsNetting ? Math.min(-availableCents, leftCents) : 0;
    leftCents -= coveredCents;
    uncoveredCents += -availableCents - coveredCents;
    if (coveredCents > 0)
      contributions.push({ propertyId, type: 'OwnerContribution', amountCents: -coveredCents });
  }
  const draws = drawn.map(
    ({ propertyId, availableCents }): CheckLine => ({
      propertyId,
      type: 'OwnerDraw',
      amountCents: availableCents,
    }),
  );
  return {
    checkCents: leftCents,
    lines: [...draws, ...contributions].sort((a, b) => a.propertyId - b.propertyId),
    uncoveredCents,
  };
}

import type { Cents } from '../../shared/money.ts';
import type { Balance } from './balanceSheet.ts';
import { addParts, allocate, inProportion, type OwnersPart, type Share } from './allocate.ts';
import type { Commitments } from './commitments.ts';
import { netAcrossProperties, type OwnersCheck } from './netting.ts';
import { drawWithin, type DrawRule, type OwnerDraw } from './ownerDraw.ts';
import { safeCash, safeCashTerms, type SafeCashParts, type SafeCashTerm } from './safeCash.ts';

/** A row of the table Distribution Rules. Without owner and property it is everybody's. */
export type OwnersRule = { ownerId: number | null; propertyId: number | null } & (
  | { kind: 'noiLessReserve'; reserveTargetCents: Cents }
  | { kind: 'percent'; millionths: number }
  /** The owner lets one property's draw cover what another is short of. */
  | { kind: 'netting' }
);

/** A property's money, and what earlier draws have taken of it. */
export type PropertyCash = {
  /** Whether anybody said, here or in Buildium, in which account the property's own money is. */
  hasOperatingAccount: boolean;
  atPeriodEnd: SafeCashParts;
  now: SafeCashParts;
  commitments: Commitments;
  /**
   * Entries on the Owner Draw account that the figures know of, in ascending order. Absent in runs of before they were
   * kept.
   */
  countedDrawIds?: readonly number[];
  /** The same on the Owner Contribution account. */
  countedContributionIds?: readonly number[];
  /** What stood in each bank account at the period's end, so that another mark can be tried; absent in older runs. */
  banks?: { ownGlAccountId: number | null; atPeriodEnd: readonly Balance[] };
};

/** A difference of a closed month that a person carried into this one. */
export type Adjustment = { amountCents: Cents; sentence: string };

export type PropertyDraw = {
  /** What all owners together can draw at most. */
  safeCashCents: Cents;
  atPeriodEnd: SafeCashTerm[];
  now: SafeCashTerm[];
  /** Which of the two is the lower, once earlier draws of the period are put back; absent in older runs. */
  lower?: 'atPeriodEnd' | 'now';
  owners: ({ ownerId: number } & OwnerDraw)[];
};

export type PropertyToDraw = {
  propertyId: number;
  /** The owners on the period's last day. */
  shares: readonly Share[];
  noi: readonly OwnersPart[];
  cash: PropertyCash;
  adjustments: readonly Adjustment[];
};

/**
 * The draws of one property's owners. Cash is a stock: it goes by the percentages of the last day, before what each
 * has already drawn. All draws together never exceed what can leave the property.
 */
export function propertyDraw(property: PropertyToDraw, rules: readonly OwnersRule[]): PropertyDraw {
  const { atPeriodEnd, now, commitments } = property.cash;
  const split = (cents: Cents): Map<number, Cents> => partsBy(allocate(cents, property.shares));
  const alreadyCents = sum(commitments.already.map(({ amountCents }) => amountCents));
  const already = partsBy(alreadyByOwner(commitments, property.shares));
  const contributed = partsBy(commitments.contributed ?? []);
  const contributedCents = sum([...contributed.values()]);
  // What was already paid for this period is put back first, so that it is taken from whom it was paid to; what netting
  // contributed is taken out, so that it is theirs whose other properties gave it.
  const endCents = safeCash(atPeriodEnd) + commitments.alreadyPaidAtPeriodEndCents - contributedCents;
  const nowCents = safeCash(now) + alreadyCents - commitments.alreadyUnpaidCents - contributedCents;
  const endParts = split(endCents);
  const nowParts = split(nowCents);
  const safeCashCents = Math.min(endCents, nowCents) + contributedCents - alreadyCents;
  const noi = partsBy(property.noi);
  const adjustments = property.adjustments.map(({ amountCents, sentence }) => ({
    sentence,
    parts: split(amountCents),
  }));
  // What would be left if all of the period's income were drawn: cash of before, which the reserve is made of.
  const beforeReserveCents = endCents + Math.max(0, atPeriodEnd.reserveCents);
  const earnedCents = sum([...property.noi, ...property.adjustments].map(({ amountCents }) => amountCents));
  const beforeReserveParts = split(beforeReserveCents);
  let leftCents = Math.max(0, safeCashCents);
  const ownerIds = [...new Set([...noi.keys(), ...endParts.keys()])].sort((a, b) => a - b);
  const parts = ownerIds.map((ownerId) => ({
    ownerId,
    ownCents: already.get(ownerId) ?? 0,
    partCents:
      Math.min(endParts.get(ownerId) ?? 0, nowParts.get(ownerId) ?? 0) +
      (contributed.get(ownerId) ?? 0) -
      (already.get(ownerId) ?? 0),
  }));
  const shortfalls = partsBy(shortfallByOwner(safeCashCents, parts));
  const owners = parts.map(({ ownerId, ownCents, partCents }) => {
    const noiCents = noi.get(ownerId) ?? 0;
    const ownEarnedCents = sum([noiCents, ...adjustments.map(({ parts }) => parts.get(ownerId) ?? 0)]);
    const leftOver = {
      propertysCents: beforeReserveCents - earnedCents,
      ownersCents: (beforeReserveParts.get(ownerId) ?? 0) - ownEarnedCents,
    };
    const draw = drawWithin({
      noiCents,
      rules: drawRules(property, ownerId, rules, leftOver),
      // Where one owner has drawn too much, the others cannot draw what is not there.
      safeCashCents: Math.min(partCents, leftCents),
      carried: adjustments.map(({ sentence, parts }) => ({
        name: `Carried forward: ${sentence}`,
        amountCents: parts.get(ownerId) ?? 0,
      })),
      alreadyDrawnCents: ownCents,
    });
    leftCents -= draw.drawCents;
    return { ownerId, ...draw, shortfallCents: shortfalls.get(ownerId) ?? 0 };
  });
  return {
    safeCashCents,
    atPeriodEnd: safeCashTerms(atPeriodEnd),
    now: safeCashTerms(now),
    lower: nowCents < endCents ? 'now' : 'atPeriodEnd',
    owners,
  };
}

/**
 * What the property as a whole is below zero, by owners whose part is: whoever has drawn more than their part is short
 * of it first, and where the property stands above zero nobody is.
 */
function shortfallByOwner(
  safeCashCents: Cents,
  parts: readonly { ownerId: number; partCents: Cents }[],
): OwnersPart[] {
  const overdrawn = parts
    .filter(({ partCents }) => partCents < 0)
    .map(({ ownerId, partCents }) => ({ ownerId, weight: -partCents }));
  const shortCents = Math.min(Math.max(0, -safeCashCents), sum(overdrawn.map(({ weight }) => weight)));
  return shortCents === 0 ? [] : inProportion(shortCents, overdrawn);
}

export type OwnersDraws = { ownerId: number } & OwnersCheck;

/** One check an owner, over all properties. */
export function ownersChecks(
  draws: readonly { propertyId: number; draw: PropertyDraw }[],
  rules: readonly OwnersRule[],
): OwnersDraws[] {
  const netting = rules.filter(({ kind }) => kind === 'netting');
  const byOwner = Map.groupBy(
    draws.flatMap(({ propertyId, draw }) => draw.owners.map((owner) => ({ propertyId, ...owner }))),
    ({ ownerId }) => ownerId,
  );
  return [...byOwner]
    .sort(([a], [b]) => a - b)
    .map(([ownerId, own]) => ({
      ownerId,
      ...netAcrossProperties(
        own.map(({ propertyId, drawCents, shortfallCents }) => ({
          propertyId,
          availableCents: drawCents > 0 ? drawCents : 0 - shortfallCents,
        })),
        { allowsNetting: netting.some((rule) => rule.ownerId === null || rule.ownerId === ownerId) },
      ),
    }));
}

/**
 * The most specific rules alone: an owner's at the property, the owner's, the property's, everybody's. A reserve is held
 * as far as cash was left over; what Buildium calls the reserve of a property is what to keep, and holds nothing.
 */
function drawRules(
  { propertyId, shares }: PropertyToDraw,
  ownerId: number,
  rules: readonly OwnersRule[],
  leftOver: { propertysCents: Cents; ownersCents: Cents },
): DrawRule[] {
  const own = rules.filter(({ kind }) => kind !== 'netting');
  const levels = [
    own.filter((rule) => rule.ownerId === ownerId && rule.propertyId === propertyId),
    own.filter((rule) => rule.ownerId === ownerId && rule.propertyId === null),
    own.filter((rule) => rule.ownerId === null && rule.propertyId === propertyId),
    own.filter((rule) => rule.ownerId === null && rule.propertyId === null),
  ];
  const chosen = levels.find((level) => level.length > 0) ?? [];
  return chosen.flatMap((rule): DrawRule[] => {
    if (rule.kind === 'netting') return [];
    if (rule.kind === 'percent') return [{ kind: 'percent', millionths: rule.millionths }];
    const { reserveTargetCents } = rule;
    const held = (cents: Cents): Cents => Math.max(0, Math.min(cents, reserveTargetCents));
    if (rule.ownerId !== null)
      return [{ kind: 'noiLessReserve', reserveTargetCents, reserveHeldCents: held(leftOver.ownersCents) }];
    const reserveHeldCents = held(leftOver.propertysCents);
    const parts = partsBy(allocate(reserveTargetCents - reserveHeldCents, shares));
    const ownersPartCents = parts.get(ownerId) ?? 0;
    return [{ kind: 'noiLessReserve', reserveTargetCents, reserveHeldCents, ownersPartCents }];
  });
}

function alreadyByOwner({ already }: Commitments, shares: readonly Share[]): OwnersPart[] {
  return addParts(
    already.flatMap(({ ownerId, amountCents }) =>
      ownerId === null ? allocate(amountCents, shares) : [{ ownerId, amountCents }],
    ),
  );
}

function partsBy(parts: readonly OwnersPart[]): Map<number, Cents> {
  return new Map(parts.map(({ ownerId, amountCents }) => [ownerId, amountCents]));
}

function sum(amounts: readonly Cents[]): Cents {
  return amounts.reduce((total, cents) => total + cents, 0);
}

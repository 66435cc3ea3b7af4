import type { Cents } from '../../shared/money.ts';
import { unreachable } from '../../shared/result.ts';
import type { MarkedAccounts } from './bookCash.ts';
import {
  calculate,
  type CalculationInput,
  type CalculationResult,
  type PropertyInput,
} from './calculation.ts';
import type { OwnersRule, PropertyCash } from './draws.ts';
import { managedSpan, type OwnershipRow } from './ownership.ts';
import { monthNameOf, signedAmount } from './restatement.ts';

/** What people entered that a run is made from, as it stands now; by property where it is a property's. */
export type Entered = {
  ownership: ReadonlyMap<number, readonly OwnershipRow[]>;
  managed: ReadonlyMap<number, PropertyInput['managed']>;
  allocations: CalculationInput['allocations'];
  drawRules: readonly OwnersRule[];
  /** Null where they were not looked at. */
  marks: MarkedAccounts | null;
};

/** Entered with their days: they say themselves whether an earlier month is meant. */
const DATED_KINDS = ['shares', 'managedDays', 'allocations'] as const;
const CORRECTION_KINDS = [...DATED_KINDS, 'distributionRules', 'bankAccounts'] as const;
export type CorrectionKind = (typeof CORRECTION_KINDS)[number];

/** What was entered otherwise since a run and would give one of its properties other figures. */
export type Correction = {
  propertyId: number;
  kind: CorrectionKind;
  /** What changes in the net operating income of the run's period; zero where only its parts and draws are others. */
  noiCents: Cents;
  sentence: string;
};

/**
 * Which properties of a run would have other figures by what is entered now, and by what of it. Each kind is looked at
 * by itself: the run is calculated again with it, and what makes no difference in the run's period is no correction.
 * Rules and bank accounts have no days: once a later month was calculated, a change of theirs is not about this one.
 */
export function corrections(run: CalculationInput, now: Entered, isNewestMonth: boolean): Correction[] {
  const kinds = isNewestMonth ? CORRECTION_KINDS : DATED_KINDS;
  const changed = kinds
    .map((kind) => ({ kind, input: correctedBy(kind, run, now) }))
    .filter(({ input }) => JSON.stringify(input) !== JSON.stringify(run));
  if (changed.length === 0) return [];
  const was = figuresOf(calculate(run));
  return changed.flatMap(({ kind, input }) => {
    const is = figuresOf(calculate(input));
    return run.properties
      .map(({ propertyId, name }) => ({ propertyId, name, was: was(propertyId), is: is(propertyId) }))
      .filter((property) => JSON.stringify(property.was) !== JSON.stringify(property.is))
      .map(({ propertyId, name, ...figures }): Correction => {
        const noiCents = figures.is.noiCents - figures.was.noiCents;
        return { propertyId, kind, noiCents, sentence: sentenceOf(kind, name, noiCents, run) };
      });
  });
}

function correctedBy(kind: CorrectionKind, run: CalculationInput, now: Entered): CalculationInput {
  const each = (correct: (property: PropertyInput) => Partial<PropertyInput>): CalculationInput => ({
    ...run,
    properties: run.properties.map((property) => ({ ...property, ...correct(property) })),
  });
  switch (kind) {
    case 'shares':
      return each(({ propertyId }) => ({ ownership: now.ownership.get(propertyId) ?? [] }));
    case 'managedDays':
      return each(({ propertyId, managed, agreed }) =>
        agreed ? { managed: managedSpan(now.managed.get(propertyId) ?? null, [agreed]) } : { managed },
      );
    case 'allocations': {
      const counted = new Set(run.entries.map(({ transactionId }) => transactionId));
      const allocations = now.allocations.filter(({ transactionId }) => counted.has(transactionId));
      return { ...run, allocations };
    }
    case 'distributionRules':
      return run.properties.some(({ cash }) => cash) ? { ...run, drawRules: now.drawRules } : run;
    case 'bankAccounts':
      return each(({ cash }) => ({ cash: cash && now.marks ? withMarks(cash, now.marks) : cash }));
    default:
      return unreachable(kind);
  }
}

function withMarks(cash: PropertyCash, { operating, escrow }: MarkedAccounts): PropertyCash {
  if (!cash.banks) return cash;
  const { ownGlAccountId, atPeriodEnd } = cash.banks;
  const total = (belongs: (glAccountId: number) => boolean): Cents =>
    atPeriodEnd.reduce((sum, one) => (belongs(one.glAccountId) ? sum + one.amountCents : sum), 0);
  return {
    ...cash,
    atPeriodEnd: {
      ...cash.atPeriodEnd,
      operatingCashCents: total(
        (id) => (operating.includes(id) || id === ownGlAccountId) && !escrow.includes(id),
      ),
      escrowCashCents: total((id) => escrow.includes(id)),
    },
  };
}

/** What a property's owners are told: the figures by which two runs are the same to them. */
function figuresOf(result: CalculationResult) {
  return (propertyId: number) => {
    const property = result.properties.find((one) => one.propertyId === propertyId);
    return {
      isHeld: result.heldPropertyIds.includes(propertyId),
      noiCents: property?.statement.noiCents ?? 0,
      owners: property?.owners,
      safeCashAtEnd: property?.draw?.atPeriodEnd,
      draws: property?.draw?.owners.map(({ ownerId, drawCents }) => ({ ownerId, drawCents })),
      lines: result.checks.flatMap(({ ownerId, lines }) =>
        lines.filter((line) => line.propertyId === propertyId).map((line) => ({ ownerId, ...line })),
      ),
    };
  };
}

function sentenceOf(
  kind: CorrectionKind,
  name: string,
  noiCents: Cents,
  { period }: CalculationInput,
): string {
  const amount = noiCents === 0 ? '' : ` ${signedAmount(noiCents)}`;
  return `${monthNameOf(period.from)}${amount}: ${inWords(kind, name)}`;
}

function inWords(kind: CorrectionKind, name: string): string {
  switch (kind) {
    case 'shares':
      return `the shares of ${name} have changed`;
    case 'managedDays':
      return `the managed days of ${name} have changed`;
    case 'allocations':
      return `what is allocated to one owner of ${name} has changed`;
    case 'distributionRules':
      return `the distribution rules for ${name} have changed`;
    case 'bankAccounts':
      return `what the bank accounts of ${name} hold has changed`;
    default:
      return unreachable(kind);
  }
}

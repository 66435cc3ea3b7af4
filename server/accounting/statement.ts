import type { Period } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import type { Share } from './allocate.ts';
import type { CalculationInput, CalculationResult, PropertyResult } from './calculation.ts';
import { isException } from './checks.ts';
import { cashStatement, type CashStatement, type StatementLine } from './cashStatement.ts';
import type { Chart } from './classify.ts';
import type { PropertyDraw } from './draws.ts';
import type { NoiLine } from './noi.ts';
import type { Term } from './ownerDraw.ts';
import { ownershipSegments } from './ownership.ts';
import type { SafeCashTerm } from './safeCash.ts';
import type { AccountAmounts } from './tieOut.ts';

/** A property as its owner's statement shows it; amounts are of the whole property unless they say otherwise. */
export type PropertyStatement = {
  propertyId: number;
  name: string;
  /** The managed days of the month. */
  period: Period;
  income: StatementLine[];
  incomeCents: Cents;
  /** As positive amounts. */
  expenses: StatementLine[];
  expenseCents: Cents;
  /** Counted above the line where the connection asks for it; positive. */
  capital: StatementLine[];
  capitalCents: Cents;
  noiCents: Cents;
  cash: CashStatement;
  /** The owner's percentages, day by day where they changed. */
  shares: { period: Period; millionths: number }[];
  ownerNoiCents: Cents;
  /** The owner's draw; null where none was calculated. */
  draw: { terms: Term[]; drawCents: Cents; safeCash: SafeCashStatement } | null;
};

/** What all owners together can draw, as it stood at the period's end or at the run, whichever was less. */
export type SafeCashStatement = {
  isNow: boolean;
  terms: SafeCashTerm[];
  totalCents: Cents;
  /** This owner's part of it, less what was drawn before. */
  ownCents: Cents;
};

export type OwnerStatement = {
  ownerId: number;
  period: Period;
  basis: 'cash' | 'accrual';
  properties: PropertyStatement[];
  totals: {
    incomeCents: Cents;
    expenseCents: Cents;
    noiCents: Cents;
    ownerNoiCents: Cents;
    openingCashCents: Cents;
    closingCashCents: Cents;
  };
  /** The owner's one check over all properties; null where no draws were calculated. */
  check: { checkCents: Cents; drawsCents: Cents; nettingCents: Cents; uncoveredCents: Cents } | null;
  /** Checks that would have stopped the figures: shown in spite of them, they are shown with them. */
  exceptions: string[];
};

/**
 * An owner's statement from a run and from nothing else but the balances on the day before it begins, so that every
 * figure on it is one of the run's.
 */
export function ownerStatement(
  ownerId: number,
  input: CalculationInput,
  result: CalculationResult,
  opening: readonly AccountAmounts[],
  allAccounts: Chart,
): OwnerStatement {
  const chart: Chart = new Map([
    ...allAccounts,
    ...input.accounts.map((account) => [account.glAccountId, account] as const),
  ]);
  const properties = result.properties
    .filter((property) => concerns(property, ownerId))
    .map((property) => propertyStatement(ownerId, property, input, opening, chart));
  const total = (of: (property: PropertyStatement) => Cents): Cents =>
    properties.reduce((sum, property) => sum + of(property), 0);
  const check = result.checks.find((one) => one.ownerId === ownerId);
  const linesOf = (type: string): Cents =>
    (check?.lines ?? []).reduce((sum, line) => (line.type === type ? sum + line.amountCents : sum), 0);
  return {
    ownerId,
    period: input.period,
    basis: input.basis,
    properties,
    totals: {
      incomeCents: total(({ incomeCents }) => incomeCents),
      expenseCents: total(({ expenseCents }) => expenseCents),
      noiCents: total(({ noiCents }) => noiCents),
      ownerNoiCents: total(({ ownerNoiCents }) => ownerNoiCents),
      openingCashCents: total(({ cash }) => cash.openingCents),
      closingCashCents: total(({ cash }) => cash.closingCents),
    },
    check: check
      ? {
          checkCents: check.checkCents,
          drawsCents: linesOf('OwnerDraw'),
          nettingCents: linesOf('OwnerContribution'),
          uncoveredCents: check.uncoveredCents,
        }
      : null,
    exceptions: result.findings
      .filter((finding) => isException(finding) && isOf(properties, finding.propertyId))
      .map(({ message }) => message),
  };
}

function isOf(properties: readonly PropertyStatement[], propertyId: number | null): boolean {
  return propertyId === null || properties.some((property) => property.propertyId === propertyId);
}

/** The owners for whom a run has something to say, by id. */
export function ownersOfRun({ properties }: CalculationResult): number[] {
  const ids = properties.flatMap(({ owners, draw }) => [...(owners ?? []), ...(draw?.owners ?? [])]);
  return [...new Set(ids.map(({ ownerId }) => ownerId))].sort((a, b) => a - b);
}

function concerns({ owners, draw }: PropertyResult, ownerId: number): boolean {
  return [...(owners ?? []), ...(draw?.owners ?? [])].some((one) => one.ownerId === ownerId);
}

function propertyStatement(
  ownerId: number,
  { propertyId, name, period, statement, owners, draw }: PropertyResult,
  input: CalculationInput,
  opening: readonly AccountAmounts[],
  chart: Chart,
): PropertyStatement {
  const counted = (noiClass: NoiLine['noiClass'], sign: 1 | -1): StatementLine[] =>
    statement.lines
      .filter((line) => line.isCounted && line.noiClass === noiClass && line.effectCents !== 0)
      .map((line) => ({ name: line.name, amountCents: sign * line.effectCents }));
  const property = input.properties.find((one) => one.propertyId === propertyId);
  const own = draw?.owners.find((one) => one.ownerId === ownerId);
  return {
    ...{ propertyId, name, period },
    income: counted('operatingIncome', 1),
    incomeCents: statement.incomeCents,
    expenses: counted('operatingExpense', -1),
    expenseCents: statement.expenseCents,
    capital: counted('capital', -1),
    capitalCents: statement.capitalCents,
    noiCents: statement.noiCents,
    cash: cashStatement({ propertyId, period, statement }, input, opening, chart),
    shares: property ? sharesOf(ownerId, property, period) : [],
    ownerNoiCents: owners?.find((one) => one.ownerId === ownerId)?.amountCents ?? 0,
    draw:
      own && draw
        ? { terms: own.terms, drawCents: own.drawCents, safeCash: safeCashOf(draw, own.safeCashCents) }
        : null,
  };
}

function safeCashOf(draw: PropertyDraw, ownCents: Cents): SafeCashStatement {
  const total = (terms: readonly SafeCashTerm[]): Cents =>
    terms.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const isNow = draw.lower ? draw.lower === 'now' : total(draw.now) < total(draw.atPeriodEnd);
  const terms = isNow ? draw.now : draw.atPeriodEnd;
  // What was drawn of it since then, or is promised.
  const alreadyCents = draw.safeCashCents - total(terms);
  return {
    isNow,
    terms: [
      ...terms,
      { name: 'Already approved or drawn for this period', amountCents: alreadyCents },
    ].filter(({ amountCents }) => amountCents !== 0),
    totalCents: draw.safeCashCents,
    ownCents,
  };
}

function sharesOf(
  ownerId: number,
  property: CalculationInput['properties'][number],
  period: Period,
): PropertyStatement['shares'] {
  const segments = ownershipSegments(property, property.ownership, period);
  if (!segments.ok) return [];
  return segments.value.map(({ period: days, shares }) => ({
    period: days,
    millionths: shares.find((share: Share) => share.ownerId === ownerId)?.millionths ?? 0,
  }));
}

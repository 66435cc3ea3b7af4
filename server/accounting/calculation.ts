import type { Period, PlainDate } from '../../shared/dates.ts';
import { formatCents, type Cents } from '../../shared/money.ts';
import { noiClassInWords } from '../../shared/noiClasses.ts';
import { addParts, type OwnersPart } from './allocate.ts';
import {
  accountName,
  checkProperty,
  judgeBy,
  unconfirmedAccounts,
  type CheckFinding,
  type CheckKind,
  type CheckRule,
  type Judge,
  type LeaseWithoutRent,
  type Override,
} from './checks.ts';
import type { Chart, ClassifiedAccount } from './classify.ts';
import {
  ownersChecks,
  propertyDraw,
  type Adjustment,
  type OwnersDraws,
  type OwnersRule,
  type PropertyCash,
  type PropertyDraw,
} from './draws.ts';
import { isIn, type Basis, type LedgerEntry } from './ledger.ts';
import {
  combine,
  managedPart,
  netOperatingIncome,
  noiEffectCents,
  type NoiOptions,
  type NoiStatement,
} from './noi.ts';
import { ownershipSegments, splitFlows, type OwnershipRow, type Segment } from './ownership.ts';
import type { Difference } from './tieOut.ts';

/** All that a run is made from, as plain values in a fixed order: it is kept with the run, and its hash names it. */
export type CalculationInput = {
  basis: Basis;
  period: Period;
  options: NoiOptions;
  rules: Partial<Record<CheckKind, CheckRule>>;
  override: Override | null;
  drawRules: readonly OwnersRule[];
  /** Runs whose approved draws were taken into account: one that was approved since makes these draws too high. */
  approvedRunIds: readonly string[];
  /** Transactions that are one owner's alone, by id; without an owner where nobody can say which. */
  allocations: readonly { transactionId: number; ownerId: number | null }[];
  /** Accounts that moved, by id. */
  accounts: readonly ClassifiedAccount[];
  /** By id. */
  properties: readonly PropertyInput[];
  /** In the order of the books. */
  entries: readonly LedgerEntry[];
};

export type PropertyInput = {
  propertyId: number;
  name: string;
  managed: { from: PlainDate | null; to: PlainDate | null };
  /** What the owners' management agreements alone say of the managed days; absent in older runs. */
  agreed?: { from: PlainDate | null; to: PlainDate | null };
  buildiumOwnerIds: readonly number[];
  ownership: readonly OwnershipRow[];
  leasesWithoutRent: readonly LeaseWithoutRent[];
  negativeBalances: readonly { glAccountId: number; amountCents: Cents }[];
  tieOutDifferences: readonly Difference[];
  adjustments: readonly Adjustment[];
  /** Null where no draw is to be calculated. */
  cash: PropertyCash | null;
};

export type PropertyResult = {
  propertyId: number;
  name: string;
  /** The managed days of the period: entries outside them do not count, and nothing is prorated. */
  period: Period;
  statement: NoiStatement;
  /** Null where the shares do not add up and somebody went on in spite of it. */
  owners: OwnersPart[] | null;
  adjustments: readonly Adjustment[];
  draw: PropertyDraw | null;
};

export type CalculationResult = {
  properties: PropertyResult[];
  /** Without a managed day in the period. */
  notManaged: number[];
  /** Stopped by a check: in no total below. */
  heldPropertyIds: number[];
  portfolio: NoiStatement;
  /** Each owner's part of the net operating income, over all properties. */
  owners: OwnersPart[];
  /** One check for each owner; empty where no draws were calculated. */
  checks: OwnersDraws[];
  unconfirmedGlAccountIds: number[];
  findings: CheckFinding[];
};

/**
 * What decides whether a month that nobody has approved is calculated again: all of its input but what only the day of
 * the run says (today's cash, draws paid since) and what somebody decided in spite of a check.
 */
export function isSameMonth(a: CalculationInput, b: CalculationInput): boolean {
  return JSON.stringify(withoutToday(a)) === JSON.stringify(withoutToday(b));
}

const ONLY_TODAY = { now: null, commitments: null, countedDrawIds: null, countedContributionIds: null };

function withoutToday(input: CalculationInput) {
  const properties = input.properties.map((property) => ({
    ...property,
    cash: property.cash && { ...property.cash, ...ONLY_TODAY },
  }));
  return { ...input, override: null, properties };
}

/** Net operating income of a portfolio. The same input gives the same result, to the byte. */
export function calculate(input: CalculationInput): CalculationResult {
  const chart: Chart = new Map(input.accounts.map((account) => [account.glAccountId, account]));
  const judge = judgeBy(input.rules, input.override);
  const ownerOf = new Map(input.allocations.map(({ transactionId, ownerId }) => [transactionId, ownerId]));
  const entriesOf = Map.groupBy(input.entries, ({ propertyId }) => propertyId);
  const result: CalculationResult = {
    properties: [],
    notManaged: [],
    heldPropertyIds: [],
    portfolio: combine([]),
    owners: [],
    checks: [],
    unconfirmedGlAccountIds: unconfirmedAccounts(input.entries, chart),
    findings: [],
  };
  for (const property of input.properties) {
    const impossible = impossibleDays(property);
    if (impossible !== null) {
      const finding = judge('managedDays', property.propertyId, impossible);
      result.findings.push(finding);
      // Going on in spite of it, no day is managed.
      if (finding.severity === 'block') {
        result.heldPropertyIds.push(property.propertyId);
        continue;
      }
    }
    const period = managedPart(input.period, property.managed);
    if (!period) {
      const lost = lostAdjustments(property, input.period);
      const finding = lost === null ? null : judge('managedDays', property.propertyId, lost);
      if (finding) result.findings.push(finding);
      if (finding?.severity === 'block') result.heldPropertyIds.push(property.propertyId);
      else result.notManaged.push(property.propertyId);
      continue;
    }
    const entries = entriesOf.get(property.propertyId) ?? [];
    const books: PropertyBooks = { property, period, entries, ownerOf };
    const { findings, calculated } = calculateProperty(input, books, chart, judge);
    result.findings.push(...findings);
    if (calculated) result.properties.push(calculated);
    else result.heldPropertyIds.push(property.propertyId);
  }
  if (result.unconfirmedGlAccountIds.length > 0)
    result.findings.push(
      judge('unconfirmedClass', null, sayUnconfirmed(result.unconfirmedGlAccountIds, chart)),
    );
  result.portfolio = combine(result.properties.map(({ statement }) => statement));
  result.owners = addParts(result.properties.flatMap(({ owners }) => owners ?? []));
  const draws = result.properties.flatMap(({ propertyId, draw }) => (draw ? [{ propertyId, draw }] : []));
  result.checks = ownersChecks(draws, input.drawRules);
  return result;
}

type PropertyBooks = {
  property: PropertyInput;
  /** The managed days. */
  period: Period;
  entries: readonly LedgerEntry[];
  ownerOf: ReadonlyMap<number, number | null>;
};

function impossibleDays({ name, managed: { from, to } }: PropertyInput): string | null {
  if (from === null || to === null || from <= to) return null;
  return `${name} is entered as managed from ${from} to ${to}, which ends before it begins. Correct Managed From or Managed To in the table Properties.`;
}

/** A property without a managed day has no draws that could make up for what was carried into the month. */
function lostAdjustments({ name, adjustments }: PropertyInput, { from, to }: Period): string | null {
  if (adjustments.reduce((sum, { amountCents }) => sum + amountCents, 0) === 0) return null;
  const carried = adjustments.map(({ sentence }) => sentence).join('; ');
  return `${name} has no managed day from ${from} to ${to}, and its draws were to make up for what was carried (${carried}). Correct Managed From or Managed To in the table Properties, or settle it with the owners and go on.`;
}

function calculateProperty(
  input: CalculationInput,
  { property, period, entries, ownerOf }: PropertyBooks,
  chart: Chart,
  judge: Judge,
): { findings: CheckFinding[]; calculated: PropertyResult | null } {
  const segments = ownershipSegments(property, property.ownership, period);
  const ownershipProblem = segments.ok ? null : segments.error;
  const managed = entries.filter(({ day }) => isIn(period, day));
  const counted = managed.filter(
    (entry) => chart.has(entry.glAccountId) && noiEffectCents(entry, chart, input.options) !== 0,
  );
  const allocationProblems = segments.ok
    ? misallocated(property.name, counted, segments.value, ownerOf, chart)
    : [];
  const checked = { ...property, entries, ownershipProblem, allocationProblems };
  const findings = checkProperty(checked, chart, judge);
  if (findings.some(({ severity }) => severity === 'block')) return { findings, calculated: null };
  const statement = netOperatingIncome(managed, period, chart, input.options);
  const { propertyId, name, adjustments, cash } = property;
  const result = { propertyId, name, period, statement, adjustments };
  if (!segments.ok) return { findings, calculated: { ...result, owners: null, draw: null } };
  const owners = ownersOf(managed, segments.value, chart, input.options, ownerOf);
  const shares = segments.value.at(-1)?.shares ?? [];
  const draw = cash && propertyDraw({ propertyId, shares, noi: owners, cash, adjustments }, input.drawRules);
  return { findings, calculated: { ...result, owners, draw } };
}

function ownersOf(
  entries: readonly LedgerEntry[],
  segments: readonly Segment[],
  chart: Chart,
  options: NoiOptions,
  ownerOf: ReadonlyMap<number, number | null>,
): OwnersPart[] {
  const flows = entries.map((entry) => ({
    day: entry.day,
    amountCents: noiEffectCents(entry, chart, options),
    ownerId: ownerOf.get(entry.transactionId) ?? null,
  }));
  return splitFlows(flows, segments);
}

/** An amount that is given to somebody who owns nothing of the property would be missing from those who do. */
function misallocated(
  name: string,
  counted: readonly LedgerEntry[],
  segments: readonly Segment[],
  ownerOf: ReadonlyMap<number, number | null>,
  chart: Chart,
): string[] {
  const problems = new Map<number, string>();
  for (const { transactionId, day, glAccountId, amountCents } of counted) {
    const ownerId = ownerOf.get(transactionId);
    if (ownerId === undefined || problems.has(transactionId)) continue;
    const shares = segments.find(({ period }) => isIn(period, day))?.shares ?? [];
    if (shares.some((share) => share.ownerId === ownerId)) continue;
    const why =
      ownerId === null
        ? 'no single owner of Buildium'
        : `owner ${ownerId}, who owns no part of ${name} on ${day}`;
    problems.set(
      transactionId,
      `Transaction ${transactionId} of ${day} (${accountName(glAccountId, chart)} ${formatCents(amountCents)}) is allocated to ${why}. Correct its Owner Allocation in the table Transactions.`,
    );
  }
  return [...problems.values()];
}

function sayUnconfirmed(glAccountIds: readonly number[], chart: Chart): string {
  const classOf = (id: number): string => {
    const noiClass = chart.get(id)?.noiClass;
    return noiClass ? noiClassInWords(noiClass).toLowerCase() : 'no class';
  };
  const names = glAccountIds.map((id) => `${accountName(id, chart)} (${classOf(id)})`);
  return `Nobody has confirmed the class of ${names.join(', ')}. Check them in the table GL Accounts.`;
}

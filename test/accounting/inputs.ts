import type { CalculationInput, PropertyInput } from '../../server/accounting/calculation.ts';
import type { LedgerEntry } from '../../server/accounting/ledger.ts';
import { CHART, chartWith, entry } from './chart.ts';

const CONFIRMED = chartWith(
  new Map(
    [...CHART.values()].map(({ glAccountId, noiClass }) => [glAccountId, { noiClass, confirmedBy: 'Priya' }]),
  ),
);

/** A property that one owner has whole, with nothing to say against it. */
export function property(propertyId: number, change: Partial<PropertyInput> = {}): PropertyInput {
  return {
    propertyId,
    name: `Property ${propertyId}`,
    managed: { from: null, to: null },
    buildiumOwnerIds: [50],
    ownership: [],
    leasesWithoutRent: [],
    negativeBalances: [],
    tieOutDifferences: [],
    adjustments: [],
    cash: null,
    ...change,
  };
}

/** August 2026, all classes confirmed. */
export function input(change: Partial<CalculationInput>): CalculationInput {
  return {
    basis: 'cash',
    period: { from: '2026-08-01', to: '2026-08-31' },
    options: { capitalAboveTheLine: false },
    rules: {},
    override: null,
    drawRules: [],
    approvedRunIds: [],
    allocations: [],
    accounts: [...CONFIRMED.values()],
    properties: [property(1)],
    entries: [],
    ...change,
  };
}

/** Rent and repairs of a property, with their other sides in the bank. */
export function month(propertyId: number, rentCents: number, repairsCents: number): LedgerEntry[] {
  const day = '2026-08-15';
  return [
    entry(3, rentCents, day, propertyId),
    entry(113, rentCents, day, propertyId),
    entry(101, repairsCents, day, propertyId),
    entry(113, -repairsCents, day, propertyId),
  ];
}

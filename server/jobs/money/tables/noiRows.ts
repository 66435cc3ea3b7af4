import type { PlainDate } from '../../../../shared/dates.ts';
import type { Cents } from '../../../../shared/money.ts';
import type { PropertyResult } from '../../../accounting/calculation.ts';
import type { ClassifiedAccount } from '../../../accounting/classify.ts';
import type { Basis } from '../../../accounting/ledger.ts';
import type { NoiLine } from '../../../accounting/noi.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { commonCells, keyEnd, monthAndBasis, nameOfProperty, type RunSource } from './runSource.ts';

/** What was worked out by hand for the month and basis, in cents by property id. */
export type ManualFigures = ReadonlyMap<number, Cents>;

/** One row a property: its figures, or why there are none. */
export function noiRows(source: RunSource, manual: ManualFigures): Map<string, OwnValues> {
  const { input, result } = source;
  const balances = new Set(
    input.accounts.filter((account) => !isResult(account)).map(({ glAccountId }) => glAccountId),
  );
  const rows: [string, OwnValues][] = [
    ...result.properties.map((property): [string, OwnValues] => [
      keyOf(source, property.propertyId),
      { ...rowOf(source, property.propertyId, 'Calculated'), ...figuresOf(property, manual, balances) },
    ]),
    ...result.heldPropertyIds.map((propertyId): [string, OwnValues] => [
      keyOf(source, propertyId),
      { ...rowOf(source, propertyId, 'Stopped by a check'), ...NO_FIGURES },
    ]),
    ...result.notManaged.map((propertyId): [string, OwnValues] => [
      keyOf(source, propertyId),
      { ...rowOf(source, propertyId, 'Not managed'), ...NO_FIGURES },
    ]),
  ];
  return new Map(rows);
}

/** What was written in the name of figures that no longer hold must not stand there as if it did. */
const NO_FIGURES: OwnValues = {
  income: null,
  expenses: null,
  capital: null,
  noi: null,
  belowTheLine: null,
  manualDifference: null,
  from: null,
  to: null,
};

function keyOf(source: RunSource, propertyId: number): string {
  return `property ${propertyId} ${keyEnd(source)}`;
}

/** What the row of a key is about; null for a key that is none of a property's. */
export function noiOfKey(key: string): { propertyId: number; month: PlainDate; basis: Basis } | null {
  const [, propertyId, month, basis] = /^property (\d+) (\d{4}-\d{2}) (cash|accrual)$/.exec(key) ?? [];
  if (propertyId === undefined || month === undefined || basis === undefined) return null;
  return { propertyId: Number(propertyId), month: `${month}-01`, basis: basis as Basis };
}

function rowOf(source: RunSource, propertyId: number, outcome: string): OwnValues {
  return {
    name: `${nameOfProperty(source, propertyId)}, ${monthAndBasis(source)}`,
    property: [String(propertyId)],
    outcome,
    ...commonCells(source, [propertyId]),
  };
}

function figuresOf(
  { propertyId, statement, period }: PropertyResult,
  manual: ManualFigures,
  balances: ReadonlySet<number>,
): OwnValues {
  const manualCents = manual.get(propertyId);
  return {
    income: statement.incomeCents,
    expenses: statement.expenseCents,
    capital: statement.capitalCents,
    noi: statement.noiCents,
    belowTheLine: belowTheLine(statement.lines, balances),
    manualDifference: manualCents === undefined ? null : statement.noiCents - manualCents,
    from: period.from,
    to: period.to,
  };
}

const BELOW = new Set<NoiLine['noiClass']>(['nonOperating', 'capital', 'financing']);

/**
 * Owners' own money is no result: draws and contributions are equity accounts, and have their own place. Nor is the
 * balance that collects depreciation, whatever class somebody gave it: the expense alone says what it did.
 */
function isResult({ type, noiClass }: ClassifiedAccount): boolean {
  return type !== 'Equity' && (noiClass !== 'nonOperating' || type === 'Income' || type === 'Expense');
}

function belowTheLine(lines: readonly NoiLine[], balances: ReadonlySet<number>): Cents {
  return lines
    .filter(
      ({ glAccountId, isCounted, noiClass }) =>
        !isCounted && BELOW.has(noiClass) && !balances.has(glAccountId),
    )
    .reduce((sum, { effectCents }) => sum + effectCents, 0);
}

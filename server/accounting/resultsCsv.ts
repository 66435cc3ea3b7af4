import { dollarsFromCents, type Cents } from '../../shared/money.ts';
import { isOnlyBalance, noiClassInWords } from '../../shared/noiClasses.ts';
import type { CalculationInput, CalculationResult } from './calculation.ts';
import { isException, type CheckFinding } from './checks.ts';
import type { NoiLine } from './noi.ts';

const HEAD = ['Period', 'Basis', 'Property ID', 'Property', 'Owner ID', 'Part', 'Class', 'Name', 'Amount'];

/**
 * The results as a table: accounts, totals, shares and draws of each property, one line each. A property that is in no
 * total is named with the reason, and without an amount.
 */
export function resultsCsv(
  {
    period,
    basis,
    options,
    properties: asked,
  }: Pick<CalculationInput, 'period' | 'basis' | 'options' | 'properties'>,
  { properties, notManaged, heldPropertyIds, findings, portfolio, checks }: CalculationResult,
): string {
  const named = new Map(asked.map((property) => [property.propertyId, property]));
  const when = `${period.from} to ${period.to}`;
  type Line = {
    property?: { propertyId: number; name: string };
    ownerId?: number;
    part: string;
    noiClass?: string;
    name: string;
    cents: Cents | null;
  };
  const row = ({ property, ownerId, part, noiClass, name, cents }: Line): string =>
    [when, basis, property?.propertyId ?? '', property?.name ?? '', ownerId ?? '', part, noiClass ?? '', name]
      .map(cell)
      .concat(cents === null ? '' : dollarsFromCents(cents).toFixed(2))
      .join(',');
  const rows = properties.flatMap((property) => [
    ...property.statement.lines.map((line) => row({ property, ...accountCells(line) })),
    row({ property, part: 'Total', name: 'Income', cents: property.statement.incomeCents }),
    row({ property, part: 'Total', name: 'Expenses', cents: property.statement.expenseCents }),
    ...(options.capitalAboveTheLine
      ? [
          row({
            property,
            part: 'Total',
            name: 'Capital expenditure',
            cents: property.statement.capitalCents,
          }),
        ]
      : []),
    row({ property, part: 'Total', name: 'Net operating income', cents: property.statement.noiCents }),
    ...property.adjustments.map(({ sentence, amountCents }) =>
      row({ property, part: 'Carried forward', name: sentence, cents: amountCents }),
    ),
    ...(property.owners ?? []).map(({ ownerId, amountCents }) =>
      row({ property, ownerId, part: 'Share', name: 'Net operating income', cents: amountCents }),
    ),
    ...(property.draw?.owners ?? []).flatMap(({ ownerId, terms, drawCents }) => [
      ...terms.map(({ name, amountCents }) =>
        row({ property, ownerId, part: 'Draw term', name, cents: amountCents }),
      ),
      row({ property, ownerId, part: 'Draw', name: 'Draw', cents: drawCents }),
    ]),
  ]);
  const sayOf = (propertyId: number | null, part: string, name: string): string => {
    const property = propertyId === null ? undefined : named.get(propertyId);
    return row({ ...(property ? { property } : {}), part, name, cents: null });
  };
  const said = [
    ...findings.filter(isException).map((one) => sayOf(one.propertyId, 'In spite of a check', one.message)),
    ...findings
      .filter(({ propertyId, severity }) => isHeldBy(severity, propertyId, heldPropertyIds))
      .map(({ propertyId, message }) => sayOf(propertyId, 'Held', message)),
    ...notManaged.map((propertyId) =>
      sayOf(propertyId, 'Not managed', 'Without a managed day in the period'),
    ),
  ];
  const totals = [
    row({ part: 'Portfolio', name: 'Net operating income', cents: portfolio.noiCents }),
    ...checks.flatMap(({ ownerId, checkCents, uncoveredCents, lines }) => [
      ...lines
        .filter(({ type }) => type === 'OwnerContribution')
        .map(({ propertyId, amountCents }) => {
          const property = named.get(propertyId);
          const name = 'Taken for this property, which is below zero';
          return row({
            ...(property ? { property } : {}),
            ownerId,
            part: 'Netting',
            name,
            cents: amountCents,
          });
        }),
      ...(uncoveredCents === 0
        ? []
        : [
            row({
              ownerId,
              part: 'Uncovered',
              name: 'Properties below zero are short of',
              cents: uncoveredCents,
            }),
          ]),
      row({ ownerId, part: 'Check', name: 'All properties', cents: checkCents }),
    ]),
  ];
  return [HEAD.join(','), ...rows, ...said, ...totals, ''].join('\r\n');
}

function isHeldBy(
  severity: CheckFinding['severity'],
  propertyId: number | null,
  heldPropertyIds: readonly number[],
): boolean {
  return severity === 'block' && propertyId !== null && heldPropertyIds.includes(propertyId);
}

function accountCells(line: NoiLine) {
  const { name, noiClass, isCounted, amountCents, effectCents } = line;
  const isMoved = isOnlyBalance(line);
  return {
    part: isCounted ? 'Account' : isMoved ? 'Change of balance' : 'Below the line',
    noiClass: noiClassInWords(noiClass),
    name,
    cents: isMoved ? amountCents : effectCents,
  };
}

/** A cell that a spreadsheet would take for a formula is text: names come from people. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

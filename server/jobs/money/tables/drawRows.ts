import type { Cents } from '../../../../shared/money.ts';
import { formatCents } from '../../../../shared/money.ts';
import type { Term, TermKind } from '../../../accounting/ownerDraw.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { commonCells, keyEnd, monthAndBasis, type RunSource } from './runSource.ts';

/** The column in which each kind of term stands. */
const COLUMN_OF: Readonly<Record<TermKind, string>> = {
  noi: 'noi',
  safeCash: 'fromCash',
  carried: 'carried',
  reserve: 'reserve',
  percent: 'percent',
  alreadyDrawn: 'already',
  heldToSafeCash: 'cap',
  raisedToZero: 'floor',
};

export type IsApproved = (propertyId: number, ownerId: number) => boolean;

/** One row for each owner of each property: the waterfall's terms as columns that add up. */
export function drawRows(
  source: RunSource,
  ownerNames: ReadonlyMap<number, string>,
  isApproved: IsApproved,
): Map<string, OwnValues> {
  const { result } = source;
  const rows: [string, OwnValues][] = result.properties.flatMap(({ propertyId, name, draw }) =>
    (draw?.owners ?? []).map((owner): [string, OwnValues] => {
      const { ownerId, terms, drawCents, safeCashCents, shortfallCents } = owner;
      const check = result.checks.find((one) => one.ownerId === ownerId);
      const nettingCents = (check?.lines ?? [])
        .filter((line) => line.propertyId === propertyId && line.type === 'OwnerContribution')
        .reduce((sum, line) => sum + line.amountCents, 0);
      return [
        `owner ${ownerId} property ${propertyId} ${keyEnd(source)}`,
        {
          name: `${ownerNames.get(ownerId) ?? `Owner ${ownerId}`}, ${name}, ${monthAndBasis(source)}`,
          owner: [String(ownerId)],
          property: [String(propertyId)],
          ...commonCells(source, [propertyId]),
          ...termColumns(terms),
          draw: drawCents,
          netting: nettingCents,
          payable: drawCents + nettingCents,
          safeCash: safeCashCents,
          shortfall: shortfallCents,
          waterfall: waterfall(terms),
          approval: isApproved(propertyId, ownerId) ? 'Approved' : 'Calculated',
        },
      ];
    }),
  );
  return new Map(rows);
}

/** What stands in a row whose owner no longer has a draw in the newest version of the month. */
export const NO_DRAW: OwnValues = {
  ...Object.fromEntries(Object.values(COLUMN_OF).map((key) => [key, null])),
  draw: 0,
  netting: null,
  payable: 0,
  safeCash: null,
  shortfall: null,
  waterfall: null,
};

function termColumns(terms: readonly Term[]): OwnValues {
  const sums: Record<string, Cents | null> = Object.fromEntries(
    Object.values(COLUMN_OF).map((key) => [key, null]),
  );
  for (const { kind, amountCents } of terms) {
    const key = COLUMN_OF[kind];
    sums[key] = (sums[key] ?? 0) + amountCents;
  }
  return sums;
}

function waterfall(terms: readonly Term[]): string {
  return terms
    .map(
      ({ name, amountCents, leftCents }) =>
        `${name}: ${formatCents(amountCents)} → ${formatCents(leftCents)}`,
    )
    .join('\n');
}

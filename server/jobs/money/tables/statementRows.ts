import { ownersOfRun } from '../../../accounting/statement.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { statementOf } from '../statementPdf.ts';
import { commonCells, keyEnd, monthAndBasis, type RunSource } from './runSource.ts';
import type { SupplementedRun } from './supplement.ts';

/** The column that holds the PDF. */
export const FILE_COLUMN = 'statement';

/** Owners who get a statement, those whose properties are not all in the run, and their rows. */
export type StatementPlan = {
  rows: Map<string, OwnValues>;
  /** Owners with a whole statement, by the key of their row. */
  owners: Map<string, number>;
};

export function statementRows(source: RunSource, supplemented: SupplementedRun): StatementPlan {
  const { result } = source;
  const plan: StatementPlan = { rows: new Map(), owners: new Map() };
  const calculated = new Set(result.properties.map(({ propertyId }) => propertyId));
  const notManaged = new Set(result.notManaged);
  for (const ownerId of ownersOfRun(result)) {
    const key = `owner ${ownerId} ${keyEnd(source)}`;
    const owned = supplemented.supplement.owned[ownerId] ?? [];
    const missing = owned.filter((id) => !calculated.has(id) && !notManaged.has(id));
    const held = missing.filter((id) => result.heldPropertyIds.includes(id));
    // A run of some properties says nothing about an owner who has others.
    if (missing.length > held.length) continue;
    const row = {
      name: `${supplemented.ownerNames.get(ownerId) ?? `Owner ${ownerId}`}, ${monthAndBasis(source)}`,
      owner: [String(ownerId)],
      ...commonCells(source, owned),
    };
    if (held.length > 0) plan.rows.set(key, { ...row, ...NO_STATEMENT });
    else {
      plan.rows.set(key, { ...row, ...figuresOf(source, supplemented, ownerId) });
      plan.owners.set(key, ownerId);
    }
  }
  return plan;
}

/** In place of a statement that would leave out a property: no file and no figures, and the checks say why. */
export const NO_STATEMENT: OwnValues = {
  income: null,
  expenses: null,
  noi: null,
  share: null,
  openingCash: null,
  closingCash: null,
  draw: null,
  [FILE_COLUMN]: [],
};

function figuresOf(source: RunSource, supplemented: SupplementedRun, ownerId: number): OwnValues {
  const { totals, check } = statementOf(source, supplemented, ownerId);
  return {
    income: totals.incomeCents,
    expenses: totals.expenseCents,
    noi: totals.noiCents,
    share: totals.ownerNoiCents,
    openingCash: totals.openingCashCents,
    closingCash: totals.closingCashCents,
    draw: check?.checkCents ?? null,
  };
}

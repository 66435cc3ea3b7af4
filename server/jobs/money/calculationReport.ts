import type { Period } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import type { CheckFinding, Override } from '../../accounting/checks.ts';
import type { Basis } from '../../accounting/ledger.ts';
import type { LockDates } from './lockDates.ts';
import type { TieOutReport } from '../ledger/tieOut.ts';

/** What somebody asked for: kept as it was asked, so that it can be asked again. */
export type CalculationRequest = {
  period: Period;
  basis: Basis;
  propertyIds: number[] | null;
  ownerIds: number[] | null;
  dryRun: boolean;
  override: Override | null;
  /** Why a closed month was calculated again. */
  reason: string | null;
};

/** What was seen beside the figures. */
export type CalculationReport = {
  /** What is said of the run as a whole and of its properties. */
  findings: CheckFinding[];
  totals: CalculationTotals | null;
  /** Without the closing balances, which are as many as all accounts of all properties. */
  tieOut: Omit<TieOutReport, 'closing'> | null;
  lockDates: LockDates | null;
  isNew: boolean;
};

export type CalculationTotals = {
  properties: number;
  heldProperties: number;
  incomeCents: Cents;
  expenseCents: Cents;
  noiCents: Cents;
  /** Null where no draws were calculated. */
  drawCents: Cents | null;
};

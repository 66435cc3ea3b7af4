import { firstDayOfMonth } from '../../../shared/dates.ts';
import type { CalculationResult } from '../../accounting/calculation.ts';
import type { Cents } from '../../../shared/money.ts';
import type { Term } from '../../accounting/ownerDraw.ts';
import { listApprovedDraws } from '../../db/approvals.ts';
import { newestDraws } from '../../db/calculationRuns.ts';
import { listOwnerDraws, type DrawFilter, type OwnerDrawPayment } from '../../db/ownerDrawPayments.ts';
import type { Job } from '../job.ts';

export type DrawMonth = {
  month: string;
  propertyId: number;
  /** Of the newest run, with what had been drawn for the month before it; null where the month was not calculated. */
  calculatedCents: number | null;
  approvedCents: number;
  paidCents: number;
};

type Figures = Omit<DrawMonth, 'month' | 'propertyId'>;

const EARLIEST = '1900-01-01';
const LATEST = '9999-12-31';

/** What was paid to owners beside what was calculated and approved, month by month. */
export async function showDrawHistory(
  job: Pick<Job, 'database' | 'connectionId'>,
  filter: DrawFilter,
): Promise<{ payments: OwnerDrawPayment[]; months: DrawMonth[] }> {
  const payments = (await listOwnerDraws(job.database, job.connectionId, filter)).filter(isDraw);
  const months = new Map<string, Figures>();
  const at = (month: string, propertyId: number): Figures => {
    const key = `${month} ${propertyId}`;
    const found = months.get(key) ?? { calculatedCents: null, approvedCents: 0, paidCents: 0 };
    months.set(key, found);
    return found;
  };
  for (const { day, propertyId, amountCents } of payments)
    at(firstDayOfMonth(day), propertyId).paidCents += amountCents;
  const isWanted = (propertyId: number, ownerId: number): boolean =>
    (filter.propertyId ?? propertyId) === propertyId && (filter.ownerId ?? ownerId) === ownerId;
  const days = { from: filter.from ?? EARLIEST, to: filter.to ?? LATEST };
  for (const { periodFrom, properties } of await newestDraws<CalculationResult['properties'][number]>(
    job.database,
    job.connectionId,
    days,
  ))
    for (const { propertyId, draw } of properties)
      for (const { ownerId, drawCents, terms } of draw?.owners ?? []) {
        if (!isWanted(propertyId, ownerId)) continue;
        const figures = at(periodFrom, propertyId);
        figures.calculatedCents = (figures.calculatedCents ?? 0) + drawCents + alreadyDrawn(terms);
      }
  for (const draw of (await listApprovedDraws(job.database, job.connectionId)).filter(isDraw))
    if (isWanted(draw.propertyId, draw.ownerId) && draw.periodTo >= days.from && draw.periodTo <= days.to)
      at(firstDayOfMonth(draw.periodFrom), draw.propertyId).approvedCents +=
        draw.amountCents - draw.withdrawnCents;
  return {
    payments,
    months: [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, figures]) => {
        const [month = '', propertyId] = key.split(' ');
        return { month: month.slice(0, 7), propertyId: Number(propertyId), ...figures };
      }),
  };
}

function isDraw({ kind }: Pick<OwnerDrawPayment, 'kind'>): boolean {
  return kind === 'OwnerDraw';
}

function alreadyDrawn(terms: readonly Term[]): Cents {
  return terms.reduce((sum, { kind, amountCents }) => (kind === 'alreadyDrawn' ? sum - amountCents : sum), 0);
}

import type { Adjustment } from '../../accounting/draws.ts';
import type { CalculationInput } from '../../accounting/calculation.ts';
import type { Restatement, Restored } from '../../accounting/restatement.ts';
import type { CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';
import { listCarried, type ListedDifference } from '../../db/restatements.ts';
import { isWholeMonth } from './wholeMonth.ts';
import { monthInWords } from './tables/words.ts';

type Month = Pick<CalculationInput, 'basis' | 'period'>;

/**
 * Differences that were carried into the month, and the opposite of those that were carried out of it: a month that is
 * calculated again counts its entries as they are now, so what a later month makes up for is taken out of its draws.
 * Over both months each difference counts once. Oldest decision first.
 */
export async function carriedAdjustments(
  job: { database: Queryable; connectionId: string },
  { basis, period }: Month,
): Promise<(Adjustment & { propertyId: number })[]> {
  if (!isWholeMonth({ period })) return [];
  const carried = await listCarried(job.database, job.connectionId);
  return carried
    .filter((one) => one.basis === basis)
    .flatMap(({ propertyId, amountCents, sentence, intoMonth, periodFrom }) => {
      if (intoMonth === period.from) return [{ propertyId, amountCents, sentence }];
      if (periodFrom !== period.from) return [];
      const madeUpFor = `${sentence}, made up for in ${monthInWords(intoMonth)}`;
      return [{ propertyId, amountCents: -amountCents, sentence: madeUpFor }];
    });
}

/** What was carried out of a run's month since: what was carried before a run was made is left out of its draws already. */
export function carriedSince(
  carried: readonly ListedDifference[],
  run: Pick<CalculationRun, 'runId' | 'basis' | 'periodFrom' | 'periodTo' | 'createdAt'>,
): ListedDifference[] {
  return carried.filter(
    ({ runId, basis, periodFrom, periodTo, decidedAt }) =>
      basis === run.basis &&
      periodFrom === run.periodFrom &&
      periodTo === run.periodTo &&
      (runId === run.runId || decidedAt > run.createdAt),
  );
}

/** What was carried for transactions that are as the run counted them again: nothing else tells of it. */
export function restoredOf(
  carried: readonly ListedDifference[],
  changes: readonly Restatement[],
): Restored[] {
  const keyOf = ({ propertyId, transactionId }: Pick<Restored, 'propertyId' | 'transactionId'>): string =>
    `${propertyId}/${transactionId}`;
  const changed = new Set(changes.map(keyOf));
  return [...Map.groupBy(carried, keyOf).values()].flatMap((rows) => {
    const [first] = rows;
    const carriedCents = rows.reduce((sum, { amountCents }) => sum + amountCents, 0);
    if (!first || carriedCents === 0 || changed.has(keyOf(first))) return [];
    const { propertyId, transactionId } = first;
    const intoMonths = [...new Set(rows.map(({ intoMonth }) => intoMonth))].sort();
    return [{ propertyId, transactionId, carriedCents, intoMonths }];
  });
}

/** Whether the draws of the input make up for all that was carried into their month. */
export async function countsCarried(
  job: { database: Queryable; connectionId: string },
  { basis, period, properties }: CalculationInput,
): Promise<boolean> {
  if (!isWholeMonth({ period })) return true;
  const carried = (await listCarried(job.database, job.connectionId)).filter(
    (one) => one.basis === basis && one.intoMonth === period.from,
  );
  return properties.every(({ propertyId, adjustments }) =>
    carried
      .filter((one) => one.propertyId === propertyId)
      .every(({ amountCents, sentence }) =>
        adjustments.some((own) => own.amountCents === amountCents && own.sentence === sentence),
      ),
  );
}

/** Whether what is carried is still what the input was gathered with. */
export async function knowsCarried(
  job: { database: Queryable; connectionId: string },
  input: CalculationInput,
): Promise<boolean> {
  const now = Map.groupBy(await carriedAdjustments(job, input), ({ propertyId }) => propertyId);
  return input.properties.every(({ propertyId, adjustments }) => {
    const own = (now.get(propertyId) ?? []).map(({ amountCents, sentence }) => ({ amountCents, sentence }));
    return JSON.stringify(own) === JSON.stringify(adjustments);
  });
}

import { expect, test } from '@jest/globals';
import { owedForUncleared, type OwedEntry } from '../../server/accounting/unclearedReceipts.ts';

const PREPAID = 18;
const RECEIPT = { transactionId: 7, amountCents: 100_000, atBanks: [] };

const entry = (transactionId: number, day: string, amountCents: number, unitId = 1): OwedEntry => ({
  ...{ glAccountId: PREPAID, transactionId, day, amountCents, unitId },
});
const CAME = entry(7, '2026-10-30', 100_000);

test.each<[string, OwedEntry[], number]>([
  ['all of what was paid ahead', [CAME], 100_000],
  ['less what a charge took of it', [CAME, entry(8, '2026-11-01', -60_000)], 40_000],
  ['and never below nothing', [CAME, entry(8, '2026-11-01', -250_000)], 0],
  ['with what another unit used left out', [CAME, entry(8, '2026-11-01', -60_000, 2)], 100_000],
  ['with what was used before left out', [entry(6, '2026-10-29', -60_000), CAME], 100_000],
  ['with what others paid ahead left out', [CAME, entry(9, '2026-10-31', 50_000)], 100_000],
  ['of no more than the receipt itself', [entry(7, '2026-10-30', 130_000)], 100_000],
])('an uncleared receipt is owed for: %s', (_what, entries, owedCents) => {
  expect(owedForUncleared([RECEIPT], entries)).toEqual([{ glAccountId: PREPAID, amountCents: owedCents }]);
});

import type { PlainDate } from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { hledgerJournal } from '../../accounting/hledger.ts';
import type { Basis } from '../../accounting/ledger.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ledgerEntries } from '../../db/ledgerEntries.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { readChart } from './readChart.ts';
import { readLedger } from './readLedger.ts';

/** The ledger of some days as a journal, read from Buildium just now. */
export async function exportJournal(
  job: Job,
  wish: { basis: Basis; from: PlainDate | null; to: PlainDate | null },
): Promise<Result<string, CallFailure>> {
  const today = todayIn(job);
  const period = { from: wish.from ?? `${today.slice(0, 4)}-01-01`, to: wish.to ?? today };
  const chart = await readChart(job);
  if (!chart.ok) return chart;
  const read = await readLedger(job, { period, bases: [wish.basis] });
  if (!read.ok) return read;
  const entries = await ledgerEntries(job.database, job.connectionId, { basis: wish.basis, ...period });
  return ok(hledgerJournal({ basis: wish.basis, entries, chart: chart.value }));
}

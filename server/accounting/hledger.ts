import type { Cents } from '../../shared/money.ts';
import type { Chart, ClassifiedAccount } from './classify.ts';
import { debitCents, type Basis, type GlAccountType, type LedgerEntry } from './ledger.ts';

export type JournalSource = {
  basis: Basis;
  /** In the order of the books. */
  entries: readonly (LedgerEntry & { transactionType: string | null })[];
  chart: Chart;
};

const ROOTS: Record<GlAccountType, string> = {
  Asset: 'Assets',
  Liability: 'Liabilities',
  Equity: 'Equity',
  Income: 'Income',
  Expense: 'Expenses',
};

/** What a transaction posted to books that are not a property's: the company's own, for one. */
const ELSEWHERE = 'Equity:Outside the properties';

/**
 * The ledger as a journal of hledger (and of ledger), which checks our sums independently and which accountants can
 * query. A transaction that touches several properties is one entry for each of them, with the property as a tag.
 */
export function hledgerJournal({ basis, entries, chart }: JournalSource): string {
  const accounts = new Map([...chart.values()].map((account) => [account.glAccountId, accountName(account)]));
  const used = new Set(entries.map(({ glAccountId }) => glAccountId));
  const transactions = Map.groupBy(
    entries,
    ({ day, transactionId, propertyId }) =>
      `${day} ${String(transactionId).padStart(12, '0')} ${String(propertyId).padStart(12, '0')}`,
  );
  return [
    `; Buildium's general ledger, ${basis} basis. Debits are positive.`,
    'commodity $1,000.00',
    '',
    ...[...used].sort((a, b) => a - b).map((id) => `account ${accounts.get(id)}`),
    `account ${ELSEWHERE}`,
    '',
    ...[...transactions.keys()]
      .sort()
      .map((key) => transactionText(transactions.get(key) ?? [], accounts, chart)),
  ].join('\n');
}

function transactionText(
  entries: readonly JournalSource['entries'][number][],
  accounts: ReadonlyMap<number, string>,
  chart: Chart,
): string {
  const [first] = entries;
  if (!first) return '';
  let openCents = 0;
  const postings = entries.map(({ glAccountId, amountCents }) => {
    const account = chart.get(glAccountId);
    const name = accounts.get(glAccountId);
    if (!account || !name) throw new Error(`GL account ${glAccountId} has entries but is not in the chart.`);
    const cents = debitCents(account.type, amountCents);
    openCents += cents;
    return posting(name, cents);
  });
  if (openCents !== 0) postings.push(posting(ELSEWHERE, -openCents));
  const { day, transactionId, transactionType, propertyId } = first;
  return [
    `${day} * (${transactionId}) ${transactionType ?? 'Transaction'}  ; property:${propertyId}`,
    ...postings,
    '',
  ].join('\n');
}

function posting(name: string, cents: Cents): string {
  const amount = `${cents < 0 ? '-' : ''}$${Math.trunc(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
  return `    ${name.padEnd(60)}  ${amount}`;
}

/** Two spaces end a name and a colon parts it, so that neither may stand in one; the id keeps equal names apart. */
function accountName({ type, name, glAccountId }: ClassifiedAccount): string {
  const clean = name
    .replaceAll(/[:;[\]()|]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `${ROOTS[type]}:${clean} #${glAccountId}`;
}

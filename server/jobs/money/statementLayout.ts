import type { PlainDate } from '../../../shared/dates.ts';
import { formatCents } from '../../../shared/money.ts';
import { formatMillionths, WHOLE_MILLIONTHS } from '../../accounting/allocate.ts';
import type { StatementLine } from '../../accounting/cashStatement.ts';
import type { OwnerStatement, PropertyStatement } from '../../accounting/statement.ts';
import { createPage, type Page } from '../pdfPage.ts';
import type { OpenItem } from './tables/openItems.ts';
import { dayInWords, monthInWords } from './tables/words.ts';

/** What a statement says beside its figures. */
export type StatementAbout = {
  company: { name: string; lines: readonly string[] };
  ownerName: string;
  /** Lines of each property's address, by its id. */
  addresses: Readonly<Record<string, readonly string[]>>;
  openItems: readonly OpenItem[];
  version: number;
  runId: string;
  /** When the run was made; the statement itself has no other date. */
  madeAt: string;
};

/** An owner's statement to send. The same statement gives the same bytes. */
export async function renderStatement(statement: OwnerStatement, about: StatementAbout): Promise<Buffer> {
  const month = monthInWords(statement.period.from);
  const title = `Owner statement, ${about.ownerName}, ${month}`;
  const page = await createPage({ title, author: about.company.name, madeAt: about.madeAt });
  page.letterhead(
    [about.company.name || 'Property management', ...about.company.lines],
    ['Owner Statement', month, statement.basis === 'cash' ? 'Cash basis' : 'Accrual basis'],
  );
  page.addressee(about.ownerName, propertyCount(statement.properties.length));
  summary(page, statement);
  const notes = notesOf(statement);
  const check = statement.properties.length > 1 ? statement.check : null;
  for (const [index, property] of statement.properties.entries()) {
    const isEnd = check === null && index === statement.properties.length - 1;
    propertyPages(page, property, about, isEnd ? notes : []);
  }
  if (check) {
    page.keepNotes(notes);
    checkRows(page, check);
  }
  page.gap(6);
  for (const note of notes) page.note(note);
  return page.finish(
    `${about.company.name || 'Owner statement'} · ${month} · version ${about.version} · ${about.runId}`,
  );
}

function notesOf({ exceptions }: OwnerStatement): string[] {
  const proof =
    exceptions.length > 0
      ? exceptions.map((message) => `Shown in spite of a check: ${message}`)
      : [
          'Every figure is from the general ledger in Buildium and was compared with its account balances before this statement was made.',
        ];
  return [...proof, 'Draws are calculated here and paid from Buildium, by check or transfer.'];
}

function propertyCount(count: number): string {
  return count === 1 ? '1 property' : `${count} properties`;
}

function summary(page: Page, { totals, check }: OwnerStatement): void {
  page.boxes([
    { label: 'Beginning cash', amount: amountOf(totals.openingCashCents) },
    { label: 'Net operating income', amount: amountOf(totals.noiCents) },
    { label: 'Your share of it', amount: amountOf(totals.ownerNoiCents) },
    { label: 'Ending cash', amount: amountOf(totals.closingCashCents) },
    ...(check ? [{ label: 'Your draw', amount: amountOf(check.checkCents) }] : []),
  ]);
}

/** `notes` are those that come after the property's last rows; none where other rows come between. */
function propertyPages(
  page: Page,
  property: PropertyStatement,
  about: StatementAbout,
  notes: readonly string[],
): void {
  const [street = '', ...rest] = about.addresses[property.propertyId] ?? [];
  page.heading(
    property.name,
    [street, ...rest].filter((line) => line !== '' && line !== property.name).join(', '),
  );
  if (property.period.from.slice(8) !== '01' || !isMonthEnd(property.period.to))
    page.note(
      `Managed from ${dayInWords(property.period.from)} to ${dayInWords(property.period.to)}: only entries of these days count.`,
    );
  list(page, 'Income', property.income, 'Total income', property.incomeCents);
  list(page, 'Expenses', property.expenses, 'Total expenses', property.expenseCents);
  if (property.capital.length > 0)
    list(page, 'Capital expenditure', property.capital, 'Total capital expenditure', property.capitalCents);
  page.row('Net operating income', amountOf(property.noiCents), { style: 'grand' });
  cashRows(page, property);
  if (notes.length > 0) page.keepNotes(notes);
  shareRows(page, property);
  if (property.draw) drawRows(page, property.draw, property.shares.every(isWhole));
  openRows(
    page,
    about.openItems.filter(({ propertyId }) => propertyId === property.propertyId),
  );
  page.gap(14);
}

function list(
  page: Page,
  label: string,
  lines: readonly StatementLine[],
  totalName: string,
  totalCents: number,
): void {
  page.label(label);
  if (lines.length === 0) page.row('None', '');
  for (const { name, amountCents } of lines) page.row(name, amountOf(amountCents));
  page.row(totalName, amountOf(totalCents), { style: 'total' });
}

function cashRows(page: Page, { cash }: PropertyStatement): void {
  page.keep(rowsHeight(cash.changes.length + 2));
  page.label('Cash');
  page.row('Beginning cash', amountOf(cash.openingCents), { indent: false });
  for (const { name, amountCents } of cash.changes) page.row(name, amountOf(amountCents));
  page.row('Ending cash', amountOf(cash.closingCents), { style: 'total' });
}

function shareRows(page: Page, { shares, noiCents, ownerNoiCents }: PropertyStatement): void {
  page.keep(rowsHeight(shares.length + 1));
  page.label('Your share');
  for (const { period, millionths } of shares) {
    const days = shares.length === 1 ? '' : ` from ${dayInWords(period.from)} to ${dayInWords(period.to)}`;
    page.row(`${formatMillionths(millionths)}${days} of net operating income`, '', {
      middle: shares.length === 1 ? amountOf(noiCents) : '',
    });
  }
  page.row('Your share of net operating income', amountOf(ownerNoiCents), { style: 'total' });
}

function drawRows(
  page: Page,
  { terms, drawCents, safeCash }: NonNullable<PropertyStatement['draw']>,
  isSoleOwner: boolean,
): void {
  page.keep(rowsHeight(terms.length + 1));
  page.label('Your draw');
  for (const { kind, name, amountCents, leftCents } of terms) {
    // The rule is about the property's reserve, the amount about what this owner leaves for it.
    const part = kind === 'reserve' && !isSoleOwner ? ', your part' : '';
    page.row(`${name}${part}`, amountOf(amountCents), { middle: `leaves ${amountOf(leftCents)}` });
  }
  page.row('Draw', amountOf(drawCents), { style: 'grand' });
  page.keep(rowsHeight(safeCash.terms.length + 1));
  page.label(
    safeCash.isNow
      ? 'Cash that can leave the property, when this was made'
      : 'Cash that can leave the property, at the end of the month',
  );
  for (const { name, amountCents } of safeCash.terms) page.row(name, amountOf(amountCents));
  page.row(isSoleOwner ? 'In all' : 'For all owners together', amountOf(safeCash.totalCents), {
    style: 'total',
    middle: safeCash.ownCents === safeCash.totalCents ? '' : `your part ${amountOf(safeCash.ownCents)}`,
  });
}

function openRows(page: Page, items: readonly OpenItem[]): void {
  if (items.length === 0) return;
  page.keep(rowsHeight(Math.min(items.length, 10)));
  page.label('Open at the end of the month');
  for (const { kind, label, amountCents, lateCents, dueOn } of items) {
    if (kind === 'tenant') {
      const late = lateCents > 0 ? `${amountOf(lateCents)} of it late` : '';
      const what = amountCents < 0 ? `${label}: paid ahead by its tenants` : `${label}: owed by its tenants`;
      page.row(what, amountOf(Math.abs(amountCents)), { middle: late });
    } else
      page.row(`${label}: bill not paid`, amountOf(amountCents), {
        middle: dueOn === null ? '' : `due ${dayInWords(dueOn)}`,
      });
  }
}

function checkRows(page: Page, check: NonNullable<OwnerStatement['check']>): void {
  page.heading('All properties');
  page.row('Draws of the properties', amountOf(check.drawsCents));
  if (check.nettingCents !== 0) page.row('Taken for properties below zero', amountOf(check.nettingCents));
  page.row('Your draw', amountOf(check.checkCents), { style: 'grand' });
  if (check.uncoveredCents > 0)
    page.paragraph(`Properties below zero are still short of ${amountOf(check.uncoveredCents)}.`);
}

/** Accountants read a negative amount in brackets. */
function amountOf(cents: number): string {
  return cents < 0 ? `(${formatCents(-cents)})` : formatCents(cents);
}

/** A label and so many rows stay on one page. */
function rowsHeight(rows: number): number {
  return 22 + 12.5 * rows;
}

function isWhole({ millionths }: { millionths: number }): boolean {
  return millionths === WHOLE_MILLIONTHS;
}

function isMonthEnd(day: PlainDate): boolean {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).getUTCDate() === 1;
}

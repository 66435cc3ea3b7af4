import { formatCents } from '../../shared/money.ts';
import {
  CREDIT_TYPES,
  ENTERED_COLUMNS,
  PAYMENT_METHODS,
  plannedColumn,
} from '../../shared/planned/columns.ts';
import type { PlannedKind } from '../../shared/planned/kinds.ts';
import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { leaseIdOf, type PlannedFacts } from './plannedFacts.ts';
import type { SoundItem } from './plannedRequest.ts';
import type { PlannedRow } from './plannedRow.ts';
import type { ShownLine, ShownTransaction } from './plannedShown.ts';

/** A value that is sent, and what Buildium shows in its place now. */
export type PlannedField = {
  key: string;
  column: string;
  kind: string;
  before: FieldValue;
  after: FieldValue;
  beforeText: string;
  afterText: string;
};

/** The columns that reach Buildium, by kind, in the order in which a person reads them. */
const SENT: Record<PlannedKind, readonly string[]> = {
  leaseCharge: ['lease', 'date', 'amount', 'glAccount', 'memo', 'reference'],
  leasePayment: [
    ...['lease', 'date', 'amount', 'glAccount', 'paymentMethod', 'payee', 'memo', 'reference'],
    'sendReceipt',
  ],
  leaseCredit: ['lease', 'date', 'amount', 'glAccount', 'creditType', 'offsetAccount', 'memo'],
  leaseRefund: ['lease', 'date', 'amount', 'glAccount', 'payee', 'bankAccount', 'memo', 'reference'],
  bill: [
    ...['vendor', 'date', 'dueDate', 'amount', 'glAccount', 'property', 'unit', 'memo', 'reference'],
    'group',
  ],
  journalEntry: ['property', 'unit', 'date', 'debitOrCredit', 'amount', 'glAccount', 'memo', 'group'],
};

/** Columns that are for people, or by which the lease is found: nobody expects them to be sent. */
const NEVER_SENT = ['name', 'kind', 'status', 'property', 'unit', 'group'];

/** Columns that somebody has filled in and that a transaction of this kind does not have in Buildium. */
export function leftOut({ kind, rows }: SoundItem): string[] {
  return ENTERED_COLUMNS.filter(
    ({ key }) =>
      !SENT[kind].includes(key) &&
      !NEVER_SENT.includes(key) &&
      rows.some(({ values }) => values[key] === true || (values[key] !== false && !isBlank(values[key]))),
  ).map(({ column }) => column);
}

/** What a booked item shows in Buildium, and the body that was sent last, for what Buildium shows nowhere. */
export type BookedAs = { shown: ShownTransaction; sent: Readonly<Record<string, unknown>> };

/** What a row of the item would bring into Buildium, field by field; blanks that stay blank are left out. */
export function fieldsOf(
  item: SoundItem,
  row: PlannedRow,
  facts: PlannedFacts,
  booked: BookedAs | null,
): PlannedField[] {
  const shown = booked?.shown ?? null;
  const line = shown?.lines[item.rows.indexOf(row)] ?? null;
  return SENT[item.kind].flatMap((key) => {
    // Buildium mails a receipt when a payment is made, and never for a change of it.
    if (key === 'sendReceipt' && shown) return [];
    // The memo of a bill that is no group is its row's own.
    if (key === 'group' && item.group === null) return [];
    const column = plannedColumn(key);
    const after = key === 'lease' ? asLink(leaseIdOf(row, facts)) : (row.values[key] ?? null);
    const before =
      booked && line
        ? (sentValue(key, booked.sent, item.rows.indexOf(row)) ??
          shownValue(item, key, booked.shown, line, after))
        : null;
    if (column.kind === 'checkbox' ? after !== true : isBlank(after) && isBlank(before)) return [];
    const words = (value: FieldValue): string => inWords(key, column.kind, value, facts);
    return [
      {
        ...{ key, column: column.column, kind: column.kind, before, after },
        ...{ beforeText: words(before), afterText: words(after) },
      },
    ];
  });
}

export function differs({ before, after }: PlannedField): boolean {
  return !sameValue(before, after);
}

/** What was sent of a column that Buildium shows nowhere: it is taken to stand. Null for the others. */
function sentValue(key: string, sent: BookedAs['sent'], at: number): FieldValue {
  const lines = Array.isArray(sent['Lines']) ? (sent['Lines'] as Record<string, unknown>[]) : [];
  switch (key) {
    case 'debitOrCredit':
      return textOrNull(lines[at]?.['PostingType']);
    case 'creditType':
      return wordOf(CREDIT_TYPES, sent['CreditType']);
    case 'offsetAccount':
      return idOrNull(sent['OffsettingGLAccountId']);
    case 'bankAccount':
      return idOrNull(sent['BankAccountId']);
    default:
      return null;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function idOrNull(value: unknown): FieldValue {
  return typeof value === 'number' ? [String(value)] : null;
}

/** What Buildium shows where it shows it. */
function shownValue(
  { group, kind }: SoundItem,
  key: string,
  shown: ShownTransaction,
  line: ShownLine,
  after: FieldValue,
): FieldValue {
  switch (key) {
    case 'date':
      return shown.date;
    case 'dueDate':
      return shown.dueDate;
    case 'amount':
      return line.amountCents;
    case 'glAccount':
      return asLink(line.glAccountId);
    case 'memo':
      return group !== null || kind === 'journalEntry' ? line.memo : shown.memo;
    case 'reference':
      return shown.reference;
    case 'group':
      return shown.memo;
    case 'lease':
      return asLink(shown.leaseId);
    case 'vendor':
      return asLink(shown.vendorId);
    case 'payee':
      // A refund may have several payees, and shows one.
      return kind === 'leaseRefund' ? after : asLink(shown.payeeId);
    case 'property':
      return asLink(line.propertyId);
    case 'unit':
      return asLink(line.unitId);
    case 'paymentMethod':
      return wordOf(PAYMENT_METHODS, shown.paymentMethod);
    default:
      return after;
  }
}

/** How the table calls a choice of Buildium's. */
function wordOf(choices: Readonly<Record<string, string>>, value: unknown): string | null {
  return Object.entries(choices).find(([, known]) => known === value)?.[0] ?? null;
}

function asLink(id: string | null): FieldValue {
  return id === null ? [] : [id];
}

function inWords(key: string, kind: string, value: FieldValue, facts: PlannedFacts): string {
  if (value === null || value === '') return '';
  if (kind === 'money' && typeof value === 'number') return formatCents(value);
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (!Array.isArray(value)) return String(value);
  return (value as readonly string[]).map((id) => nameOf(key, id, facts)).join(', ');
}

/** Names of tenants and vendors are contact data: they stand in Airtable and nowhere else. */
function nameOf(key: string, id: string, facts: PlannedFacts): string {
  switch (key) {
    case 'glAccount':
    case 'offsetAccount':
      return facts.glAccounts.get(id)?.name ?? `Account ${id}`;
    case 'lease':
      return facts.leases.get(id)?.name ?? `Lease ${id}`;
    case 'unit':
      return facts.units.get(id)?.name ?? `Unit ${id}`;
    case 'property':
      return facts.properties.get(id)?.name ?? `Property ${id}`;
    case 'bankAccount':
      return facts.bankAccounts.get(id)?.name ?? `Bank account ${id}`;
    case 'vendor':
      return `Vendor ${id}`;
    default:
      return `Tenant ${id}`;
  }
}

import { markerIn, withoutMarker } from '../../shared/marker.ts';
import { centsFromDollars } from '../../shared/money.ts';
import type { IntentKind } from '../../shared/planned/kinds.ts';

/** A transaction or bill of Buildium, as far as a planned one can be compared with it. */
export type ShownTransaction = {
  entityId: string;
  kind: IntentKind | null;
  date: string;
  totalCents: number;
  /** As people typed them, without our marker. */
  memo: string | null;
  reference: string | null;
  marker: string | null;
  leaseId: string | null;
  vendorId: string | null;
  payeeId: string | null;
  dueDate: string | null;
  paymentMethod: string | null;
  lines: readonly ShownLine[];
};

export type ShownLine = {
  lineId: number | null;
  glAccountId: string | null;
  amountCents: number;
  memo: string | null;
  propertyId: string | null;
  unitId: string | null;
};

type Json = Record<string, unknown>;

const KIND_OF_TYPE: Readonly<Record<string, IntentKind>> = {
  Charge: 'leaseCharge',
  Payment: 'leasePayment',
  Credit: 'leaseCredit',
  Refund: 'leaseRefund',
  ReversePayment: 'paymentReversal',
  GeneralJournalEntry: 'journalEntry',
};

/** Reads a lease transaction or general-ledger transaction: their journals have one shape. */
export function shownTransaction(wire: Json): ShownTransaction {
  const journal = object(wire['Journal']);
  const lines = array(journal['Lines']);
  const detail = object(wire['PaymentDetail']);
  const agreement = object(wire['UnitAgreement']);
  const reference =
    lines.map((line) => text(line['ReferenceNumber'])).find((one) => one !== null) ??
    text(wire['CheckNumber']);
  const memo = text(journal['Memo']);
  return {
    entityId: String(wire['Id']),
    kind: KIND_OF_TYPE[text(wire['TransactionTypeEnum']) ?? text(wire['TransactionType']) ?? ''] ?? null,
    date: (text(wire['Date']) ?? '').slice(0, 10),
    totalCents: cents(wire['TotalAmount']),
    memo: withoutMarker(memo),
    reference: withoutMarker(reference),
    marker: markerIn(reference) ?? markerIn(memo),
    leaseId: id(wire['LeaseId']) ?? (agreement['Type'] === 'Lease' ? id(agreement['Id']) : null),
    vendorId: null,
    payeeId: id(wire['PayeeTenantId']) ?? id(object(detail['Payee'])['Id']),
    dueDate: null,
    paymentMethod: text(detail['PaymentMethod']) ?? text(wire['PaymentMethod']),
    lines: lines.map((line) => ({
      lineId: null,
      glAccountId: id(object(line['GLAccount'])['Id']),
      amountCents: cents(line['Amount']),
      memo: text(line['Memo']),
      propertyId: id(line['PropertyId']) ?? id(object(line['AccountingEntity'])['Id']),
      unitId: id(line['UnitId']) ?? id(object(object(line['AccountingEntity'])['Unit'])['Id']),
    })),
  };
}

export function shownBill(wire: Json): ShownTransaction {
  const lines = array(wire['Lines']).map((line) => ({
    lineId: typeof line['Id'] === 'number' ? line['Id'] : null,
    glAccountId: id(object(line['GLAccount'])['Id']),
    amountCents: cents(line['Amount']),
    memo: text(line['Memo']),
    propertyId: id(object(line['AccountingEntity'])['Id']),
    unitId: id(object(object(line['AccountingEntity'])['Unit'])['Id']),
  }));
  const reference = text(wire['ReferenceNumber']);
  return {
    entityId: String(wire['Id']),
    kind: 'bill',
    date: (text(wire['Date']) ?? '').slice(0, 10),
    totalCents: lines.reduce((sum, line) => sum + line.amountCents, 0),
    memo: text(wire['Memo']),
    reference: withoutMarker(reference),
    marker: markerIn(reference),
    leaseId: null,
    vendorId: id(wire['VendorId']),
    payeeId: null,
    dueDate: text(wire['DueDate'])?.slice(0, 10) ?? null,
    paymentMethod: null,
    lines,
  };
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function array(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function id(value: unknown): string | null {
  return typeof value === 'number' && value !== 0 ? String(value) : null;
}

function cents(value: unknown): number {
  const read = typeof value === 'number' ? centsFromDollars(value) : null;
  return read?.ok ? read.value : 0;
}

import { dollarsFromCents } from '../../shared/money.ts';
import { withMarker } from '../../shared/marker.ts';
import { CREDIT_TYPES, PAYMENT_METHODS } from '../../shared/planned/columns.ts';
import type { PlannedKind } from '../../shared/planned/kinds.ts';
import { leaseIdOf, type PlannedFacts } from './plannedFacts.ts';
import type { PlannedItem } from './plannedItem.ts';
import { centsOf, linkedId, linkedIds, textOf, type PlannedRow } from './plannedRow.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** The request that books an item. */
export type PlannedRequest = {
  method: 'POST' | 'PUT' | 'PATCH';
  path: string;
  body: Record<string, unknown>;
  /** The tenant whose address the body still lacks: it is contact data and joins the request on its way out. */
  addressOfTenant: string | null;
};

/** An item whose rows have no problems, with its kind known. */
export type SoundItem = PlannedItem & { kind: PlannedKind };

/** The resource in which the booked item is shown. */
export function resourceOf(kind: PlannedKind): 'bills' | 'transactions' {
  return kind === 'bill' ? 'bills' : 'transactions';
}

/** Kinds that Buildium's API can change once they are booked. */
export const CHANGEABLE_KINDS: readonly PlannedKind[] = [
  'leaseCharge',
  'leasePayment',
  'bill',
  'journalEntry',
];

export function createRequest(item: SoundItem, facts: PlannedFacts, marker: string): PlannedRequest {
  const lease = `/v1/leases/${leaseIdOf(firstOf(item), facts) ?? ''}`;
  const request = (path: string, addressOfTenant: string | null = null): PlannedRequest => ({
    ...{ method: 'POST', path, body: createBody(item, facts, marker), addressOfTenant },
  });
  switch (item.kind) {
    case 'leaseCharge':
      return request(`${lease}/charges`);
    case 'leasePayment':
      return request(`${lease}/payments`);
    case 'leaseCredit':
      return request(`${lease}/credits`);
    case 'leaseRefund':
      return request(`${lease}/refunds`, payeesOf(firstOf(item), facts)[0] ?? null);
    case 'bill':
      return request('/v1/bills');
    case 'journalEntry':
      return request('/v1/generalledger/journalentries');
  }
}

/** @param shown the transaction as Buildium shows it now: what a PUT leaves out would be lost. */
export function changeRequest(
  item: SoundItem,
  facts: PlannedFacts,
  marker: string,
  shown: ShownTransaction,
): PlannedRequest {
  const body = createBody(item, facts, marker);
  const lease = `/v1/leases/${shown.leaseId ?? ''}`;
  const request = (path: string, changed = body, method: 'PUT' | 'PATCH' = 'PUT'): PlannedRequest => ({
    ...{ method, path, body: changed, addressOfTenant: null },
  });
  switch (item.kind) {
    case 'leaseCharge':
      return request(`${lease}/charges/${shown.entityId}`);
    case 'leasePayment': {
      const { SendEmailReceipt: _notForPut, ...rest } = body;
      return request(`${lease}/payments/${shown.entityId}`, rest);
    }
    case 'bill': {
      const lines = (body['Lines'] as BillLine[]).map((line, index) => ({
        Id: shown.lines[index]?.lineId,
        ...line,
        Memo: patched(line.Memo, shown.lines[index]?.memo),
      }));
      const Memo = patched(body['Memo'] as string | null, shown.memo);
      return request(`/v1/bills/${shown.entityId}`, { ...body, Memo, Lines: lines }, 'PATCH');
    }
    case 'journalEntry':
      return request(`/v1/generalledger/journalentries/${shown.entityId}`);
    case 'leaseCredit':
    case 'leaseRefund':
      throw new Error(`Buildium's API cannot change a ${item.kind}`);
  }
}

type BillLine = { Memo: string | null } & Record<string, unknown>;

/** What a PATCH leaves null stays as it was: what is to go is sent as an empty text. */
function patched(value: string | null, shown: string | null | undefined): string | null {
  return value === null && typeof shown === 'string' ? '' : value;
}

function createBody(item: SoundItem, facts: PlannedFacts, marker: string): Record<string, unknown> {
  const row = firstOf(item);
  const Date = textOf(row, 'date');
  const memo = textOf(row, 'memo');
  const reference = withMarker(textOf(row, 'reference'), marker);
  const Amount = dollarsFromCents(centsOf(row));
  const account = idOf(row, 'glAccount');
  switch (item.kind) {
    case 'leaseCharge':
      return { Date, Memo: memo, Lines: [{ Amount, GLAccountId: account, ReferenceNumber: reference }] };
    case 'leasePayment':
      return {
        ...{ Date, Memo: memo, ReferenceNumber: reference },
        PaymentMethod: PAYMENT_METHODS[textOf(row, 'paymentMethod') as keyof typeof PAYMENT_METHODS],
        PayeeUserId: idOf(row, 'payee'),
        SendEmailReceipt: row.values['sendReceipt'] === true,
        Lines: [{ Amount, GLAccountId: account }],
      };
    case 'leaseCredit':
      return {
        ...{ Date, Memo: withMarker(memo, marker) },
        CreditType: CREDIT_TYPES[textOf(row, 'creditType') as keyof typeof CREDIT_TYPES],
        ...(textOf(row, 'creditType') === 'Waive unpaid'
          ? {}
          : { OffsettingGLAccountId: idOf(row, 'offsetAccount') }),
        Lines: [{ Amount, GlAccountId: account }],
      };
    case 'leaseRefund':
      return {
        ...{ Date, Memo: withMarker(memo, marker), CheckNumber: textOf(row, 'reference') },
        PayeeUserIds: payeesOf(row, facts).map(Number),
        BankAccountId: idOf(row, 'bankAccount'),
        Lines: [{ Amount, GLAccountId: account }],
      };
    case 'bill':
      return {
        ...{ Date, DueDate: textOf(row, 'dueDate'), VendorId: idOf(row, 'vendor') },
        ...{ Memo: item.group ?? memo, ReferenceNumber: reference },
        Lines: item.rows.map((line) => ({
          AccountingEntity: entityOf(line),
          GlAccountId: idOf(line, 'glAccount'),
          Amount: dollarsFromCents(centsOf(line)),
          Memo: textOf(line, 'memo'),
        })),
      };
    case 'journalEntry':
      return {
        ...{ AccountingEntity: entityOf(row), Date, Memo: withMarker(item.group, marker) },
        Lines: item.rows.map((line) => ({
          GLAccountId: idOf(line, 'glAccount'),
          Memo: textOf(line, 'memo'),
          PostingType: textOf(line, 'debitOrCredit'),
          Amount: dollarsFromCents(centsOf(line)),
        })),
      };
  }
}

/** Who is paid back: the chosen payees, else the lease's only tenant. */
function payeesOf(row: PlannedRow, facts: PlannedFacts): readonly string[] {
  const chosen = linkedIds(row, 'payee');
  return chosen.length > 0 ? chosen : (facts.leases.get(leaseIdOf(row, facts) ?? '')?.tenantIds ?? []);
}

function entityOf(row: PlannedRow): Record<string, unknown> {
  const unitId = idOf(row, 'unit');
  return {
    ...{ Id: idOf(row, 'property'), AccountingEntityType: 'Rental' },
    ...(unitId === null ? {} : { UnitId: unitId }),
  };
}

function idOf(row: PlannedRow, key: string): number | null {
  const id = linkedId(row, key);
  return id === null ? null : Number(id);
}

function firstOf({ rows }: PlannedItem): PlannedRow {
  const [first] = rows;
  if (!first) throw new Error('An item without rows cannot be booked');
  return first;
}

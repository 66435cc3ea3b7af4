import type { PlainDate } from '../../../../shared/dates.ts';
import type { Cents } from '../../../../shared/money.ts';
import { mirroredEntities, type MirroredEntity } from '../../../db/mirror.ts';
import type { Job } from '../../job.ts';
import type { LeaseMonth } from './rentRoll.ts';

/** Something that is open at a period's end: what tenants owe or have paid ahead, and bills that are not paid. */
export type OpenItem = {
  propertyId: number;
  kind: 'tenant' | 'bill';
  label: string;
  amountCents: Cents;
  /** The part that is past its grace, of a tenant; nothing for a bill. */
  lateCents: Cents;
  dueOn: PlainDate | null;
};

export function openByTenants(rows: readonly LeaseMonth[]): OpenItem[] {
  return rows.flatMap(({ propertyId, lease, balanceCents, lateCents }) =>
    propertyId === null || balanceCents === 0
      ? []
      : [
          {
            propertyId,
            kind: 'tenant' as const,
            label: lease,
            amountCents: balanceCents,
            lateCents,
            dueOn: null,
          },
        ],
  );
}

/** Bills of the day or before that were not paid by then, property by property; from what the sync has brought. */
export async function openBills({ database, connectionId }: Job, asOf: PlainDate): Promise<OpenItem[]> {
  return openBillsOf(
    await mirroredEntities(database, connectionId, 'bills'),
    await mirroredEntities(database, connectionId, 'billLines'),
    await mirroredEntities(database, connectionId, 'billPayments'),
    asOf,
  );
}

/**
 * A bill that Buildium calls paid by the day is paid, whatever paid it: a vendor's credit is no payment of ours. What
 * was paid of the others settles their lines in their order: Buildium's payments do not say more to us.
 */
export function openBillsOf(
  bills: readonly MirroredEntity[],
  lines: readonly MirroredEntity[],
  payments: readonly MirroredEntity[],
  asOf: PlainDate,
): OpenItem[] {
  const linesOf = Map.groupBy(lines, ({ values }) => firstId(values['bill']));
  const isPaid = ({ values }: MirroredEntity): boolean => isBy(values['paidDate'], asOf);
  const paid = paidByBill(
    // What a check paid in full comes first: the rest of it went to the others.
    new Map(
      [...bills.filter(isPaid), ...bills.filter((bill) => !isPaid(bill))].map(({ entityId }, index) => [
        entityId,
        index,
      ]),
    ),
    linesOf,
    payments.filter(({ values }) => isBy(values['date'], asOf)),
  );
  return bills
    .filter((bill) => isBy(bill.values['date'], asOf) && !isPaid(bill))
    .flatMap((bill) => openLines(bill, linesOf.get(bill.entityId) ?? [], paid.get(bill.entityId) ?? 0));
}

/** Checks for one bill alone first, then each check for several pays its bills one after the other, as far as it goes. */
function paidByBill(
  order: ReadonlyMap<string, number>,
  linesOf: ReadonlyMap<string, readonly MirroredEntity[]>,
  payments: readonly MirroredEntity[],
): Map<string, Cents> {
  const paid = new Map<string, Cents>();
  const ordered = [...payments].sort(
    (a, b) => idsIn(a.values['bills']).length - idsIn(b.values['bills']).length,
  );
  for (const { values } of ordered) {
    let leftCents = centsOf(values['amount']);
    const itsBills = idsIn(values['bills']).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    for (const entityId of itsBills) {
      const before = paid.get(entityId) ?? 0;
      const part = Math.max(0, Math.min(totalOf(linesOf.get(entityId) ?? []) - before, leftCents));
      paid.set(entityId, before + part);
      leftCents -= part;
    }
  }
  return paid;
}

function openLines(bill: MirroredEntity, lines: readonly MirroredEntity[], billPaidCents: Cents): OpenItem[] {
  let paidCents = billPaidCents;
  const open = new Map<number, Cents>();
  for (const { values } of lines) {
    const amountCents = centsOf(values['amount']);
    const part = Math.min(amountCents, paidCents);
    paidCents -= part;
    const propertyId = Number(firstId(values['property']));
    if (propertyId > 0) open.set(propertyId, (open.get(propertyId) ?? 0) + amountCents - part);
  }
  const { name, dueDate } = bill.values;
  const [label = `Bill ${bill.entityId}`] = typeof name === 'string' ? name.split(' · ') : [];
  return [...open].flatMap(([propertyId, amountCents]) =>
    amountCents === 0
      ? []
      : [
          {
            ...{ propertyId, kind: 'bill' as const, label, amountCents, lateCents: 0 },
            dueOn: typeof dueDate === 'string' ? dueDate : null,
          },
        ],
  );
}

function isBy(day: unknown, asOf: PlainDate): boolean {
  return typeof day === 'string' && day <= asOf;
}

function centsOf(value: unknown): Cents {
  return typeof value === 'number' ? value : 0;
}

function totalOf(lines: readonly MirroredEntity[]): Cents {
  return lines.reduce((sum, { values }) => sum + centsOf(values['amount']), 0);
}

function idsIn(value: unknown): string[] {
  return Array.isArray(value) ? (value as unknown[]).filter((id) => typeof id === 'string') : [];
}

function firstId(value: unknown): string {
  return idsIn(value)[0] ?? '';
}

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
export async function openBills(job: Job, asOf: PlainDate): Promise<OpenItem[]> {
  const { database, connectionId } = job;
  const bills = await mirroredEntities(database, connectionId, 'bills');
  const lines = Map.groupBy(await mirroredEntities(database, connectionId, 'billLines'), ({ values }) =>
    firstId(values['bill']),
  );
  const payments = Map.groupBy(
    (await mirroredEntities(database, connectionId, 'billPayments')).filter(({ values }) =>
      isBy(values['date'], asOf),
    ),
    ({ values }) => firstId(values['bills']),
  );
  return bills
    .filter(({ values }) => isBy(values['date'], asOf))
    .flatMap((bill) => openLines(bill, lines.get(bill.entityId) ?? [], payments.get(bill.entityId) ?? []));
}

/** What was paid of a bill settles its lines in their order: Buildium's payments do not say more to us. */
function openLines(
  bill: MirroredEntity,
  lines: readonly MirroredEntity[],
  payments: readonly MirroredEntity[],
): OpenItem[] {
  let paidCents = payments.reduce((sum, { values }) => sum + centsOf(values['amount']), 0);
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

function firstId(value: unknown): string {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof first === 'string' ? first : '';
}

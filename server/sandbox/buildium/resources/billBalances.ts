import type { PlainDate } from '../../../../shared/dates.ts';
import type { Cents } from '../../../../shared/money.ts';
import type { World } from '../state.ts';
import { totalCents, type Bill, type BillPayment } from '../transactions.ts';

type Allocation = BillPayment['allocations'][number];

function allocationsOf(world: World, bill: Bill): Allocation[] {
  return bill.paymentIds.flatMap((paymentId) => {
    const payment = world.transactions.get(paymentId);
    return payment?.kind === 'BillPayment'
      ? payment.allocations.filter((allocation) => allocation.billId === bill.id)
      : [];
  });
}

/** What was paid of each line of a bill. */
export function paidByLine(world: World, bill: Bill): Map<number, Cents> {
  const paid = new Map<number, Cents>();
  for (const { billLineId, amountCents } of allocationsOf(world, bill))
    paid.set(billLineId, (paid.get(billLineId) ?? 0) + amountCents);
  return paid;
}

export function paidCents(world: World, bill: Bill): Cents {
  return totalCents(allocationsOf(world, bill));
}

/** The day of the last payment, once nothing is left to pay. */
export function paidDate(world: World, bill: Bill): PlainDate | null {
  if (bill.paymentIds.length === 0 || paidCents(world, bill) < totalCents(bill.lines)) return null;
  const dates = bill.paymentIds.flatMap((paymentId) => world.transactions.get(paymentId)?.date ?? []);
  return dates.sort().at(-1) ?? null;
}

/** Everything that is left to pay of a bill, line by line. */
export function fullPayment(world: World, bill: Bill): Allocation[] {
  const paid = paidByLine(world, bill);
  return bill.lines
    .map((line) => ({
      billId: bill.id,
      billLineId: line.id,
      amountCents: line.amountCents - (paid.get(line.id) ?? 0),
    }))
    .filter((allocation) => allocation.amountCents > 0);
}

/**
 * After the lines of a paid bill were edited, its payments are spread over the new lines: each keeps the
 * line it paid as far as that reaches, the rest goes to the first lines with room. No payment changes its total.
 */
export function reallocatePayments(world: World, bill: Bill): void {
  const room = new Map(bill.lines.map((line) => [line.id, line.amountCents]));
  const take = (billLineId: number, cents: Cents): Cents => {
    const taken = Math.min(room.get(billLineId) ?? 0, cents);
    room.set(billLineId, (room.get(billLineId) ?? 0) - taken);
    return taken;
  };
  for (const paymentId of bill.paymentIds) {
    const payment = world.transactions.get(paymentId);
    if (payment?.kind !== 'BillPayment') continue;
    const others = payment.allocations.filter((allocation) => allocation.billId !== bill.id);
    const own = payment.allocations.filter((allocation) => allocation.billId === bill.id);
    const kept = own.map((allocation) => ({
      ...allocation,
      amountCents: take(allocation.billLineId, allocation.amountCents),
    }));
    let rest = totalCents(own) - totalCents(kept);
    const moved = bill.lines.map((line) => {
      const amountCents = take(line.id, rest);
      rest -= amountCents;
      return { billId: bill.id, billLineId: line.id, amountCents };
    });
    payment.allocations = [...others, ...kept, ...moved].filter(({ amountCents }) => amountCents > 0);
  }
}

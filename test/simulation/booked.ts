import { withoutMarker } from '../../shared/marker.ts';
import type { BuildiumWorld } from '../../server/sandbox/buildium/world.ts';
import type { Account } from './account.ts';

export type Booked = BuildiumWorld['records']['transactions'] extends Map<number, infer T> ? T : never;

/** The transactions in Buildium whose memo, without our mark, is this name: what a person meant to book once. */
export function bookedAs({ buildium }: Account, name: string): Booked[] {
  return [...buildium.records.transactions.values()].filter((one) => withoutMarker(one.memo) === name);
}

/** What it comes to, in cents: a journal entry counts its debits. */
export function totalCents(one: Booked): number {
  const lines =
    one.kind === 'JournalEntry' ? one.lines.filter(({ postingType }) => postingType === 'Debit') : one.lines;
  return lines.reduce((sum, { amountCents }) => sum + amountCents, 0);
}

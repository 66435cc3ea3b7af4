import { err, ok, type Result } from './result.ts';

/** A whole number of US cents. Money is never held in any other form after the first parse. */
export type Cents = number;

/** How far from a whole cent a computed number may lie and still be that cent: the noise of a few additions. */
const TOLERANCE_CENTS = 1e-4;

/** The largest amount that both APIs keep exactly: a double carries cents faithfully up to here. */
const LARGEST_CENTS = 9_000_000_000_000;

/**
 * Dollars as both APIs send them (a JSON number) to cents.
 * @returns an error with the reason when the number is not a whole number of cents or is out of range.
 */
export function centsFromDollars(dollars: number): Result<Cents, string> {
  const exact = dollars * 100;
  const cents = Math.round(exact);
  if (!Number.isFinite(exact)) return err('is not a number');
  // A large amount is a whole number of cents when it is the double nearest to them.
  const isWhole = cents / 100 === dollars || Math.abs(exact - cents) <= TOLERANCE_CENTS;
  if (!isWhole) return err(`has more than two decimals (${dollars})`);
  if (Math.abs(cents) > LARGEST_CENTS) return err(`is too large to keep exactly (${dollars})`);
  return ok(cents === 0 ? 0 : cents);
}

/** Cents to the JSON number that both APIs take. */
export function dollarsFromCents(cents: Cents): number {
  return cents / 100;
}

/** For people: `$1,234.50`, negative as `-$1,234.50`. */
export function formatCents(cents: Cents): string {
  const absolute = Math.abs(cents);
  const dollars = Math.trunc(absolute / 100).toLocaleString('en-US');
  return `${cents < 0 ? '-' : ''}$${dollars}.${String(absolute % 100).padStart(2, '0')}`;
}

import type { Cents } from '../../shared/money.ts';

/**
 * A share of ownership in millionths of the whole: 1% is 10,000, and four decimals of a percent are exact.
 * Whole numbers rather than decimal.js, since shares are typed with few decimals, must add up to the whole exactly,
 * and are only ever multiplied by whole cents.
 */
export type Share = { ownerId: number; millionths: number };

export const WHOLE_MILLIONTHS = 1_000_000;

export type OwnersPart = { ownerId: number; amountCents: Cents };

/**
 * Splits an amount into whole cents that add up to it exactly: everyone gets the whole cents of their part, the cents
 * that are left go to the largest remainders, ties to the smaller owner id. A negative amount is the mirror image.
 */
export function allocate(totalCents: Cents, shares: readonly Share[]): OwnersPart[] {
  const sum = shares.reduce((total, share) => total + share.millionths, 0);
  if (sum !== WHOLE_MILLIONTHS || shares.some((share) => share.millionths < 0))
    throw new Error(`Shares must be checked before they are used: these add up to ${formatMillionths(sum)}.`);
  return inProportion(
    totalCents,
    shares.map(({ ownerId, millionths }) => ({ ownerId, weight: millionths })),
  );
}

/** The same by any whole weights that add up to more than zero: of no more than their sum, none gets more than its own. */
export function inProportion(
  totalCents: Cents,
  weights: readonly { ownerId: number; weight: number }[],
): OwnersPart[] {
  const whole = BigInt(weights.reduce((total, { weight }) => total + weight, 0));
  const sign = totalCents < 0 ? -1 : 1;
  // Cents times millionths exceed what a double keeps exactly.
  const parts = weights.map(({ ownerId, weight }) => {
    const product = BigInt(Math.abs(totalCents)) * BigInt(weight);
    return { ownerId, cents: Number(product / whole), remainder: Number(product % whole) };
  });
  const left = Math.abs(totalCents) - parts.reduce((total, part) => total + part.cents, 0);
  const first = [...parts].sort((a, b) => b.remainder - a.remainder || a.ownerId - b.ownerId).slice(0, left);
  for (const part of first) part.cents += 1;
  return parts
    .sort((a, b) => a.ownerId - b.ownerId)
    .map(({ ownerId, cents }) => ({ ownerId, amountCents: cents === 0 ? 0 : sign * cents }));
}

/** Adds up parts by owner, by owner id. */
export function addParts(parts: readonly OwnersPart[]): OwnersPart[] {
  const byOwner = new Map<number, Cents>();
  for (const { ownerId, amountCents } of parts)
    byOwner.set(ownerId, (byOwner.get(ownerId) ?? 0) + amountCents);
  return [...byOwner].sort(([a], [b]) => a - b).map(([ownerId, amountCents]) => ({ ownerId, amountCents }));
}

/** `33.3333%`, for people. */
export function formatMillionths(millionths: number): string {
  const sign = millionths < 0 ? '-' : '';
  const absolute = Math.abs(millionths);
  const decimals = String(absolute % 10_000)
    .padStart(4, '0')
    .replace(/0+$/, '');
  return `${sign}${Math.trunc(absolute / 10_000)}${decimals === '' ? '' : `.${decimals}`}%`;
}

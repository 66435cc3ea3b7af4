import { unreachable } from '../../shared/result.ts';
import { formatCents, type Cents } from '../../shared/money.ts';
import { formatMillionths, WHOLE_MILLIONTHS } from './allocate.ts';
import { safeCash, type SafeCashParts } from './safeCash.ts';

/** A rule of the table Distribution Rules. Each takes the amount that the one before it left. */
export type DrawRule =
  | {
      kind: 'noiLessReserve';
      reserveTargetCents: Cents;
      reserveHeldCents: Cents;
      /** This owner's part of what the property's reserve still needs; all of it where absent. */
      ownersPartCents?: Cents;
    }
  | { kind: 'percent'; millionths: number };

export type TermKind =
  | 'safeCash'
  | 'noi'
  | 'carried'
  | 'reserve'
  | 'percent'
  | 'alreadyDrawn'
  | 'heldToSafeCash'
  | 'raisedToZero';

/** One line of the waterfall: what it is, what it does, what is left after it. */
export type Term = { kind: TermKind; name: string; amountCents: Cents; leftCents: Cents };

export type OwnerDraw = {
  drawCents: Cents;
  /** This owner's part of what the property is below zero: what their other properties may be asked to cover. */
  shortfallCents: Cents;
  safeCashCents: Cents;
  /** Every cent of the draw, in order; the last line's `leftCents` is the draw. */
  terms: Term[];
};

export type DrawInput = {
  noiCents: Cents;
  /** Without a rule the owner draws what safe cash allows. */
  rules: readonly DrawRule[];
  /** The cap is the lower of the two: money that has left since then cannot be drawn again. */
  safeCash: { atPeriodEnd: SafeCashParts; now: SafeCashParts };
};

/**
 * An owner's draw: the lower of what the rules give and of safe cash, never below zero. We compute and record;
 * the check itself is written in Buildium.
 */
export function ownerDraw({ noiCents, rules, safeCash: parts }: DrawInput): OwnerDraw {
  const safeCashCents = Math.min(safeCash(parts.atPeriodEnd), safeCash(parts.now));
  return drawWithin({ noiCents, rules, safeCashCents });
}

/**
 * The same, where the cap is known: one owner's part of it.
 * @param carried differences of closed months that this period makes up for.
 * @param safeCashCents without what was drawn for this very period before.
 * @param alreadyDrawnCents approved or paid for this very period before: only the rest can be drawn.
 */
export function drawWithin(input: {
  noiCents: Cents;
  rules: readonly DrawRule[];
  safeCashCents: Cents;
  carried?: readonly { name: string; amountCents: Cents }[];
  alreadyDrawnCents?: Cents;
}): OwnerDraw {
  const { noiCents, rules, safeCashCents, carried = [], alreadyDrawnCents = 0 } = input;
  const terms: Term[] = [];
  if (rules.length === 0) {
    // What was drawn is safe cash no longer: the waterfall starts before it, so that it says where the rest has gone.
    const name = alreadyDrawnCents === 0 ? 'Safe cash' : 'Safe cash before earlier draws of this period';
    add(terms, 'safeCash', name, safeCashCents + alreadyDrawnCents);
  } else {
    add(terms, 'noi', 'Net operating income', noiCents, noiCents);
    for (const { name, amountCents } of carried) add(terms, 'carried', name, amountCents);
    for (const rule of rules) applyRule(terms, rule);
  }
  if (alreadyDrawnCents !== 0)
    add(terms, 'alreadyDrawn', 'Already approved or drawn for this period', -alreadyDrawnCents);
  const wantedCents = terms.at(-1)?.leftCents ?? 0;
  if (wantedCents > safeCashCents)
    add(
      terms,
      'heldToSafeCash',
      `Held to safe cash of ${formatCents(safeCashCents)}`,
      safeCashCents - wantedCents,
    );
  const cappedCents = Math.min(wantedCents, safeCashCents);
  if (cappedCents < 0) add(terms, 'raisedToZero', 'A draw is never below zero', -cappedCents);
  return {
    drawCents: Math.max(0, cappedCents),
    shortfallCents: Math.max(0, -safeCashCents),
    safeCashCents,
    terms,
  };
}

function applyRule(terms: Term[], rule: DrawRule): void {
  switch (rule.kind) {
    case 'noiLessReserve': {
      const neededCents = Math.max(0, rule.reserveTargetCents - rule.reserveHeldCents);
      const topUpCents = rule.ownersPartCents ?? neededCents;
      const target = formatCents(rule.reserveTargetCents);
      add(
        terms,
        'reserve',
        neededCents === 0
          ? `Reserve of ${target}: ${formatCents(rule.reserveHeldCents)} are held already`
          : `Reserve brought from ${formatCents(rule.reserveHeldCents)} to ${target}`,
        0 - topUpCents || 0,
      );
      return;
    }
    case 'percent': {
      const before = terms.at(-1)?.leftCents ?? 0;
      const after = percentOf(before, rule.millionths);
      add(terms, 'percent', `${formatMillionths(rule.millionths)} of it, rounded down`, after - before);
      return;
    }
    default:
      unreachable(rule);
  }
}

/** Rounded down to a whole cent: a draw is never more than its percent. */
function percentOf(amountCents: Cents, millionths: number): Cents {
  const product = BigInt(amountCents) * BigInt(millionths);
  const whole = BigInt(WHOLE_MILLIONTHS);
  const truncated = product / whole;
  return Number(product < 0n && product % whole !== 0n ? truncated - 1n : truncated);
}

function add(terms: Term[], kind: TermKind, name: string, amountCents: Cents, left?: Cents): void {
  terms.push({ kind, name, amountCents, leftCents: left ?? (terms.at(-1)?.leftCents ?? 0) + amountCents });
}

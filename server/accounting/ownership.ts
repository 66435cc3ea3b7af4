import { capital } from '../../shared/sentence.ts';
import { addDays, type Period, type PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  addParts,
  allocate,
  formatMillionths,
  WHOLE_MILLIONTHS,
  type OwnersPart,
  type Share,
} from './allocate.ts';
import { isIn } from './ledger.ts';

/** A row of the table Ownership: Buildium's API has no percentages. Both days are included, null is open. */
export type OwnershipRow = Share & { from: PlainDate | null; to: PlainDate | null };

/** Days in a row on which the percentages stay the same. */
export type Segment = { period: Period; shares: Share[] };

export type OwnershipProblem = {
  kind: 'noOwner' | 'percentMissing' | 'percentOutOfRange' | 'notWhole';
  /** The first day on which it is so. */
  day: PlainDate;
  message: string;
};

/** `name`: how messages call it. */
type OwnedProperty = { propertyId: number; name?: string; buildiumOwnerIds: readonly number[] };

/**
 * Who owns how much of a property on the days it is managed. Without a row the one owner whom Buildium names has all
 * of it; anything that does not add up to 100% is a problem, never a guess.
 */
export function ownershipSegments(
  property: OwnedProperty,
  rows: readonly OwnershipRow[],
  managed: Period,
): Result<Segment[], OwnershipProblem> {
  const wrong = rows.find((row) => row.millionths <= 0 || row.millionths > WHOLE_MILLIONTHS);
  if (wrong) return err(outOfRange(nameOf(property), wrong, managed.from));
  if (rows.length === 0) return soleOwner(property, managed);
  const segments: Segment[] = [];
  for (const period of constantPeriods(rows, managed)) {
    const shares = addShares(rows.filter((row) => holdsOn(row, period.from)));
    const sum = shares.reduce((total, share) => total + share.millionths, 0);
    if (sum !== WHOLE_MILLIONTHS) return err(notWhole(nameOf(property), period.from, sum));
    const last = segments.at(-1);
    if (last && sameShares(last.shares, shares)) last.period = { from: last.period.from, to: period.to };
    else segments.push({ period, shares });
  }
  return ok(segments);
}

/** A percent as people type it (`33.3333`), in millionths; null when it is no percent of at most four decimals. */
export function millionthsFromPercent(text: string): number | null {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text.trim());
  if (!match) return null;
  const millionths = Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
  return millionths > 0 && millionths <= WHOLE_MILLIONTHS ? millionths : null;
}

/** An amount on its day; `ownerId` gives all of it to one owner, whatever the shares are. */
export type Flow = { day: PlainDate; amountCents: Cents; ownerId?: number | null };

/**
 * Flows by owner: what is allocated to one owner is theirs; the rest of each segment is split once, so that cents are
 * rounded once for each set of percentages and not for each entry.
 */
export function splitFlows(flows: readonly Flow[], segments: readonly Segment[]): OwnersPart[] {
  const parts: OwnersPart[] = segments.flatMap(({ period, shares }) => {
    const shared = flows.filter((flow) => flow.ownerId == null && isIn(period, flow.day));
    return allocate(
      shared.reduce((sum, flow) => sum + flow.amountCents, 0),
      shares,
    );
  });
  const own = flows.flatMap(({ ownerId, day, amountCents }) =>
    ownerId != null && segments.some(({ period }) => isIn(period, day)) ? [{ ownerId, amountCents }] : [],
  );
  return addParts([...parts, ...own]);
}

/** What stands in the books at the end (cash, deposits) goes by the percentages of the last day. */
export function splitStock(amountCents: Cents, segments: readonly Segment[]): OwnersPart[] {
  const last = segments.at(-1);
  return last ? allocate(amountCents, last.shares) : [];
}

/**
 * The days on which a property is managed: what people entered for it, else its owners' management agreements. An
 * owner without a date leaves that end open, since the others' agreement does not end theirs.
 */
export function managedSpan(
  entered: { from: PlainDate | null; to: PlainDate | null } | null,
  agreements: readonly { from: PlainDate | null; to: PlainDate | null }[],
): { from: PlainDate | null; to: PlainDate | null } {
  if (entered && (entered.from !== null || entered.to !== null)) return entered;
  const starts = agreements.map(({ from }) => from);
  const ends = agreements.map(({ to }) => to);
  return {
    from: starts.includes(null) ? null : (starts.sort()[0] ?? null),
    to: ends.includes(null) ? null : (ends.sort().at(-1) ?? null),
  };
}

function nameOf({ propertyId, name }: OwnedProperty): string {
  return name ?? `property ${propertyId}`;
}

function soleOwner(property: OwnedProperty, managed: Period): Result<Segment[], OwnershipProblem> {
  const { buildiumOwnerIds } = property;
  const name = capital(nameOf(property));
  const [ownerId, ...others] = new Set(buildiumOwnerIds);
  if (ownerId === undefined)
    return err({
      kind: 'noOwner',
      day: managed.from,
      message: `${name} has no owner in Buildium and no row in the table Ownership. Add its owner in Buildium.`,
    });
  if (others.length > 0)
    return err({
      kind: 'percentMissing',
      day: managed.from,
      message: `${name} has ${others.length + 1} owners in Buildium and no row in the table Ownership. Enter each owner's percent there.`,
    });
  return ok([{ period: managed, shares: [{ ownerId, millionths: WHOLE_MILLIONTHS }] }]);
}

/** Cuts the managed days wherever a row begins or ends. */
function constantPeriods(rows: readonly OwnershipRow[], managed: Period): Period[] {
  const starts = new Set([managed.from]);
  for (const { from, to } of rows) {
    for (const start of [from, to === null ? null : addDays(to, 1)])
      if (start !== null && isIn(managed, start)) starts.add(start);
  }
  const ordered = [...starts].sort();
  return ordered.map((from, index) => {
    const next = ordered[index + 1];
    return { from, to: next === undefined ? managed.to : addDays(next, -1) };
  });
}

function holdsOn(row: OwnershipRow, day: PlainDate): boolean {
  return (row.from === null || row.from <= day) && (row.to === null || row.to >= day);
}

function addShares(rows: readonly OwnershipRow[]): Share[] {
  const byOwner = new Map<number, number>();
  for (const row of rows) byOwner.set(row.ownerId, (byOwner.get(row.ownerId) ?? 0) + row.millionths);
  return [...byOwner].sort(([a], [b]) => a - b).map(([ownerId, millionths]) => ({ ownerId, millionths }));
}

function sameShares(a: readonly Share[], b: readonly Share[]): boolean {
  return (
    a.length === b.length &&
    a.every((share, index) => share.ownerId === b[index]?.ownerId && share.millionths === b[index].millionths)
  );
}

function outOfRange(name: string, row: OwnershipRow, day: PlainDate): OwnershipProblem {
  const percent = formatMillionths(row.millionths);
  const from = row.from === null ? '' : ` from ${row.from}`;
  return {
    kind: 'percentOutOfRange',
    day: row.from ?? day,
    message: `An owner of ${name} (owner ${row.ownerId} of Buildium) is entered with ${percent}${from}. A percent must be more than 0 and at most 100: correct the row in the table Ownership.`,
  };
}

function notWhole(name: string, day: PlainDate, sum: number): OwnershipProblem {
  return {
    kind: 'notWhole',
    day,
    message: `The owners of ${name} hold ${formatMillionths(sum)} together on ${day}. Correct the table Ownership so that every managed day adds up to 100%.`,
  };
}

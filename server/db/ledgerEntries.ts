import type { Queryable } from './database.ts';

/** An entry of Buildium's general ledger, in the natural sign of its account's type. */
export type LedgerEntryRow = {
  propertyId: number;
  glAccountId: number;
  day: string;
  transactionId: number;
  amountCents: number;
  transactionType: string | null;
  unitId: number | null;
};

export type LedgerScope = {
  basis: 'cash' | 'accrual';
  from: string;
  to: string;
  /** Absent: all. */
  propertyIds?: readonly number[];
};

/** The smallest part that is replaced: an account of a property on one day. */
export type LedgerSlice = { propertyId: number; glAccountId: number; day: string };

const COLUMNS = `property_id as "propertyId", gl_account_id as "glAccountId", day, transaction_id as "transactionId",
  amount_cents as "amountCents", transaction_type as "transactionType", unit_id as "unitId"`;

const IN_SCOPE = `connection_id = $1 and basis = $2 and day between $3 and $4
  and ($5::bigint[] is null or property_id = any($5))`;

/** A statement takes this many entries at a time, so that its parameter stays a few megabytes. */
const ENTRIES_A_STATEMENT = 10_000;

/** Entries in the order of the books: the same ledger is always read as the same list. */
export async function ledgerEntries(
  db: Queryable,
  connectionId: string,
  scope: LedgerScope,
): Promise<LedgerEntryRow[]> {
  return db.query<LedgerEntryRow>(
    `select ${COLUMNS} from ledger_entries where ${IN_SCOPE}
      order by property_id, gl_account_id, day, transaction_id, ordinal`,
    scopeParams(connectionId, scope),
  );
}

/** Sums by property and account. */
export async function ledgerTotals(
  db: Queryable,
  connectionId: string,
  scope: LedgerScope,
): Promise<{ propertyId: number; glAccountId: number; amountCents: number }[]> {
  return db.query(
    `select property_id as "propertyId", gl_account_id as "glAccountId", sum(amount_cents)::bigint as "amountCents"
       from ledger_entries where ${IN_SCOPE} group by property_id, gl_account_id order by property_id, gl_account_id`,
    scopeParams(connectionId, scope),
  );
}

/** Units that were charged something on these accounts; null stands for a property's charges without a unit. */
export async function unitsCharged(
  db: Queryable,
  connectionId: string,
  scope: LedgerScope,
  glAccountIds: readonly number[],
): Promise<Set<number | null>> {
  const rows = await db.query<{ unitId: number | null }>(
    `select distinct unit_id as "unitId" from ledger_entries
      where ${IN_SCOPE} and gl_account_id = any($6) and amount_cents > 0`,
    [...scopeParams(connectionId, scope), glAccountIds],
  );
  return new Set(rows.map(({ unitId }) => unitId));
}

/** What kind of transaction each of these is, as far as the ledger still has them. */
export async function transactionTypes(
  db: Queryable,
  connectionId: string,
  of: LedgerScope & { transactionIds: readonly number[] },
): Promise<Map<number, string>> {
  if (of.transactionIds.length === 0) return new Map();
  const rows = await db.query<{ transactionId: number; transactionType: string }>(
    `select distinct transaction_id as "transactionId", transaction_type as "transactionType"
       from ledger_entries where ${IN_SCOPE} and transaction_id = any($6) and transaction_type is not null`,
    [...scopeParams(connectionId, of), of.transactionIds],
  );
  return new Map(rows.map(({ transactionId, transactionType }) => [transactionId, transactionType]));
}

/**
 * Makes the ledger in the scope what Buildium shows, slice by whole slice: a slice that differs in anything is
 * replaced, one that Buildium no longer shows is removed, the rest stays untouched.
 * @returns the slices that were not as they are now.
 */
export async function replaceLedger(
  tx: Queryable,
  connectionId: string,
  scope: LedgerScope,
  entries: readonly LedgerEntryRow[],
): Promise<LedgerSlice[]> {
  // Two readings of the same days must not write into each other.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('ledger ' || $1, 0))`, [connectionId]);
  const stored = slicesOf(await ledgerEntries(tx, connectionId, scope));
  const shown = slicesOf(entries);
  const changed = [...new Set([...stored.keys(), ...shown.keys()])].filter(
    (key) => fingerprint(stored.get(key) ?? []) !== fingerprint(shown.get(key) ?? []),
  );
  const slices = changed.map((key): LedgerSlice => {
    const [propertyId, glAccountId, day = ''] = key.split(' ');
    return { propertyId: Number(propertyId), glAccountId: Number(glAccountId), day };
  });
  await removeSlices(tx, connectionId, scope.basis, slices);
  const rows = changed.flatMap((key) =>
    sorted(shown.get(key) ?? []).map((entry, ordinal) => ({ ...entry, ordinal })),
  );
  for (let start = 0; start < rows.length; start += ENTRIES_A_STATEMENT)
    await insertEntries(tx, connectionId, scope.basis, rows.slice(start, start + ENTRIES_A_STATEMENT));
  return slices;
}

async function removeSlices(
  tx: Queryable,
  connectionId: string,
  basis: string,
  slices: readonly LedgerSlice[],
): Promise<void> {
  if (slices.length === 0) return;
  await tx.execute(
    `delete from ledger_entries e using unnest($3::bigint[], $4::bigint[], $5::date[]) as s(property_id, gl_account_id, day)
      where e.connection_id = $1 and e.basis = $2 and e.property_id = s.property_id
        and e.gl_account_id = s.gl_account_id and e.day = s.day`,
    [
      connectionId,
      basis,
      slices.map((slice) => slice.propertyId),
      slices.map((slice) => slice.glAccountId),
      slices.map((slice) => slice.day),
    ],
  );
}

async function insertEntries(
  tx: Queryable,
  connectionId: string,
  basis: string,
  rows: readonly (LedgerEntryRow & { ordinal: number })[],
): Promise<void> {
  await tx.execute(
    `insert into ledger_entries (connection_id, basis, property_id, gl_account_id, day, transaction_id, ordinal,
       amount_cents, transaction_type, unit_id)
     select $1, $2, r.* from jsonb_to_recordset($3::jsonb) as r("propertyId" bigint, "glAccountId" bigint, "day" date,
       "transactionId" bigint, "ordinal" integer, "amountCents" bigint, "transactionType" text, "unitId" bigint)`,
    [connectionId, basis, JSON.stringify(rows)],
  );
}

function scopeParams(connectionId: string, scope: LedgerScope) {
  return [connectionId, scope.basis, scope.from, scope.to, scope.propertyIds ?? null] as const;
}

function slicesOf(entries: readonly LedgerEntryRow[]): Map<string, LedgerEntryRow[]> {
  return Map.groupBy(entries, ({ propertyId, glAccountId, day }) => `${propertyId} ${glAccountId} ${day}`);
}

/** Buildium names no line of a transaction, so that equal lines have no order of their own. */
function sorted(entries: readonly LedgerEntryRow[]): LedgerEntryRow[] {
  return [...entries].sort(
    (a, b) =>
      a.transactionId - b.transactionId || (a.unitId ?? 0) - (b.unitId ?? 0) || a.amountCents - b.amountCents,
  );
}

function fingerprint(entries: readonly LedgerEntryRow[]): string {
  return sorted(entries)
    .map(
      (entry) => `${entry.transactionId} ${entry.amountCents} ${entry.transactionType} ${entry.unitId ?? ''}`,
    )
    .join('\n');
}

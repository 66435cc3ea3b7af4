import type { Queryable } from './database.ts';

export type BankAccountUse = { bankAccountId: number; use: 'operating' | 'escrow'; enteredBy: string };

export async function listBankAccountUses(db: Queryable, connectionId: string): Promise<BankAccountUse[]> {
  return db.query<BankAccountUse>(
    `select bank_account_id as "bankAccountId", use, entered_by as "enteredBy"
       from bank_account_uses where connection_id = $1 order by bank_account_id`,
    [connectionId],
  );
}

/** Replaces all marks of the connection by those that stand in the table now. */
export async function replaceBankAccountUses(
  tx: Queryable,
  connectionId: string,
  rows: readonly BankAccountUse[],
  now: string,
): Promise<void> {
  await tx.execute(`delete from bank_account_uses where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into bank_account_uses (connection_id, bank_account_id, use, entered_by, entered_at)
     select $1, u."bankAccountId", u."use", u."enteredBy", $3
       from jsonb_to_recordset($2::jsonb) as u("bankAccountId" bigint, "use" text, "enteredBy" text)`,
    [connectionId, JSON.stringify(rows), now],
  );
}

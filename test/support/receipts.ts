import type { Queryable } from '../../server/db/database.ts';
import { INSERT_RECEIPTS, inReceiptOrder, type ReceiptRow } from '../../server/db/receipts.ts';

/** Events that were received, and whose looks are over. */
export async function saveReceipts(db: Queryable, rows: readonly ReceiptRow[]): Promise<void> {
  await db.execute(INSERT_RECEIPTS, [JSON.stringify(inReceiptOrder(rows))]);
}

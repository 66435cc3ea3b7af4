import type { Database, Queryable } from '../../db/database.ts';
import { sealedValues, replaceSealed, SEALED_COLUMNS, type SealedColumn } from '../../db/sealedColumns.ts';
import type { Keyring } from '../../secrets.ts';

export type Rotation = { resealed: number; unreadable: { where: string; reason: string }[] };

const PAGE = 500;

/**
 * Encrypts everything that another key than the first one of ENCRYPTION_KEYS has encrypted anew, under the first.
 * Afterwards the old key may be taken out of the variable, unless something could not be opened.
 */
export async function rotateKeys(database: Database, keyring: Keyring): Promise<Rotation> {
  const rotation: Rotation = { resealed: 0, unreadable: [] };
  for (const column of SEALED_COLUMNS) await rotateColumn(database, keyring, column, rotation);
  return rotation;
}

async function rotateColumn(
  database: Queryable,
  keyring: Keyring,
  column: SealedColumn,
  rotation: Rotation,
): Promise<void> {
  let after: string[] | null = null;
  for (;;) {
    const page = await sealedValues(database, column, after, PAGE);
    for (const row of page) {
      if (!keyring.isOutdated(row.sealed)) continue;
      const place = column.placeOf(row.key);
      const opened = keyring.decrypt(row.sealed, place);
      if (opened.ok) {
        // A value that somebody replaced meanwhile is under the first key already.
        const changed = await replaceSealed(database, column, row, keyring.encrypt(opened.value, place));
        rotation.resealed += changed;
      } else rotation.unreadable.push({ where: place, reason: opened.error.kind });
    }
    after = page.at(-1)?.key ?? null;
    if (page.length < PAGE) return;
  }
}

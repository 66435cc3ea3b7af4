import { LinkList } from './linkList.ts';
import type { CellValue } from './model.ts';

const sameIds = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, place) => id === b[place]);

/** Whether two stored values show the same; writing an equal value is not a change. */
export function cellsEqual(a: CellValue | undefined, b: CellValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof LinkList) return b instanceof LinkList && a.equals(b);
  if (b instanceof LinkList) return false;
  if ('attachments' in a) {
    return (
      'attachments' in b &&
      sameIds(
        a.attachments.map((file) => file.id),
        b.attachments.map((file) => file.id),
      )
    );
  }
  if ('barcode' in a) {
    return 'barcode' in b && a.barcode.text === b.barcode.text && a.barcode.type === b.barcode.type;
  }
  return Array.isArray(b) && sameIds(a, b as readonly string[]);
}

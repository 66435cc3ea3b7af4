import type { Field } from '../../shared/resources/define.ts';
import { fromCell, type FieldValue } from '../../shared/resources/values.ts';
import type { Result } from '../../shared/result.ts';
import type { RecordOwner } from '../db/links.ts';

/** A cell of a webhook's payload in canonical form. */
export function heardValue(
  field: Pick<Field<never>, 'kind' | 'target'>,
  cell: unknown,
  owners: ReadonlyMap<string, RecordOwner>,
): Result<FieldValue, string> {
  return fromCell(field.kind, restForm(cell), (recordId) => {
    const owner = owners.get(recordId);
    return owner && owner.resource === field.target ? owner.entityId : null;
  });
}

/** The rows that links among the cells point to. */
export function linkedIds(cells: readonly unknown[]): string[] {
  return cells.flatMap((cell) =>
    Array.isArray(cell)
      ? cell.flatMap((item: unknown) => {
          const id = (item as { id?: unknown } | null)?.id;
          return typeof id === 'string' && id.startsWith('rec') ? [id] : [];
        })
      : [],
  );
}

/** Payloads hold selects as `{id, name}` and links as `[{id, name}]`; the REST form is the name and the ids. */
export function restForm(cell: unknown): unknown {
  if (Array.isArray(cell)) {
    return cell.map((item: unknown) => {
      const object = item as { id?: string; name?: string } | null;
      if (typeof object !== 'object' || object === null) return item;
      return object.id?.startsWith('rec') ? object.id : object.name;
    });
  }
  if (typeof cell === 'object' && cell !== null && 'name' in cell) return cell.name;
  return cell;
}

import { useEffect, useRef, useState } from 'react';
import type { CellValue } from '../page/view.ts';
import type { Pending } from './grid.ts';
import type { ShownTable } from './state.ts';

/** Edits that wait to be put back: each until its cell shows something else than what was typed. */
export function usePending(table: ShownTable): {
  pending: readonly Pending[];
  remember(edit: Pending): void;
} {
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const shown = useRef(new Map<string, boolean>());
  useEffect(() => {
    setPending((before) => {
      const still = before.filter((edit) => {
        const cell = table.rows.find(({ id }) => id === edit.rowId)?.cells[edit.columnId];
        const isThere = sameShown(cell, edit.value);
        const key = `${edit.rowId}/${edit.columnId}/${edit.atMs}`;
        if (isThere) shown.current.set(key, true);
        return isThere || (!shown.current.has(key) && Date.now() - edit.atMs < 3_000);
      });
      return still.length === before.length ? before : still;
    });
  }, [table]);
  const remember = (edit: Pending): void =>
    setPending((before) => [
      ...before.filter((one) => one.rowId !== edit.rowId || one.columnId !== edit.columnId),
      edit,
    ]);
  return { pending, remember };
}

function sameShown(cell: CellValue | undefined, typed: CellValue | null): boolean {
  const text = typeof cell === 'object' ? (cell[0]?.name ?? '') : cell;
  return (text ?? '') === (typed ?? '') || (typed === false && text === undefined);
}

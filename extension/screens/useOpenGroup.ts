import { useRef, useState } from 'react';
import type { ConflictGroup } from '../conflicts.ts';

export type OpenGroup = {
  /** As it was last listed, where it is in the list no more. */
  group: ConflictGroup | null;
  /** Its place in the list; -1 where it has none. */
  index: number;
  isGone: boolean;
  show(key: string | null): void;
  step(by: 1 | -1): void;
  /** Goes on to the next one, unless somebody has moved on already. */
  leave(key: string): void;
};

/**
 * Which entity stands open: the one that somebody has opened, or, where there is room beside the list, the one that was
 * its first then. It stays open whatever comes in: two keys must settle what was read.
 * @param groups null while a list is not known yet: nothing of it can be open.
 */
export function useOpenGroup(groups: readonly ConflictGroup[] | null, opensFirst: boolean): OpenGroup {
  const [key, setKey] = useState<string | null>(null);
  const seen = useRef<{ group: ConflictGroup; index: number } | null>(null);
  const list = groups ?? [];
  const newest = useRef(list);
  newest.current = list;
  const [first] = list;
  if (groups === null && key !== null) setKey(null);
  if (key === null && opensFirst && first) setKey(first.key);
  const index = list.findIndex((one) => one.key === key);
  const found = list[index];
  if (found) seen.current = { group: found, index };
  const last = seen.current?.group.key === key ? seen.current.group : null;
  const beside = (of: string | null): { before: number; behind: number } => {
    const at = newest.current.findIndex((one) => one.key === of);
    if (at >= 0) return { before: at - 1, behind: at + 1 };
    // What is gone has left its place to the one behind it.
    const place = seen.current?.group.key === of ? seen.current.index : 0;
    return { before: place - 1, behind: place };
  };
  return {
    group: found ?? last,
    index,
    isGone: !found && last !== null,
    show: setKey,
    step: (by) => {
      const { before, behind } = beside(key);
      const next = list[Math.min(list.length - 1, Math.max(0, by > 0 ? behind : before))];
      if (next) setKey(next.key);
    },
    leave: (left) => {
      const { before, behind } = beside(left);
      const next = newest.current[behind] ?? newest.current[before];
      setKey((current) => (current === left ? (next?.key ?? null) : current));
    },
  };
}

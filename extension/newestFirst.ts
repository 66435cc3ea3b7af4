import { useEffect, useRef, useState } from 'react';
import type { Result } from '../shared/result.ts';
import type { Problem } from './problem.ts';
import { useRemote, valueOf, type Remote } from './remote.ts';

type Items<Item> = { items: readonly Item[]; next: string | null };

export type NewestFirstOptions<Page, Item> = {
  /** @param before where the page before ended; null for the first page. */
  load: (before: string | null) => Promise<Result<Page, Problem>>;
  /** What is listed: another key is another list. */
  key: string;
  everyMs: number;
  read: (page: Page) => Items<Item>;
  idOf: (item: Item) => string;
};

export type NewestFirst<Page, Item> = {
  /** The first page, as it is now. */
  remote: Remote<Page>;
  items: readonly Item[];
  hasOlder: boolean;
  /** More has come in than a page shows: what lies between the newest and what is shown is not known. */
  isBehind: boolean;
  isLoading: boolean;
  /** Why what is older could not be read. */
  problem: Problem | null;
  showOlder: () => Promise<void>;
  showNewest: () => void;
  reload: () => Promise<void>;
  /** Of one that may stand further down than what is read again. */
  replace: (item: Item) => void;
};

/** A list with the newest on top: its first page is read again and again, older ones when somebody asks, and are kept. */
export function useNewestFirst<Page, Item>(options: NewestFirstOptions<Page, Item>): NewestFirst<Page, Item> {
  const { load, key, everyMs, read, idOf } = options;
  const { remote, reload } = useRemote(() => load(null), key, everyMs);
  const page = valueOf(remote);
  const first: Items<Item> = page === null ? { items: [], next: null } : read(page);
  const [opened, setOpened] = useState<(Items<Item> & { of: string }) | null>(null);
  const kept = opened?.of === key ? opened : null;
  const items = kept ? joined(first.items, kept.items, idOf) : first.items;
  const [isLoading, setIsLoading] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asked = useRef(0);
  useEffect(() => {
    setIsLoading(false);
    setProblem(null);
    // An answer that is still out is about another list then.
    return () => void (asked.current += 1);
  }, [key]);
  const update = (next: (items: readonly Item[]) => readonly Item[]): void =>
    setOpened((now) => (now?.of === key ? { ...now, items: next(now.items) } : now));
  // What the first page pushes out is kept, not only what was there when somebody asked for more.
  useEffect(() => {
    if (page !== null) update((known) => joined(read(page).items, known, idOf) ?? known);
  }, [page]);

  const showOlder = async (): Promise<void> => {
    const { next } = kept ?? first;
    if (next === null || isLoading) return;
    const mine = (asked.current += 1);
    const shown = items ?? kept?.items ?? [];
    setIsLoading(true);
    setProblem(null);
    const answer = await load(next);
    if (mine !== asked.current) return;
    setIsLoading(false);
    if (!answer.ok) return setProblem(answer.error);
    const older = read(answer.value);
    setOpened((now) => {
      const above = now?.of === key ? now.items : shown;
      const ids = new Set(above.map(idOf));
      const below = older.items.filter((item) => !ids.has(idOf(item)));
      return { of: key, items: [...above, ...below], next: older.next };
    });
  };
  return {
    ...{ remote, reload, isLoading, problem, showOlder },
    items: items ?? kept?.items ?? [],
    hasOlder: (kept ?? first).next !== null,
    isBehind: items === null,
    showNewest: () => {
      asked.current += 1;
      setIsLoading(false);
      setOpened(null);
    },
    replace: (item) => update((known) => known.map((one) => (idOf(one) === idOf(item) ? item : one))),
  };
}

/** The newest ones with what is known to follow them; null where the two do not meet, and others lie between. */
function joined<Item>(
  newest: readonly Item[],
  known: readonly Item[],
  idOf: (item: Item) => string,
): readonly Item[] | null {
  const places = new Map(known.map((item, place) => [idOf(item), place]));
  const meeting = [...newest].reverse().flatMap((item) => places.get(idOf(item)) ?? [])[0];
  if (meeting === undefined) return newest.length === 0 || known.length === 0 ? [...newest, ...known] : null;
  const ids = new Set(newest.map(idOf));
  return [...newest, ...known.slice(meeting + 1).filter((item) => !ids.has(idOf(item)))];
}

import { useRef } from 'react';
import { ok, type Result } from '../../shared/result.ts';
import type { Backend } from '../backend.ts';
import type { Answer } from '../contract.ts';
import { usePages } from '../pages.ts';
import type { Problem } from '../problem.ts';
import type { Watched } from '../remote.ts';

export type ConflictSort = 'stakes' | 'oldest' | 'newest';
export type ConflictFilter = { resource: string; sort: ConflictSort };

export const NO_CONFLICT_FILTER: ConflictFilter = { resource: '', sort: 'stakes' };

type Page = Answer<'listConflicts'>;

const PAGE = 200;
const EVERY_MS = 5_000;

/** The open conflicts as far as somebody has asked for them, read anew as they come and go. */
export function useConflictPages(
  backend: Backend,
  filter: ConflictFilter,
): Watched<Page> & { more: () => void } {
  const key = `${filter.resource} ${filter.sort}`;
  const known = useRef<{ of: string; page: Page } | null>(null);
  const load = async (pages: number): Promise<Result<Page, Problem>> => {
    const of = `${key} ${pages}`;
    const before = known.current?.of === of ? known.current.page : null;
    const found = await read(backend, filter, pages, before);
    if (found.ok) known.current = { of, page: found.value };
    return found;
  };
  return usePages(load, key, EVERY_MS);
}

/** @param before what the same pages showed last: of those, only the first is read again while none of it has moved. */
async function read(
  backend: Backend,
  { resource, sort }: ConflictFilter,
  pages: number,
  before: Page | null,
): Promise<Result<Page, Problem>> {
  const query = { state: 'open', sort, limit: PAGE, ...(resource === '' ? {} : { resource }) } as const;
  const conflicts: Page['conflicts'] = [];
  let after: string | null = null;
  let version: string | null = null;
  for (let page = 1; ; page += 1) {
    const next: Result<Page, Problem> = await backend.ask('listConflicts', {
      query: { ...query, ...(after === null ? {} : { after }) },
    });
    if (!next.ok) return next;
    if (page === 1 && pages > 1 && before?.version === next.value.version) return ok(before);
    conflicts.push(...next.value.conflicts);
    // The first page's: what moves while the others are read was not seen under it.
    version ??= next.value.version;
    after = next.value.nextAfter;
    if (after === null || page >= pages)
      return ok({ conflicts, total: next.value.total, version, nextAfter: after });
  }
}

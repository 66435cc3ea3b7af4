import type { Instant } from '../../shared/dates.ts';
import { ok, type Result } from '../../shared/result.ts';

export type Page = { items: unknown[]; totalCount: number | null; serverDate: Instant | null };

type AllItems = { items: unknown[]; serverDate: Instant | null };

type ReadPage<E> = (offset: number) => Promise<Result<Page, E>>;

/**
 * Reads a list page by page. Offsets shift when something is created or deleted in between, so a list that
 * changed meanwhile is read once more; one that never rests is returned as the second reading saw it, each
 * item once: absence from a list is only ever a hint, and the next sweep reads it again.
 */
export async function readAllPages<E>(readPage: ReadPage<E>, limit: number): Promise<Result<AllItems, E>> {
  const first = await readOnce(readPage, limit);
  const last = first.ok && !first.value.isSteady ? await readOnce(readPage, limit) : first;
  return last.ok ? ok({ items: last.value.items, serverDate: last.value.serverDate }) : last;
}

async function readOnce<E>(
  readPage: ReadPage<E>,
  limit: number,
): Promise<Result<AllItems & { isSteady: boolean }, E>> {
  const byId = new Map<unknown, unknown>();
  let serverDate: Instant | null = null;
  let total: number | null = null;
  let isSteady = true;
  for (let read = 0; ; ) {
    const page = await readPage(read);
    if (!page.ok) return page;
    const { items, totalCount } = page.value;
    serverDate ??= page.value.serverDate;
    if (read > 0 && totalCount !== total) isSteady = false;
    total = totalCount;
    const knownBefore = byId.size;
    // The later of two readings of the same Id stays.
    items.forEach((item, index) => byId.set(idOf(item) ?? `at ${read + index}`, item));
    read += items.length;
    const isLast = total === null ? items.length < limit : read >= total;
    // A page without anything new is the end too, or an offset that the other side ignores.
    if (isLast || byId.size === knownBefore) break;
  }
  if (total !== null && byId.size !== total) isSteady = false;
  return ok({ items: [...byId.values()], serverDate, isSteady });
}

function idOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'Id' in item ? item.Id : undefined;
}

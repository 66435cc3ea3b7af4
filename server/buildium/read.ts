import { addDays, addMonths, splitPeriod, type PlainDate } from '../../shared/dates.ts';
import type { AnyResource, ListRead } from '../../shared/resources/define.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';
import type { BuildiumClient, BuildiumQuery, CallOptions } from './client.ts';
import { extrasOf, shownOf, withExtras, type Wire } from './furtherReads.ts';

export type { Wire } from './furtherReads.ts';

export type ReadScope = {
  today: PlainDate;
  /** The first day of the history that the connection wants. */
  from: PlainDate;
  /** The last day that is looked for; a year ahead where absent. */
  until?: PlainDate;
  /** Reads what is seen at night only (amenities) as well. */
  nightly: boolean;
  /** Goes through the long lists too (bills paid in earlier years). */
  full: boolean;
};

export type ListScope = ReadScope & {
  /** Only what changed since, where the list can tell; an inclusive UTC moment. */
  updatedSince?: string;
};

export type Page = {
  wires: Wire[];
  /** Entities of the page whose further read failed, while that of others did not: nothing is known of them. */
  refused: ReadonlyMap<string, CallFailure>;
  totalCount: number | null;
  serverDate: string | null;
};

/** Buildium refuses date ranges over 365 days. */
const LONGEST_RANGE_DAYS = 365;

/** Charges are posted ahead of their day; nobody posts further ahead than this. */
const AHEAD_MONTHS = 12;

/** 200 ids of six digits break the 4,096 characters of a query string. */
const GL_ACCOUNTS_A_QUERY = 150;

/** Entities of a list request. */
export const PAGE_SIZE = 1000;

/** Where every entity needs a request of its own, a page comes in parts, so that the first can be written meanwhile. */
const EXTRAS_AT_ONCE = 100;

/**
 * One entity by its single GET. `null` means that Buildium answered 404: nothing else proves that a thing is gone.
 */
export async function readOne(
  client: BuildiumClient,
  resource: AnyResource,
  id: string,
  scope: ReadScope,
  options: CallOptions,
): Promise<Result<Wire | null, CallFailure>> {
  if (!resource.read)
    throw new Error(`${resource.label.many} are read inside ${resource.partOf ?? 'their parent'}`);
  const answer = await client.get(resource.read.one(id), {}, options);
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok(null) : answer;
  const completed = await withExtras(client, resource, [answer.value as Wire], scope, options);
  return completed.ok ? (completed.value[0] ?? ok(answer.value as Wire)) : completed;
}

/** Every page of a resource's lists. Ends after the first failure, which is its last item. */
export async function* readPages(
  client: BuildiumClient,
  resource: AnyResource,
  scope: ListScope,
  options: CallOptions,
): AsyncGenerator<Result<Page, CallFailure>> {
  for (const list of resource.read?.lists ?? []) {
    if (list.fullReadOnly === true && !scope.full) continue;
    const queries = await queriesOf(client, list, scope, options);
    if (!queries.ok) {
      yield queries;
      return;
    }
    for (const query of queries.value) {
      for (let offset = 0; ; ) {
        const page = await client.page(list.path, query, { offset, limit: PAGE_SIZE }, options);
        if (!page.ok) {
          yield page;
          return;
        }
        const unfolded = (page.value.items as Wire[]).flatMap((wire) => [
          ...(resource.read?.unfold?.(wire) ?? [wire]),
        ]);
        const size = extrasOf(resource, scope).length > 0 ? EXTRAS_AT_ONCE : PAGE_SIZE;
        for (const part of unfolded.length > 0 ? chunksOf(unfolded, size) : [[]]) {
          const completed = await withExtras(client, resource, part, scope, options);
          const shown = completed.ok ? shownOf(resource, scope, part, completed.value) : completed;
          if (!shown.ok) {
            yield shown;
            return;
          }
          const { totalCount, serverDate } = page.value;
          yield ok({ ...shown.value, totalCount, serverDate });
        }
        offset += page.value.items.length;
        if (page.value.items.length < PAGE_SIZE) break;
      }
    }
  }
}

/** Asks for one entity of the resource's first list, to learn whether that is answered at all. */
export async function canReadList(
  client: BuildiumClient,
  resource: AnyResource,
  scope: ReadScope,
  options: CallOptions,
): Promise<Result<true, CallFailure>> {
  const [list] = resource.read?.lists ?? [];
  if (!list) return ok(true);
  const queries = await queriesOf(client, list, scope, options);
  if (!queries.ok) return queries;
  const [query = {}] = queries.value;
  const page = await client.page(list.path, query, { offset: 0, limit: 1 }, options);
  return page.ok ? ok(true) : page;
}

/** Whether a list of what changed since a moment covers the resource. */
export function canListChanges(resource: AnyResource): boolean {
  return (resource.read?.lists ?? []).every((list) => list.updatedSince === true);
}

/** A list's requests: one a date window and chunk of GL accounts. */
async function queriesOf(
  client: BuildiumClient,
  list: ListRead,
  scope: ListScope,
  options: CallOptions,
): Promise<Result<BuildiumQuery[], CallFailure>> {
  let queries: BuildiumQuery[] = [{ ...list.query }];
  if (list.updatedSince && scope.updatedSince !== undefined) {
    queries = queries.map((query) => ({ ...query, lastupdatedfrom: toSeconds(scope.updatedSince ?? '') }));
  }
  if (list.window) {
    const names = list.window;
    const period = { from: firstDayOf(list, scope), to: scope.until ?? addMonths(scope.today, AHEAD_MONTHS) };
    const windows = splitPeriod(period, LONGEST_RANGE_DAYS);
    queries = queries.flatMap((query) =>
      windows.map(({ from, to }) => ({ ...query, [names.from]: from, [names.to]: to })),
    );
  }
  if (list.needsGlAccountIds) {
    const ids = await glAccountIds(client, options);
    if (!ids.ok) return ids;
    const chunks = chunksOf(ids.value, GL_ACCOUNTS_A_QUERY);
    queries = queries.flatMap((query) => chunks.map((chunk) => ({ ...query, glaccountids: chunk })));
  }
  return ok(queries);
}

function firstDayOf({ sweptDays }: ListRead, { full, from, today }: ListScope): PlainDate {
  const recent = full || sweptDays === undefined ? from : addDays(today, -sweptDays);
  return recent > from ? recent : from;
}

async function glAccountIds(
  client: BuildiumClient,
  options: CallOptions,
): Promise<Result<number[], CallFailure>> {
  const list = await client.list('/v1/glaccounts', {}, options);
  if (!list.ok) return list;
  const accounts = (list.value.items as Wire[]).flatMap((account) => [
    account,
    ...((account['SubAccounts'] ?? []) as Wire[]),
  ]);
  return ok(accounts.map((account) => Number(account['Id'])));
}

/** The window in which most changes of dated entities lie, in one request: a burst is read from it, the rest one by one. */
export function recentScope(scope: ReadScope): ReadScope {
  const recent = addDays(scope.today, -180);
  const from = recent > scope.from ? recent : scope.from;
  return { ...scope, from, until: addDays(from, LONGEST_RANGE_DAYS - 1) };
}

function toSeconds(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

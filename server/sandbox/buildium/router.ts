import type * as z from 'zod';
import type { PlainDate } from '../../../shared/dates.ts';
import type { Answer } from './answers.ts';
import type { Permission } from './keys.ts';
import type { Query } from './query.ts';
import type { World } from './state.ts';

/** What a handler is given. It answers; it never reads a clock and never draws a random number. */
export type Call = {
  world: World;
  nowMs: number;
  /** The account's calendar day. */
  today: PlainDate;
  query: Query;
  params: URLSearchParams;
  /** An id in the path, e.g. `leaseId`. */
  id(name: string): number;
};

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/leases/{leaseId}/charges`; a placeholder matches digits only. */
  pattern: string;
  permission: Permission;
  body: z.ZodType | null;
  handle(call: Call, body: unknown): Answer;
};

type Reads = (pattern: string, permission: Permission, handle: (call: Call) => Answer) => Route;

export const get: Reads = (pattern, permission, handle) => ({
  method: 'GET',
  pattern,
  permission,
  body: null,
  handle,
});

/** A POST that takes no body, e.g. a request to inactivate. */
export const postEmpty: Reads = (pattern, permission, handle) => ({
  method: 'POST',
  pattern,
  permission,
  body: null,
  handle,
});

export const remove: Reads = (pattern, permission, handle) => ({
  method: 'DELETE',
  pattern,
  permission,
  body: null,
  handle,
});

function writer(method: 'POST' | 'PUT' | 'PATCH') {
  return <S extends z.ZodType>(
    pattern: string,
    permission: Permission,
    body: S,
    handle: (call: Call, body: z.output<S>) => Answer,
  ): Route => ({
    method,
    pattern,
    permission,
    body,
    // The world parses the body with this very schema before it calls the handler.
    handle: (call, parsed) => handle(call, parsed as z.output<S>),
  });
}

export const post = writer('POST');
export const put = writer('PUT');
export const patch = writer('PATCH');

export type RouteMatch = { route: Route; ids: Record<string, number> };

/** Finds the route of a request. `path` when another method exists there, null when nothing does. */
export function routeTable(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch | 'method not allowed' | null {
  const compiled = routes.map((route) => ({ route, segments: route.pattern.split('/') }));
  const byLength = Map.groupBy(compiled, ({ segments }) => segments.length);
  return (method, path) => {
    const segments = path.split('/');
    let pathExists = false;
    for (const candidate of byLength.get(segments.length) ?? []) {
      const ids = matchSegments(candidate.segments, segments);
      if (!ids) continue;
      if (candidate.route.method === method) return { route: candidate.route, ids };
      pathExists = true;
    }
    return pathExists ? 'method not allowed' : null;
  };
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, number> | null {
  const ids: Record<string, number> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = path[index] ?? '';
    if (part.startsWith('{')) {
      if (!/^\d{1,10}$/.test(segment)) return null;
      ids[part.slice(1, -1)] = Number(segment);
    } else if (part !== segment) return null;
  }
  return ids;
}

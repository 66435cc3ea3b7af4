import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { API_PREFIX, ENDPOINTS, type EndpointName } from '../../../shared/api.ts';
import type { Endpoint } from '../../../shared/endpoint.ts';
import { jsonBody, onlyJson } from '../jsonBody.ts';
import type { RequestLimits } from '../requestLimits.ts';
import { requireRole, requireSession, sessionOf } from '../session.ts';
import { check } from './check.ts';
import { auditHandlers } from './audit.ts';
import type { Handlers } from './call.ts';
import { conflictHandlers } from './conflicts.ts';
import { connectionHandlers } from './connection.ts';
import type { ApiParts } from './parts.ts';
import { peopleHandlers } from './people.ts';
import { addSignInRoutes } from './signIn.ts';
import { syncHandlers } from './sync.ts';
import { tokenHandlers } from './tokens.ts';

/** One route for each entry of the contract. */
export function addApiRoutes(router: Router, parts: ApiParts, limits: RequestLimits): void {
  const handlers: Handlers = {
    ...syncHandlers(parts),
    ...auditHandlers(parts),
    ...conflictHandlers(parts),
    ...connectionHandlers(parts),
    ...tokenHandlers(parts),
    ...peopleHandlers(parts),
  };
  const door = [limits.byAddress, requireSession(parts), limits.byToken, onlyJson, jsonBody];
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) {
    const { method, path } = ENDPOINTS[name];
    router.register(`${API_PREFIX}${path}`, [method], [...door, answer(ENDPOINTS[name], handlers[name])]);
  }
  addSignInRoutes(router, parts, limits);
}

type AnyHandler = (call: Record<string, unknown>) => Promise<unknown>;

function answer(endpoint: Endpoint, handler: unknown): Middleware {
  return async (ctx: Context) => {
    const session = sessionOf(ctx);
    requireRole(session, endpoint.role);
    const { params } = ctx as { params?: unknown };
    const found = await (handler as AnyHandler)({
      session,
      params: check(endpoint.params, params, 'path'),
      query: check(endpoint.query, ctx.query, 'query'),
      body: check(endpoint.body, ctx.request.body, 'body'),
    });
    ctx.status = endpoint.status ?? 200;
    ctx.set('Cache-Control', 'no-store');
    // The contract decides what leaves: a value that it does not name is left out, not leaked.
    ctx.body = endpoint.response.parse(found);
  };
}

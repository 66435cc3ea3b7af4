import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { API_PREFIX, ENDPOINTS, type EndpointName } from '../../../shared/api.ts';
import { fileAnswer, type Endpoint } from '../../../shared/endpoint.ts';
import { jsonBody, onlyJson } from '../jsonBody.ts';
import type { ApiUse } from '../apiUse.ts';
import type { RequestLimits } from '../requestLimits.ts';
import { requireRole, requireSession, sessionOf } from '../session.ts';
import { check } from './check.ts';
import { auditHandlers } from './audit.ts';
import type { Handlers } from './call.ts';
import { conflictHandlers } from './conflicts.ts';
import { connectionHandlers } from './connection.ts';
import { notificationHandlers } from './notifications.ts';
import { kpiHandlers } from './kpis.ts';
import { mappingHandlers } from './mapping.ts';
import { moneyHandlers } from './money.ts';
import { heldHandlers } from './held.ts';
import type { ApiParts } from './parts.ts';
import { pairingHandlers } from './pairing.ts';
import { peopleHandlers } from './people.ts';
import { reconciliationHandlers } from './reconciliation.ts';
import { recordHandlers } from './records.ts';
import { runHandlers } from './runs.ts';
import { addSignInRoutes } from './signIn.ts';
import { pushHandlers } from './push.ts';
import { syncHandlers } from './sync.ts';
import { tokenHandlers } from './tokens.ts';

/** One route for each entry of the contract. */
export function addApiRoutes(router: Router, parts: ApiParts, limits: RequestLimits, use: ApiUse): void {
  const handlers: Handlers = {
    ...syncHandlers(parts),
    ...heldHandlers(parts),
    ...recordHandlers(parts),
    ...runHandlers(parts),
    ...auditHandlers(parts),
    ...moneyHandlers(parts),
    ...conflictHandlers(parts),
    ...pushHandlers(parts),
    ...notificationHandlers(parts),
    ...connectionHandlers(parts),
    ...mappingHandlers(parts),
    ...pairingHandlers(parts),
    ...reconciliationHandlers(parts),
    ...kpiHandlers(parts),
    ...tokenHandlers(parts),
    ...peopleHandlers(parts),
  };
  const door = [limits.byAddress, requireSession(parts)];
  const inside = [limits.byToken, onlyJson, jsonBody];
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) {
    const { method, path } = ENDPOINTS[name];
    router.register(
      `${API_PREFIX}${path}`,
      [method],
      [...door, use.timed(name), ...inside, answer(ENDPOINTS[name], handlers[name])],
    );
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
    if (endpoint.produces) return sendFile(ctx, endpoint.produces, found);
    // The contract decides what leaves: a value that it does not name is left out, not leaked.
    ctx.body = endpoint.response.parse(found);
  };
}

/** Never shown inside this server's own pages: whatever stands in it, it is kept as a file. */
function sendFile(ctx: Context, type: string, found: unknown): void {
  const { fileName, content } = fileAnswer.parse(found);
  ctx.attachment(fileName);
  ctx.type = type;
  ctx.body = typeof content === 'string' ? content : Buffer.from(content);
}

import type { Context, Middleware } from 'koa';
import { SecretsDoNotOpen } from '../connectionSecrets.ts';
import { isDatabaseUnavailable } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from './metrics.ts';
import { databaseAway, HttpProblem } from './problem.ts';

const REQUEST_ID = /^[\w.-]{1,100}$/;

/** The outermost layer: names the request, times it, and turns whatever went wrong into the one error shape. */
export function answering(parts: { log: Logger; metrics: Metrics; newId: () => string }): Middleware {
  const { log, metrics, newId } = parts;
  // One id of chance for the process and a number for the request: at two thousand a second, chance is dear.
  const prefix = newId();
  let requests = 0;
  const nextId = (): string => `${prefix}-${(requests += 1).toString(36)}`;
  return async (ctx, next) => {
    const started = performance.now();
    const given = ctx.get('x-request-id');
    const requestId = REQUEST_ID.test(given) ? given : nextId();
    ctx.set('X-Request-Id', requestId);
    try {
      await next();
      if (ctx.body == null) refuseUnanswered(ctx);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) log.error({ requestId, error }, 'A request failed.');
      ctx.status = problem.status;
      ctx.set(problem.headers);
      ctx.body = problem.body();
    }
    const seconds = (performance.now() - started) / 1000;
    const route = routeOf(ctx);
    metrics.request({ method: knownMethod(ctx.method), route, status: ctx.status, seconds });
    // The path of a webhook is a secret of the connection: only its pattern is logged.
    log.debug({ requestId, method: ctx.method, route, status: ctx.status, seconds }, 'Answered.');
  };
}

/** The pattern and never the path: paths hold ids, and metrics must stay few. */
function routeOf(ctx: Context): string {
  const { _matchedRoute: matched } = ctx as { _matchedRoute?: unknown };
  return typeof matched === 'string' ? matched : 'unmatched';
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other';
}

/** What no route took; `allowedMethods` has left its mark where the path exists. */
function refuseUnanswered(ctx: Context): void {
  if (ctx.status === 404) {
    throw new HttpProblem(
      404,
      'notFound',
      `There is no ${ctx.method} ${ctx.path}. The page /docs lists every path.`,
    );
  }
  if (ctx.status !== 405 && ctx.status !== 501) return;
  const allowed = ctx.response.get('Allow');
  const instead = allowed === '' ? 'The page /docs lists what can be asked' : `Ask with ${allowed}`;
  throw new HttpProblem(405, 'methodNotAllowed', `${ctx.method} is not possible at ${ctx.path}. ${instead}.`);
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (isDatabaseUnavailable(error)) return databaseAway();
  // It names what does not open and holds nothing of it.
  if (error instanceof SecretsDoNotOpen) return new HttpProblem(503, 'secretsDoNotOpen', error.message);
  const { status } = error as { status?: unknown };
  // What Koa and its parts refuse before we see it, such as a path that is not UTF-8.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HttpProblem(
      status,
      'badRequest',
      'The request cannot be understood. Check its path, headers and body.',
    );
  }
  return new HttpProblem(
    500,
    'internal',
    'Something went wrong here. Try again; if it stays, report the X-Request-Id.',
  );
}

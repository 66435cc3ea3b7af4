import type { Middleware } from 'koa';

/** Where Airtable serves extensions from, in production and in development. A door for browsers, not a proof of identity. */
const AIRTABLE_EXTENSION = /^https:\/\/[a-z0-9-]+(\.alt)?\.airtableblocks\.com$/;

/** A browser asks again after ten minutes. */
const PREFLIGHT_SECONDS = '600';

export function cors(origins: readonly (string | RegExp)[]): Middleware {
  const allowed = [AIRTABLE_EXTENSION, ...origins];
  return async (ctx, next) => {
    ctx.vary('Origin');
    const origin = ctx.get('origin');
    if (origin === '' || !allowed.some((pattern) => matches(pattern, origin))) {
      await next();
      return;
    }
    const headers: Record<string, string> = {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After',
    };
    ctx.set(headers);
    if (ctx.method !== 'OPTIONS' || ctx.get('access-control-request-method') === '') {
      await next();
      return;
    }
    ctx.set({
      'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Request-Id',
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
    });
    ctx.status = 204;
  };
}

function matches(pattern: string | RegExp, origin: string): boolean {
  return typeof pattern === 'string' ? pattern === origin : pattern.test(origin);
}

import type { Router } from '@koa/router';
import { equalInConstantTime, type Secret } from '../secrets.ts';
import type { AppParts } from './appParts.ts';
import { HttpProblem } from './problem.ts';
import type { RequestLimits } from './requestLimits.ts';

/** `/metrics`, for Prometheus: figures of all connections, and of no connection by name. */
export function addMetricsRoute(
  router: Router,
  { metrics, config }: Pick<AppParts, 'metrics' | 'config'>,
  limits: Pick<RequestLimits, 'byAddress'>,
): void {
  router.get('/metrics', limits.byAddress, async (ctx) => {
    if (!mayRead(ctx.get('authorization'), config.metricsToken)) {
      throw new HttpProblem(
        401,
        'unauthorized',
        'The figures need the token that METRICS_TOKEN names: send "Authorization: Bearer <token>".',
        { headers: { 'WWW-Authenticate': 'Bearer' } },
      );
    }
    const { contentType, body } = await metrics.text();
    ctx.set('Content-Type', contentType);
    ctx.body = body;
  });
}

function mayRead(authorization: string, token: Secret | null): boolean {
  if (token === null) return true;
  const given = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? '';
  return equalInConstantTime(given, token.reveal());
}

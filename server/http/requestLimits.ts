import type { Middleware } from 'koa';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../db/database.ts';
import type { Metrics } from './metrics.ts';
import { HttpProblem } from './problem.ts';
import { sessionOf } from './session.ts';

const MINUTE_SECONDS = 60;

/** A screen that polls every five seconds makes 12 a minute; a person's script gets by with the rest. */
const PER_TOKEN = 300;

/** Several people may share an office's address. */
const PER_ADDRESS = 900;

/** People who sign in ask every second or two until Airtable has reported their row. */
const SIGN_INS_PER_ADDRESS = 90;

export type RequestLimits = { byAddress: Middleware; byToken: Middleware; bySignIn: Middleware };

/** Counted in Postgres for all processes together; with the database away each process counts by itself. */
export function requestLimits(database: Database, metrics: Metrics): RequestLimits {
  const address = limiter(database, 'address', PER_ADDRESS);
  const token = limiter(database, 'token', PER_TOKEN);
  const signIn = limiter(database, 'signIn', SIGN_INS_PER_ADDRESS);
  return {
    byAddress: async (ctx, next) => {
      await consume(address, networkOf(ctx.ip), () => metrics.rateLimited('address'));
      await next();
    },
    byToken: async (ctx, next) => {
      await consume(token, sessionOf(ctx).tokenId, () => metrics.rateLimited('token'));
      await next();
    },
    bySignIn: async (ctx, next) => {
      await consume(signIn, networkOf(ctx.ip), () => metrics.rateLimited('signIn'));
      await next();
    },
  };
}

function limiter(database: Database, keyPrefix: string, points: number): RateLimiterPostgres {
  const shape = { keyPrefix, points, duration: MINUTE_SECONDS };
  return new RateLimiterPostgres({
    ...shape,
    storeClient: {
      query: ({ text, values }: { text: string; values: unknown[] }) => database.executeSql(text, values),
    },
    storeType: 'client',
    tableName: 'request_limits',
    tableCreated: true,
    clearExpiredByTimeout: true,
    // Whoever is over the limit costs no query until the minute is over.
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: new RateLimiterMemory(shape),
  });
}

async function consume(limit: RateLimiterPostgres, key: string, onRefused: () => void): Promise<void> {
  try {
    await limit.consume(key);
  } catch (reason) {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    onRefused();
    const seconds = Math.max(1, Math.ceil(reason.msBeforeNext / 1000));
    throw new HttpProblem(
      429,
      'tooManyRequests',
      `More than ${limit.points} requests in a minute. Try again in ${seconds} seconds.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}

/** One IPv6 customer holds a whole /64: counting single addresses would limit nobody. */
function networkOf(ip: string): string {
  if (!isIPv6(ip) || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail = ''] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail === '' ? [] : tail.split(':');
  while (ip.includes('::') && groups.length + tailGroups.length < 8) groups.push('0');
  return [...groups, ...tailGroups].slice(0, 4).join(':');
}

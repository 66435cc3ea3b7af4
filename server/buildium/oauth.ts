import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { failureOfContract, type CallFailure, type Outbound } from '../outbound.ts';

export type StoredToken = { accessToken: string; expiresAtMs: number };

/** Keeps the token between processes and restarts. Whoever implements it encrypts: a token is a credential. */
export type TokenStore = { load(): Promise<StoredToken | null>; save(token: StoredToken): Promise<void> };

export type OauthCredentials = { tokenUrl: string; clientId: string; clientSecret: string; scope?: string };

/** Bearer tokens by the client credentials grant (RFC 6749, 4.4), for a gateway in front of Buildium. */
export type TokenSource = {
  /** A token that is good for at least another minute; `refused` is one that was just answered with 401. */
  token(refused?: string): Promise<Result<string, CallFailure>>;
};

export type TokenSourceParts = {
  outbound: Outbound;
  connectionId: string;
  credentials: OauthCredentials;
  clock: Clock;
  /** Without one the token lives in this process only. */
  tokenStore?: TokenStore;
};

/** A token this near its end is replaced: a call that waits for its turn must not carry a dead one. */
const REFRESH_BEFORE_MS = 60_000;

/** RFC 6749 only recommends `expires_in`; without it a token is trusted for so long. */
const UNSTATED_LIFE_SECONDS = 300;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  token_type: z
    .string()
    .regex(/^bearer$/i, 'is not Bearer')
    .optional(),
  expires_in: z.coerce.number().positive().default(UNSTATED_LIFE_SECONDS),
});

export function createTokenSource(parts: TokenSourceParts): TokenSource {
  const { clock, tokenStore } = parts;
  let current: StoredToken | null = null;
  let underWay: Promise<Result<string, CallFailure>> | null = null;

  const isGood = (token: StoredToken | null, refused?: string): token is StoredToken =>
    token !== null && token.accessToken !== refused && token.expiresAtMs - REFRESH_BEFORE_MS > clock.nowMs();

  /** Another process may have fetched a new one meanwhile. */
  async function renew(refused?: string): Promise<Result<string, CallFailure>> {
    const stored = (await tokenStore?.load()) ?? null;
    if (isGood(stored, refused)) {
      current = stored;
      return ok(stored.accessToken);
    }
    const fetched = await fetchToken(parts);
    if (!fetched.ok) return fetched;
    current = fetched.value;
    await tokenStore?.save(fetched.value);
    return ok(fetched.value.accessToken);
  }

  return {
    token: async (refused) => {
      if (isGood(current, refused)) return ok(current.accessToken);
      underWay ??= renew(refused).finally(() => (underWay = null));
      return underWay;
    },
  };
}

async function fetchToken(parts: TokenSourceParts): Promise<Result<StoredToken, CallFailure>> {
  const { outbound, connectionId, credentials, clock } = parts;
  const { tokenUrl, clientId, clientSecret, scope } = credentials;
  const basic = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
  const askedAtMs = clock.nowMs();
  const answer = await outbound.send({
    side: 'buildium',
    connectionId,
    budgets: [],
    method: 'POST',
    url: tokenUrl,
    headers: { authorization: `Basic ${basic}` },
    secrets: [basic, clientSecret],
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }),
    priority: 'normal',
    kind: 'oauth.token',
    // A second token does no harm, so asking again after a torn connection is safe.
    retry: 'read',
  });
  if (!answer.ok) return err(asSignInFailure(answer.error));
  const token = tokenSchema.safeParse(answer.value.body);
  if (!token.success) {
    const subject = {
      side: 'buildium',
      call: `POST ${new URL(tokenUrl).pathname}`,
      isWrite: false,
      secrets: [],
    } as const;
    // The issues name paths and types only; the body itself holds the token.
    const detail = token.error.issues
      .map((issue) => `${issue.path.join('.') || 'body'} ${issue.code}`)
      .join('; ');
    return err(failureOfContract(subject, answer.value.status, `no usable token in the answer (${detail})`));
  }
  const { access_token: accessToken, expires_in: expiresInSeconds } = token.data;
  return ok({ accessToken, expiresAtMs: askedAtMs + expiresInSeconds * 1_000 });
}

/**
 * Whatever the gateway objects to, it is not about the record that the call was for: a token address that
 * answers 404 must never pass for a deleted lease.
 */
function asSignInFailure(failure: CallFailure): CallFailure {
  if (failure.kind === 'unavailable' || failure.kind === 'rateLimited') return failure;
  const reason = [failure.status, 'on', failure.call, failure.type && `(${failure.type})`]
    .filter(Boolean)
    .join(' ');
  const advice =
    'Check the token address, client id and secret, then store them again with `npm run cli -- setup`.';
  return { ...failure, kind: 'unauthorized', message: `Signing in failed: ${reason}. ${advice}` };
}

/** RFC 6749, 2.3.1: id and secret are form-encoded before they are joined by a colon. */
function formEncode(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}

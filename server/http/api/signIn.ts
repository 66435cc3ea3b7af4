import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { API_PREFIX } from '../../../shared/api.ts';
import { unreachable } from '../../../shared/result.ts';
import {
  PRODUCT,
  SIGN_IN_ENDPOINTS,
  type OpenEndpoint,
  type SignInEndpointName,
  type SignInEndpoints,
} from '../../../shared/signIn.ts';
import type { CheckedOf, ResponseOf } from '../../../shared/endpoint.ts';
import type * as z from 'zod';
import { connectionsOfBase } from '../../db/signIns.ts';
import { refreshSession } from '../../jobs/signIn/signInSession.ts';
import {
  completeSignIn,
  redeemPairingCode,
  startSignIn,
  type SignInRefusal,
} from '../../jobs/signIn/signIn.ts';
import { jsonBody, onlyJson } from '../jsonBody.ts';
import { HttpProblem } from '../problem.ts';
import type { RequestLimits } from '../requestLimits.ts';
import { check } from './check.ts';
import type { ApiParts } from './parts.ts';

type Answer<E> = E extends { response: infer Shape extends z.ZodObject } ? z.output<Shape> : never;
type Handlers = {
  [Name in SignInEndpointName]: (
    body: CheckedOf<SignInEndpoints[Name], 'body'>,
  ) => Promise<Answer<SignInEndpoints[Name]>>;
};

/** The only routes that ask for no token: what they cost is limited by address here, and by base where Airtable is asked. */
export function addSignInRoutes(router: Router, parts: ApiParts, limits: RequestLimits): void {
  const handlers = signInHandlers(parts);
  const door = [limits.byAddress, limits.bySignIn, onlyJson, jsonBody];
  for (const name of Object.keys(SIGN_IN_ENDPOINTS) as SignInEndpointName[]) {
    const endpoint: OpenEndpoint = SIGN_IN_ENDPOINTS[name];
    const handler = handlers[name] as (
      body: unknown,
    ) => Promise<ResponseOf<typeof endpoint & { role: 'viewer' }>>;
    const answer: Middleware = async (ctx) => {
      const found = await handler(check(endpoint.body, ctx.request.body, 'body'));
      ctx.set('Cache-Control', 'no-store');
      ctx.body = endpoint.response.parse(found);
    };
    router.register(`${API_PREFIX}${endpoint.path}`, [endpoint.method], [...door, answer]);
  }
}

function signInHandlers(parts: ApiParts): Handlers {
  const { database, config, jobOf } = parts;
  return {
    describeServer: async () => ({
      product: PRODUCT,
      version: config.version,
      publicUrl: config.publicUrl,
    }),

    startSignIn: async ({ baseId }) => {
      const started = await startSignIn(await jobOf(await onlyConnectionOf(parts, baseId)));
      if (!started.ok) throw refused(started.error);
      return { ...started.value, publicUrl: config.publicUrl };
    },

    completeSignIn: async ({ baseId, recordId, verifier }) => {
      const connectionId = await onlyConnectionOf(parts, baseId);
      const proof = { recordId, verifier, publicUrl: config.publicUrl };
      const answer = await completeSignIn(await jobOf(connectionId), proof);
      if (!answer.ok) throw refused(answer.error);
      return { retryAfterMs: null, session: null, ...answer.value };
    },

    refreshSignIn: async (body) => {
      const session = await refreshSession(parts, body);
      if (session) return session;
      throw new HttpProblem(401, 'sessionEnded', 'The session has ended. Sign in again.');
    },

    redeemPairingCode: async ({ baseId, code }) => {
      const connectionIds = await connectionsOfBase(database, baseId);
      if (connectionIds.length === 0) throw unknownBase(baseId);
      let refusal: SignInRefusal | null = null;
      // A code is one connection's, so where two serve a base it says which is meant.
      for (const connectionId of connectionIds) {
        const redeemed = await redeemPairingCode(await jobOf(connectionId), code);
        if (redeemed.ok) return redeemed.value;
        refusal = redeemed.error;
      }
      throw refused(refusal ?? { kind: 'wrongCode', message: 'This code is not valid.' });
    },
  };
}

async function onlyConnectionOf({ database }: ApiParts, baseId: string): Promise<string> {
  const [connectionId, ...others] = await connectionsOfBase(database, baseId);
  if (connectionId === undefined) throw unknownBase(baseId);
  if (others.length === 0) return connectionId;
  throw new HttpProblem(
    409,
    'severalConnections',
    'This server syncs the base with more than one Buildium account. Sign in with a pairing code (npm run cli -- code --connection <id>): it says which one you mean.',
  );
}

function unknownBase(baseId: string): HttpProblem {
  return new HttpProblem(
    404,
    'unknownBase',
    `This server does not sync the base ${baseId}. Check the address, or connect the base with \`npm run cli -- setup\` where the server runs.`,
  );
}

function refused({ kind, message, retryAfterSeconds: seconds }: SignInRefusal): HttpProblem {
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  return new HttpProblem(statusOf(kind), kind, message, { headers });
}

function statusOf(kind: SignInRefusal['kind']): number {
  switch (kind) {
    case 'notPrepared':
    case 'noWebhook':
      return 409;
    case 'tooMany':
      return 429;
    case 'voidRow':
    case 'expired':
      return 410;
    case 'wrongProof':
    case 'oldExtension':
    case 'roleTooLow':
    case 'wrongCode':
      return 403;
    default:
      return unreachable(kind);
  }
}

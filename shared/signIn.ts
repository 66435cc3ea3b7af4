import * as z from 'zod';
import { role } from './apiSchemas.ts';
import type { Endpoint } from './endpoint.ts';

/** The name by which an extension knows that it talks to the right program. */
export const PRODUCT = 'buildium-airtable-sync';

const instant = z.iso.datetime();
const baseId = z
  .string()
  .regex(/^app[A-Za-z0-9]{10,20}$/, 'must be the id of an Airtable base, such as appXXXXXXXXXXXXXX');

/** What the holder gets: a token for some minutes, and what renews it until the end of the day. */
export const signInSession = z
  .object({
    connectionId: z.string(),
    name: z.string().describe('Who is signed in.'),
    role,
    token: z.string(),
    expiresAt: instant,
    refreshToken: z.string(),
    refreshUntil: instant.describe('After this moment the person signs in anew.'),
  })
  .meta({ id: 'SignInSession' });

export const signedInPerson = z
  .object({
    userId: z.string(),
    email: z.string().nullable(),
    role: role.describe('What counts: the chosen role, or else the one of the permission level.'),
    levelRole: z
      .enum(['operator', 'admin'])
      .describe("What the person's permission level in Airtable gives."),
    chosenRole: role.nullable().describe('What an admin has said instead; null follows Airtable.'),
    lastSignedInAt: instant,
    sessions: z.number().int().min(0).describe('Sessions that are alive.'),
  })
  .meta({ id: 'SignedInPerson' });

/** Asked without a token. */
export type OpenEndpoint = Omit<Endpoint, 'role'>;

const open = <const E extends OpenEndpoint>(definition: E): E => definition;

export const SIGN_IN_ENDPOINTS = {
  describeServer: open({
    method: 'GET',
    path: '/sign-in/server',
    tag: 'Sign-in',
    summary: 'What answers at this address',
    description: 'For checking an address while it is typed. Says nothing about any connection.',
    response: z.object({ product: z.literal(PRODUCT), version: z.string(), publicUrl: z.string() }),
  }),
  startSignIn: open({
    method: 'POST',
    path: '/sign-in/start',
    tag: 'Sign-in',
    summary: 'Where to write the proof',
    description:
      'The person proves who they are by making a row in their base: its text is the SHA-256, in base64url, of three lines: a verifier, the origin of this server and the challenge, with a line feed between them and none at the end. Who made it is learned from Airtable itself.',
    body: z.strictObject({ baseId }),
    response: z.object({
      tableId: z.string(),
      fieldId: z.string(),
      publicUrl: z.string().describe('The address whose origin must be in the digest.'),
      challenge: z
        .string()
        .describe('Must be in the digest too: a row that was written before this answer proves nothing.'),
    }),
    example: { body: { baseId: 'appAbCdEfGhIjKlMn' } },
  }),
  completeSignIn: open({
    method: 'POST',
    path: '/sign-in/complete',
    tag: 'Sign-in',
    summary: 'Hand over the verifier',
    description:
      'Answers `waiting` until Airtable has reported the row; ask again after `retryAfterMs`. A row serves once, for ten minutes, and not at all when it was changed after it was made.',
    body: z.strictObject({
      baseId,
      recordId: z.string().regex(/^rec[A-Za-z0-9]{10,20}$/, 'must be the id of a row'),
      verifier: z.string().regex(/^[\w-]{43,128}$/, 'must be 32 bytes or more of chance, in base64url'),
    }),
    response: z.object({
      state: z.enum(['waiting', 'signedIn']),
      retryAfterMs: z.number().int().nullable(),
      session: signInSession.nullable(),
    }),
    example: {
      body: {
        baseId: 'appAbCdEfGhIjKlMn',
        recordId: 'recAbCdEfGhIjKlMn',
        verifier: 'bO8Q7Vd2yU1mK4sT9wX0zC3eF6hJ5lN8pR1aD4gI7oE',
      },
    },
  }),
  refreshSignIn: open({
    method: 'POST',
    path: '/sign-in/refresh',
    tag: 'Sign-in',
    summary: 'Renew the token',
    description: 'Both tokens are replaced. After `refreshUntil` the person signs in anew.',
    body: z.strictObject({ connectionId: z.string().max(100), refreshToken: z.string().max(200) }),
    response: signInSession,
    example: { body: { connectionId: 'cn_0123456789abcdef', refreshToken: 'bas_from-the-answer-before' } },
  }),
  redeemPairingCode: open({
    method: 'POST',
    path: '/sign-in/pairing-code',
    tag: 'Sign-in',
    summary: 'Sign in with a code',
    description:
      'For people who cannot write a row, such as those who may only read. A code comes from `npm run cli -- code`, serves once and lasts ten minutes.',
    body: z.strictObject({ baseId, code: z.string().trim().min(1).max(40) }),
    response: signInSession,
    example: { body: { baseId: 'appAbCdEfGhIjKlMn', code: 'K7QM-2FXD-9T' } },
  }),
};

export type SignInEndpoints = typeof SIGN_IN_ENDPOINTS;
export type SignInEndpointName = keyof SignInEndpoints;
export type SignInSession = z.output<typeof signInSession>;
export type SignedInPerson = z.output<typeof signedInPerson>;

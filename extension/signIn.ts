import { err, ok, type Result } from '../shared/result.ts';
import type { SignInSession } from '../shared/signIn.ts';
import { PRODUCT, SIGN_IN_CALLS, type SignInAnswer } from './contract.ts';
import { call } from './http.ts';
import { wrongProduct, type Problem } from './problem.ts';
import type { WriteProof } from './sdk.ts';

/** Who answers at an address: asked while it is typed. */
export async function describeServer(
  address: string,
): Promise<Result<SignInAnswer<'describeServer'>, Problem>> {
  const answer = await call<SignInAnswer<'describeServer'>>({ address, call: SIGN_IN_CALLS.describeServer });
  return answer.ok && answer.value.product !== PRODUCT ? err(wrongProduct(address)) : answer;
}

/** Airtable reports a row within a second or two; after this long something is wrong. */
const GIVEN_UP_AFTER_MS = 60_000;

export type SignInStep = 'asking' | 'writing' | 'waiting';

/** Signs the person in by a row that Airtable itself says is theirs; nothing secret is written. */
export async function signIn(options: {
  address: string;
  baseId: string;
  writeProof: WriteProof;
  onStep: (step: SignInStep) => void;
  isCancelled: () => boolean;
}): Promise<Result<SignInSession, Problem>> {
  const { address, baseId, onStep } = options;
  onStep('asking');
  const { startSignIn, completeSignIn } = SIGN_IN_CALLS;
  const started = await call<SignInAnswer<'startSignIn'>>({ address, call: startSignIn, body: { baseId } });
  if (!started.ok) return started;
  const { tableId, fieldId, publicUrl, challenge } = started.value;
  if (new URL(publicUrl).origin !== address) return err(otherAddress(address, publicUrl));
  onStep('writing');
  const verifier = newVerifier();
  // The address that we really talk to, whatever the server says of itself: a proof opens no other server.
  const text = await proofOf({ verifier, origin: address, challenge });
  const written = await options.writeProof({ tableId, fieldId, text });
  if (!written.ok) {
    const message = `${written.error} Whoever runs the server can give you a code: choose "Use a code instead".`;
    return err({ kind: 'forbidden', title: 'You cannot sign in this way', message });
  }
  onStep('waiting');
  const body = { baseId, recordId: written.value, verifier };
  const startedAt = Date.now();
  while (!options.isCancelled() && Date.now() - startedAt < GIVEN_UP_AFTER_MS) {
    const answer = await call<SignInAnswer<'completeSignIn'>>({ address, call: completeSignIn, body });
    if (!answer.ok && answer.error.kind !== 'tooMany') return answer;
    if (answer.ok && answer.value.session) return ok(answer.value.session);
    await pause(answer.ok ? (answer.value.retryAfterMs ?? 1_500) : 5_000);
  }
  return err(UNHEARD);
}

export function redeemCode(
  address: string,
  baseId: string,
  code: string,
): Promise<Result<SignInSession, Problem>> {
  return call({ address, call: SIGN_IN_CALLS.redeemPairingCode, body: { baseId, code } });
}

function newVerifier(): string {
  return base64url(window.crypto.getRandomValues(new Uint8Array(32)));
}

type ProofParts = { verifier: string; origin: string; challenge: string };

async function proofOf({ verifier, origin, challenge }: ProofParts): Promise<string> {
  const bytes = new TextEncoder().encode([verifier, origin, challenge].join('\n'));
  return base64url(new Uint8Array(await window.crypto.subtle.digest('SHA-256', bytes)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function otherAddress(address: string, publicUrl: string): Problem {
  return {
    kind: 'wrongProduct',
    title: 'The server has another address',
    message: `The server at ${address} calls itself ${new URL(publicUrl).origin}. Enter that address; if it is wrong, set PUBLIC_URL where the server runs.`,
  };
}

const UNHEARD: Problem = {
  kind: 'away',
  title: 'Airtable has not reported your sign-in',
  message: 'It usually takes a second or two. Try again, or sign in with a code from "npm run cli -- code".',
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

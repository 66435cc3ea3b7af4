import { Agent, request as undiciRequest, type Dispatcher } from 'undici';
import { err, ok, type Result } from '../shared/result.ts';
import {
  failureBeforeSending,
  failureOfAnswer,
  failureOfConnection,
  failureOfContract,
  type CallFailure,
  type CallSubject,
} from './callFailure.ts';
import type { Clock } from './clock.ts';
import type { OutboundRequest, OutboundResponse } from './outbound.ts';

/** A list page is some megabytes at most; a server that never ends its answer must not fill the memory. */
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

const CONNECT_WITHIN_MS = 10_000;

/** Errors of a request that never left, so that a write behind it surely had no effect. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Deadlines are ours, on our clock; undici's own are switched off except for connecting. */
export function createAgent(): Agent {
  return new Agent({
    connect: { timeout: CONNECT_WITHIN_MS },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LARGEST_ANSWER_BYTES,
  });
}

/** One request and its answer, with what a failed one still tells about when to try again. */
export type Exchange = {
  result: Result<OutboundResponse, CallFailure>;
  status: number | null;
  retryAfter: string | null;
};

/** Sends once. Everything that can go wrong on the wire becomes a failure. */
export async function exchange(
  request: OutboundRequest,
  subject: CallSubject,
  parts: { agent: Dispatcher; clock: Clock; deadlineMs: number },
): Promise<Exchange> {
  const body = encodeBody(request.body);
  const deadline = startDeadline(parts.clock, parts.deadlineMs);
  try {
    const answer = await undiciRequest(request.url, {
      dispatcher: parts.agent,
      method: request.method,
      headers: { accept: 'application/json', ...bodyHeaders(request.body), ...request.headers },
      body,
      signal: deadline.signal,
    });
    const text = await answer.body.text();
    const headers = flattenHeaders(answer.headers);
    const retryAfter = headers['retry-after'] ?? null;
    return {
      result: readAnswer(subject, answer.statusCode, headers, text),
      status: answer.statusCode,
      retryAfter,
    };
  } catch (error) {
    const failure = deadline.signal.aborted
      ? failureOfConnection(
          subject,
          `nothing came within ${Math.round(parts.deadlineMs / 1_000)} seconds`,
          true,
        )
      : readConnectionError(subject, error);
    return { result: err(failure), status: null, retryAfter: null };
  } finally {
    deadline.stop();
  }
}

/** What an answer means, whatever wire it came over. */
export function readAnswer(
  subject: CallSubject,
  status: number,
  headers: Record<string, string>,
  text: string,
): Result<OutboundResponse, CallFailure> {
  const body = parseBody(text);
  if (status < 200 || status >= 300) return err(failureOfAnswer(subject, status, body ?? null));
  if (body === undefined) return err(failureOfContract(subject, status, 'the answer is not JSON'));
  return ok({ status, headers, body });
}

/** null for an empty body, undefined for one that is not JSON. */
function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return HALF_OR_ZERO.test(text) ? (JSON.parse(text, keepable) as unknown) : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** In an answer that may hold half a character (an emoji that a limit has cut through) or a zero. */
const HALF_OR_ZERO = /\\u(?:0000|d[89a-f])/i;

/** Postgres keeps neither, and one such text would stop everything that is stored with it. */
function keepable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
}

function readConnectionError(subject: CallSubject, error: unknown): CallFailure {
  const code = errorCode(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return failureOfContract(subject, null, `the answer is larger than ${LARGEST_ANSWER_BYTES} bytes`);
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    const detail =
      'the request cannot be sent as it is; was the key copied whole, without spaces and line ends?';
    return failureBeforeSending(subject, 'unauthorized', detail);
  }
  const reason = NEVER_SENT.has(code)
    ? 'the server could not be reached'
    : 'the connection broke before the answer was whole';
  return failureOfConnection(subject, `${reason} (${code})`, !NEVER_SENT.has(code));
}

/** The outermost code: undici wraps none, and a refused dual-stack connection carries the code of its parts. */
function errorCode(error: unknown): string {
  const { code, name, cause } = asObject(error);
  if (typeof code === 'string' && code !== '') return code;
  return cause === undefined ? (typeof name === 'string' ? name : 'unknown error') : errorCode(cause);
}

function asObject(value: unknown): { code?: unknown; name?: unknown; cause?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}

function encodeBody(body: unknown): string | null {
  if (body === undefined) return null;
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

function bodyHeaders(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
  return { 'content-type': type };
}

function flattenHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function startDeadline(clock: Clock, ms: number): { signal: AbortSignal; stop(): void } {
  const expired = new AbortController();
  const stopped = new AbortController();
  clock.sleep(ms, stopped.signal).then(
    () => expired.abort(),
    () => undefined,
  );
  return { signal: expired.signal, stop: () => stopped.abort() };
}

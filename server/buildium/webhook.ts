import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { parseInstant, type Instant } from '../../shared/dates.ts';
import { err, ok, type Result } from '../../shared/result.ts';

export type RequestHeaders = Record<string, string | string[] | undefined>;

export type SignatureProblem = { kind: 'missing' | 'stale' | 'future' | 'mismatch'; message: string };

export type BuildiumEvent = {
  /** `Rental.Updated`, or one that we have never heard of. */
  eventName: string;
  eventAt: Instant;
  accountId: number;
  /** Everything else that the event carries: `LeaseId`, `BillIds`, `TransactionType`… */
  ids: Record<string, number | number[] | string>;
  /** The same for every delivery of the same event: Buildium sends no event id. */
  receiptId: string;
};

export type EventProblem = { kind: 'notJson' | 'notAnEvent'; message: string };

const DEFAULT_TOLERANCE_MS = 300_000;

/** "A UNIX timestamp", seen in seconds; a number this large can only be milliseconds. */
const MILLISECONDS_FROM = 1e12;

/**
 * Whether Buildium sent this body, and lately: base64 of HMAC-SHA256 over `timestamp.body`. Several secrets at
 * once, so that a rolled key loses no event.
 */
export function verifyBuildiumSignature(input: {
  rawBody: Buffer;
  headers: RequestHeaders;
  secrets: readonly string[];
  nowMs: number;
  toleranceMs?: number;
}): Result<{ sentAtMs: number }, SignatureProblem> {
  const { rawBody, headers, secrets, nowMs, toleranceMs = DEFAULT_TOLERANCE_MS } = input;
  const timestamp = headerOf(headers, 'buildium-webhook-timestamp');
  const signature = headerOf(headers, 'buildium-webhook-signature');
  if (!/^\d{1,15}$/.test(timestamp) || signature === '') {
    return problem(
      'missing',
      'The request has no usable buildium-webhook-timestamp and buildium-webhook-signature.',
    );
  }
  const isSigned = bodiesToTry(rawBody).some((body) =>
    secrets.some((secret) => secret !== '' && isEqual(signatureOf(secret, timestamp, body), signature)),
  );
  if (!isSigned) {
    return problem(
      'mismatch',
      "The signature fits none of the stored webhook secrets: compare them with Buildium's.",
    );
  }
  const sentAtMs = Number(timestamp) * (Number(timestamp) >= MILLISECONDS_FROM ? 1 : 1_000);
  if (nowMs - sentAtMs > toleranceMs) return problem('stale', tooFar(nowMs - sentAtMs, 'old'));
  if (sentAtMs - nowMs > toleranceMs) return problem('future', tooFar(sentAtMs - nowMs, 'ahead'));
  return ok({ sentAtMs });
}

/** Buildium signs the body "with all newlines removed" and no space after colons: the bytes first, then that form. */
function bodiesToTry(rawBody: Buffer): (Buffer | string)[] {
  const json = parseJson(rawBody);
  return json.ok ? [rawBody, JSON.stringify(json.value)] : [rawBody];
}

function signatureOf(secret: string, timestamp: string, body: Buffer | string): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('base64');
}

function isEqual(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function headerOf(headers: RequestHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim();
}

function tooFar(ms: number, direction: 'old' | 'ahead'): string {
  return `The webhook's time is ${Math.round(ms / 1_000)} seconds ${direction}: check this machine's clock.`;
}

function problem(kind: SignatureProblem['kind'], message: string): { ok: false; error: SignatureProblem } {
  return err({ kind, message });
}

const eventSchema = z
  .object({ EventName: z.string().min(1), EventDateTime: z.string().min(1), AccountId: z.number().int() })
  .catchall(z.unknown());

const idSchema = z.union([z.number(), z.string(), z.array(z.number())]);

/** An event of any name; only one without name, time or account is none. */
export function parseBuildiumEvent(rawBody: Buffer): Result<BuildiumEvent, EventProblem> {
  const json = parseJson(rawBody);
  if (!json.ok) return err({ kind: 'notJson', message: 'The webhook body is not JSON.' });
  const event = eventSchema.safeParse(json.value);
  if (!event.success) {
    const fields = event.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ');
    return err({
      kind: 'notAnEvent',
      message: `The webhook body is no Buildium event: ${fields} is missing or wrong.`,
    });
  }
  const { EventName: eventName, EventDateTime: eventTime, AccountId: accountId, ...rest } = event.data;
  const eventAt = parseInstant(eventTime);
  if (eventAt === null) {
    return err({
      kind: 'notAnEvent',
      message: `The webhook's EventDateTime is no time: ${eventTime.slice(0, 40)}.`,
    });
  }
  const ids = readIds(rest);
  return ok({
    eventName,
    eventAt,
    accountId,
    ids,
    receiptId: receiptIdOf([accountId, eventName, eventTime], ids),
  });
}

function readIds(rest: Record<string, unknown>): BuildiumEvent['ids'] {
  const ids: BuildiumEvent['ids'] = {};
  for (const name of Object.keys(rest).sort()) {
    const value = idSchema.safeParse(rest[name]);
    if (value.success) ids[name] = value.data;
  }
  return ids;
}

/** The event's own text of the time, not ours: two events of one millisecond differ in its later digits. */
function receiptIdOf(head: readonly (string | number)[], ids: BuildiumEvent['ids']): string {
  const parts = Object.entries(ids).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? [...value].sort((a, b) => a - b).join(',') : value}`,
  );
  return createHash('sha256')
    .update([...head, ...parts].join('|'))
    .digest('hex');
}

function parseJson(rawBody: Buffer): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(rawBody.toString('utf8')) as unknown };
  } catch {
    return { ok: false };
  }
}

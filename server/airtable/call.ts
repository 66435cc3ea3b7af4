import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  budgetUse,
  failureBeforeSending,
  failureOfContract,
  type CallFailure,
  type CallSubject,
  type Outbound,
  type OutboundRequest,
  type Priority,
} from '../outbound.ts';

export type CallOptions = {
  priority?: Priority;
  deadlineMs?: number;
  /** Asks although the month's calls count as used up: whoever has upgraded the plan does not wait for the hourly try. */
  asksQuotaAgain?: boolean;
  /** Contact data in the body: no message repeats it. */
  personal?: readonly string[];
};

export type Answer<T> = Promise<Result<T, CallFailure>>;

export type AirtableClientOptions = {
  outbound: Outbound;
  connectionId: string;
  /** `https://api.airtable.com`, or a simulator's. */
  baseUrl: string;
  /** Where attachments are uploaded; `https://content.airtable.com` for the real API, else the base URL. */
  contentUrl?: string;
  baseId: string;
  token: string;
  /** Airtable's limit for one base. */
  requestsPerSecond?: number;
};

export type AirtableCall<T> = {
  method: OutboundRequest['method'];
  /** From `/v0` on, its parts encoded. */
  path: string;
  /** Query values and body. Field values stay out of the query, which may be logged on the way. */
  query?: URLSearchParams;
  body?: unknown;
  schema: z.ZodType<T>;
  kind: string;
  /** A POST that only reads. */
  isRead?: boolean;
  /** `token`: belongs to no base. `schema`: answers even when the month's calls are used up. */
  reach?: 'token' | 'schema' | 'content';
  options?: CallOptions | undefined;
};

/** Makes a call and reads its answer by the schema; everything that can go wrong is a failure. */
export type CallAirtable = <T>(call: AirtableCall<T>) => Answer<T>;

const REQUESTS_PER_SECOND = 5;

/** For one user or service account, over all its tokens; we know only the token. */
const TOKEN_REQUESTS_PER_SECOND = 50;

/** Of a Team workspace that is over its calls of the month Airtable takes two a second instead of five. */
const SLOWED_SHARE = 2 / 5;

const REAL_API = 'https://api.airtable.com';
const REAL_CONTENT = 'https://content.airtable.com';

/** The keys under which the rate budget knows a base, for the status page. */
export function airtableBudgetKeys(
  baseId: string,
  token: string,
): { base: string; quota: string; token: string } {
  const fingerprint = createHash('sha256').update(token).digest('hex').slice(0, 16);
  return {
    base: `airtable:base:${baseId}`,
    quota: `airtable:quota:${baseId}`,
    token: `airtable:token:${fingerprint}`,
  };
}

export function createCall(client: AirtableClientOptions): CallAirtable {
  const keys = airtableBudgetKeys(client.baseId, client.token);
  const rate = client.requestsPerSecond ?? REQUESTS_PER_SECOND;
  // A simulator that runs ten times faster is asked for ten times as much of both.
  const tokenUse = budgetUse(keys.token, Math.max(TOKEN_REQUESTS_PER_SECOND, rate * 10));
  const baseUse = budgetUse(keys.base, rate, { slowedPerSecond: rate * SLOWED_SHARE });
  const apiUrl = client.baseUrl.replace(/\/+$/, '');
  const contentUrl = (client.contentUrl ?? (apiUrl === REAL_API ? REAL_CONTENT : apiUrl)).replace(/\/+$/, '');

  return async <T>(call: AirtableCall<T>): Answer<T> => {
    const { query, reach, options } = call;
    const answer = await client.outbound.send({
      side: 'airtable',
      connectionId: client.connectionId,
      budgets: reach === 'token' ? [tokenUse] : [baseUse, tokenUse],
      ...(reach === 'token' || reach === 'schema' ? {} : { quotaKey: keys.quota }),
      method: call.method,
      url: `${reach === 'content' ? contentUrl : apiUrl}${call.path}${query ? `?${query.toString()}` : ''}`,
      headers: { authorization: `Bearer ${client.token}` },
      secrets: [client.token],
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(options?.asksQuotaAgain ? { asksQuotaAgain: true } : {}),
      ...(options?.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
      ...(options?.personal === undefined ? {} : { personal: options.personal }),
      priority: options?.priority ?? 'normal',
      kind: call.kind,
      retry: isRead(call) ? 'read' : 'never',
    });
    if (!answer.ok) return answer;
    const read = call.schema.safeParse(answer.value.body);
    if (read.success) return ok(read.data);
    // Paths and codes only: the values of the answer are a customer's.
    const parts = read.error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join('.') || 'the body'} (${issue.code})`);
    return err(
      failureOfContract(subjectOf(call), answer.value.status, `unexpected answer: ${parts.join(', ')}`),
    );
  };
}

/** A call that cannot succeed, refused without asking Airtable. */
export function refuse(
  call: Pick<AirtableCall<unknown>, 'method' | 'path' | 'isRead'>,
  detail: string,
): { ok: false; error: CallFailure } {
  return err(failureBeforeSending(subjectOf(call), 'invalid', detail));
}

/** An answer that reads well and still cannot be true. */
export function brokenContract(
  call: Pick<AirtableCall<unknown>, 'method' | 'path' | 'isRead'>,
  detail: string,
): { ok: false; error: CallFailure } {
  return err(failureOfContract(subjectOf(call), 200, detail));
}

function isRead({
  method,
  isRead = method === 'GET',
}: Pick<AirtableCall<unknown>, 'method' | 'isRead'>): boolean {
  return isRead;
}

function subjectOf(call: Pick<AirtableCall<unknown>, 'method' | 'path' | 'isRead'>): CallSubject {
  return { side: 'airtable', call: `${call.method} ${call.path}`, isWrite: !isRead(call), secrets: [] };
}

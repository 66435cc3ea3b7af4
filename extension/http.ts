import type * as z from 'zod';
import { API_PREFIX } from '../shared/api.ts';
import { apiError } from '../shared/apiSchemas.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { problemOfStatus, unreachable, UNLIKE, wrongProduct, type Problem } from './problem.ts';

export type Request = {
  address: string;
  method: string;
  path: string;
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  token?: string;
};

/** Longer than any healthy answer; a screen must not wait for ever. */
const ANSWER_WITHIN_MS = 20_000;

/** One call to the server and to nobody else. No cookies: the token says who asks. */
export async function call<Shape extends z.ZodType>(
  request: Request,
  response: Shape,
): Promise<Result<z.output<Shape>, Problem>> {
  const { address, token } = request;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ANSWER_WITHIN_MS);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(urlOf(request), {
      method: request.method,
      headers: {
        ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: deadline.signal,
    });
    text = await answer.text();
  } catch {
    return err(unreachable(address));
  } finally {
    clearTimeout(timer);
  }
  const json = jsonIn(text);
  if (!answer.ok) {
    const refused = apiError.safeParse(json);
    // Every refusal of ours has its shape: anything else comes from another program or a proxy before ours.
    if (!refused.success && answer.status < 500) return err(wrongProduct(address));
    return err(problemOfStatus(answer.status, refused.success ? refused.data.error.message : null));
  }
  if (json === undefined) return err(wrongProduct(address));
  const read = response.safeParse(json);
  return read.success ? ok(read.data) : err(UNLIKE);
}

function urlOf({ address, path, params = {}, query = {} }: Request): string {
  const filled = path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
  const url = new URL(`${address}${API_PREFIX}${filled}`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  return url.toString();
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import { API_PREFIX } from '../shared/access.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { hasParts } from './contract.ts';
import { problemOfStatus, takesLong, unreachable, UNLIKE, wrongProduct, type Problem } from './problem.ts';

export type Request = {
  address: string;
  /** An entry of the contract: method, path and the parts that its answer must have. */
  call: readonly [method: string, path: string, ...parts: string[]];
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  token?: string;
  /** Where the work is known to take longer than the first word of an answer usually does. */
  withinMs?: number;
};

/** Longer than any healthy server is silent, before its answer and within it; a screen must not wait for ever. */
const SILENT_AT_MOST_MS = 20_000;

/** One call to the server and to nobody else. */
export async function call<Answer>(request: Request): Promise<Result<Answer, Problem>> {
  const [, , ...parts] = request.call;
  const answered = await exchange(request, (answer) => answer.text());
  if (!answered.ok) return answered;
  const json = jsonIn(answered.value);
  if (json === undefined) return err(wrongProduct(request.address));
  return hasParts(json, parts) ? ok(json as Answer) : err(UNLIKE);
}

/** A file that the server makes, such as a statement. */
export function callForFile(request: Request): Promise<Result<Blob, Problem>> {
  return exchange(request, (answer) => answer.blob());
}

/** No cookies: the token says who asks. */
async function exchange<Content>(
  request: Request,
  contentOf: (answer: Response) => Promise<Content>,
): Promise<Result<Content, Problem>> {
  const { address, token } = request;
  const [method] = request.call;
  const silence = watchSilence();
  silence.endsWithin(request.withinMs ?? SILENT_AT_MOST_MS);
  try {
    const answered = await fetch(urlOf(request), {
      method,
      headers: {
        ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: silence.signal,
    });
    silence.endsWithin(SILENT_AT_MOST_MS);
    const answer = heard(answered, () => silence.endsWithin(SILENT_AT_MOST_MS));
    if (answer.ok) return ok(await contentOf(answer));
    const message = refusalIn(jsonIn(await answer.text()));
    // Every refusal of ours has its shape: anything else comes from another program or a proxy before ours.
    if (message === null && answer.status < 500) return err(wrongProduct(address));
    return err(problemOfStatus(answer.status, message));
  } catch {
    return err(silence.signal.aborted ? takesLong(address) : unreachable(address));
  } finally {
    silence.isOver();
  }
}

type Silence = { signal: AbortSignal; endsWithin(ms: number): void; isOver(): void };

/** Gives up once nothing was heard for so long since it was last said. */
function watchSilence(): Silence {
  const deadline = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    signal: deadline.signal,
    endsWithin: (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => deadline.abort(), ms);
    },
    isOver: () => clearTimeout(timer),
  };
}

/** The same answer, which tells of each part that arrives: on a slow line a large one takes its time. */
function heard(answer: Response, onPart: () => void): Response {
  // A 204 has no content.
  if (!answer.body) return answer;
  const parts = new TransformStream<Uint8Array, Uint8Array>({
    transform: (part, next) => {
      onPart();
      next.enqueue(part);
    },
  });
  const { status, headers } = answer;
  return new Response(answer.body.pipeThrough(parts), { status, headers });
}

function refusalIn(json: unknown): string | null {
  if (!hasParts(json, ['error']) || !hasParts(json['error'], ['code', 'message'])) return null;
  return String(json['error']['message']);
}

function urlOf({ address, call: [, path], params = {}, query = {} }: Request): string {
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

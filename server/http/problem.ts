import type { ApiError } from '../../shared/apiSchemas.ts';

type Details = NonNullable<ApiError['error']['details']>;

/** An answer other than the one asked for: which status and words to send. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly details: Details | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: Details; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details;
    this.headers = more.headers ?? {};
  }

  body(): ApiError {
    const { code, message, details } = this;
    return { error: { code, message, ...(details ? { details } : {}) } };
  }
}

export function databaseAway(): HttpProblem {
  return new HttpProblem(
    503,
    'databaseAway',
    'The database does not answer now. Try again in a few seconds.',
    {
      headers: { 'Retry-After': '5' },
    },
  );
}

/** What to do is told in the log and the status: whoever sends a webhook can do nothing about it. */
export function webhookUnchecked(): HttpProblem {
  return new HttpProblem(
    503,
    'secretsDoNotOpen',
    'The secret that webhooks of this connection are checked against cannot be opened on this server. `npm run cli -- doctor` says what to do.',
    { headers: { 'Retry-After': '60' } },
  );
}

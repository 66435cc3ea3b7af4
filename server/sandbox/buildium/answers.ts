/** What the simulator answers, before it is written to a socket. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

export type FieldError = { Key: string; Value: string };

/** Every refusal has this body (ApiErrorResponse). `ErrorCode` has only ever been seen as null. */
export function refuse(status: number, userMessage: string, errors: readonly FieldError[] = []): Answer {
  return { status, body: { UserMessage: userMessage, ErrorCode: null, Errors: errors } };
}

export function invalid(key: string, value: string): Answer {
  return refuse(422, 'The request data could not be used to fulfill the request.', [
    { Key: key, Value: value },
  ]);
}

export function notFound(what: string, id: number): Answer {
  return refuse(404, `The requested ${what} ${id} could not be found.`);
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function created(location: string, body: unknown): Answer {
  return { status: 201, body, headers: { Location: location } };
}

export const NO_CONTENT: Answer = { status: 204 };

/** The first check that refuses, so that a handler lists its rules in the order in which they are made. */
export function firstRefusal(...checks: (Answer | null)[]): Answer | null {
  return checks.find((check) => check !== null) ?? null;
}

import { unreachable } from '../shared/result.ts';
import { asSentence } from '../shared/sentence.ts';
import { withoutPersonal } from './withoutPersonal.ts';

/** Why a call to Buildium or Airtable brought nothing usable. */
export type CallFailure = {
  kind:
    | 'unauthorized'
    | 'forbidden'
    | 'notFound'
    | 'invalid'
    | 'conflict'
    | 'rateLimited'
    | 'quotaExhausted'
    | 'baseFull'
    | 'unavailable'
    | 'breaksContract';
  /** The HTTP status, null when no answer came. */
  status: number | null;
  /** Airtable's error type or Buildium's ErrorCode. */
  type: string | null;
  /** Safe to log and to show: what happened, where, and what to do next. */
  message: string;
  /** The same without what to do next, for where that is another thing. */
  reason: string;
  /** `unknown`: a write that may have taken effect (time-out, torn connection, 5xx). */
  outcome: 'refused' | 'unknown';
  /** `PUT /v1/leases/12`: method and path, never the query, which may hold personal values. */
  call: string;
  /** What the other side says of the values, for whoever typed them, and the places in the body that it names. */
  values?: { said: string; places: readonly string[] };
};

/** `receiver`: an address that the connection's own settings name for notifications. */
export type CallSide = 'buildium' | 'airtable' | 'receiver';

/** The call that failed, as far as its failure needs it. */
export type CallSubject = {
  side: CallSide;
  call: string;
  isWrite: boolean;
  /** Values that must not appear in a message, even where the other side repeats them. */
  secrets: readonly string[];
  /** Contact data in the request, which the other side may quote and nobody stores or logs. */
  personal?: readonly string[];
};

/** An answer that is not 2xx. */
export function failureOfAnswer(subject: CallSubject, status: number, body: unknown): CallFailure {
  const { type, detail } = readError(subject.side, body);
  const kind = kindOf(subject, status, type, detail);
  const outcome = subject.isWrite && (status >= 500 || status === 408) ? 'unknown' : 'refused';
  const failure = describe(subject, { kind, status, type, outcome, detail });
  const saysWhy = kind === 'invalid' || kind === 'conflict' || kind === 'notFound';
  const values = saysWhy ? refusedValues(subject, body, detail) : null;
  return values === null ? failure : { ...failure, values };
}

/** No whole answer came. `wasSent` is false only when the request surely never left. */
export function failureOfConnection(subject: CallSubject, detail: string, wasSent: boolean): CallFailure {
  const outcome = subject.isWrite && wasSent ? 'unknown' : 'refused';
  return describe(subject, { kind: 'unavailable', status: null, type: null, outcome, detail });
}

/** A 2xx answer that is not what the API documents: a write behind it may well have taken effect. */
export function failureOfContract(subject: CallSubject, status: number | null, detail: string): CallFailure {
  const outcome = subject.isWrite ? 'unknown' : 'refused';
  return describe(subject, { kind: 'breaksContract', status, type: null, outcome, detail });
}

/** A call that is not made at all, because it cannot succeed. */
export function failureBeforeSending(
  subject: CallSubject,
  kind: CallFailure['kind'],
  detail: string,
  type: string | null = null,
): CallFailure {
  return describe(subject, { kind, status: null, type, outcome: 'refused', detail });
}

type Details = Omit<CallFailure, 'message' | 'reason' | 'call'> & { detail: string };

const LONGEST_DETAIL = 400;
const LONGEST_TYPE = 100;

function describe(subject: CallSubject, { detail, type: rawType, ...rest }: Details): CallFailure {
  const failure = {
    ...rest,
    type: rawType && withoutSecrets(rawType.slice(0, LONGEST_TYPE), subject.secrets),
  };
  const what =
    failure.status === null ? `No answer to ${subject.call}` : `${failure.status} on ${subject.call}`;
  const said = withoutPersonal(
    [failure.type, detail].filter((part) => part).join(': '),
    subject.personal ?? [],
  );
  const reason = withoutSecrets(`${what}: ${shorten(said || 'no reason given')}`, subject.secrets);
  return { ...failure, message: `${reason} ${nextStep(subject.side, failure)}`, reason, call: subject.call };
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const cut = line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
  return asSentence(cut);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

/** Monthly quota and rate share the status 429; only the first is useless to retry. */
const MONTHLY_QUOTA = /BILLING|QUOTA|PLAN_LIMIT/;

/** Airtable documents no error for a full base: whatever speaks of a limit on rows or records is taken for it. */
const BASE_FULL = /(RECORD|ROW)S?_(COUNT_)?(LIMIT|QUOTA)|LIMIT_(ON_)?(RECORD|ROW)S|TOO_MANY_(RECORD|ROW)S/;
const BASE_FULL_TEXT =
  /\b(record|row)s?\b[^.]*\b(limit|maximum)\b|\b(limit|maximum)\b[^.]*\b(records|rows)\b[^.]*\b(base|plan|workspace)\b/i;

function kindOf(
  subject: CallSubject,
  status: number,
  type: string | null,
  detail: string,
): CallFailure['kind'] {
  if (status === 429) return MONTHLY_QUOTA.test(type ?? '') ? 'quotaExhausted' : 'rateLimited';
  if (subject.isWrite && subject.side === 'airtable' && isBaseFull(status, type ?? '', detail))
    return 'baseFull';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 402:
      return 'quotaExhausted';
    case 403:
      return 'forbidden';
    case 404:
      return 'notFound';
    case 409:
      return 'conflict';
    case 400:
    case 413:
    case 422:
      return 'invalid';
    case 408:
      return 'unavailable';
    default:
      return status >= 500 ? 'unavailable' : 'breaksContract';
  }
}

function isBaseFull(status: number, type: string, detail: string): boolean {
  return status < 500 && type !== 'INVALID_RECORDS' && (BASE_FULL.test(type) || BASE_FULL_TEXT.test(detail));
}

function readError(side: CallSide, body: unknown): { type: string | null; detail: string } {
  if (side === 'buildium') return readBuildiumError(body);
  // A stranger's words are not repeated.
  return side === 'airtable' ? readAirtableError(body) : { type: null, detail: '' };
}

/** `{"error":{"type","message"}}`, `{"error":"NOT_FOUND"}` and the older `{"errors":[{"error","message"}]}`. */
function readAirtableError(body: unknown): { type: string | null; detail: string } {
  const { error, errors } = asObject(body);
  if (typeof error === 'string') return { type: error, detail: '' };
  const first: unknown = Array.isArray(errors) ? errors[0] : error;
  const { type, error: olderType, message } = asObject(first);
  return { type: text(type) || text(olderType) || null, detail: text(message) };
}

function readBuildiumError(body: unknown): { type: string | null; detail: string } {
  const { UserMessage, ErrorCode, error } = asObject(body);
  return {
    // A gateway's token endpoint names its errors in `error` (RFC 6749, 5.2).
    type: text(ErrorCode) || text(error) || null,
    detail: [text(UserMessage), sentences(fieldErrors(body))].filter((part) => part).join(' '),
  };
}

type FieldError = { place: string; said: string };

/** `ApiErrorResponse`: its Errors were seen with Key and Value, with Message, and empty. */
function fieldErrors(body: unknown): FieldError[] {
  const { Errors } = asObject(body);
  return (Array.isArray(Errors) ? Errors : []).map((entry: unknown) => {
    const { Key, Value, Message } = asObject(entry);
    return { place: text(Key), said: text(Value) || text(Message) };
  });
}

function sentences(errors: readonly FieldError[]): string {
  const said = errors.map(({ place, said }) => [place, said].filter((part) => part).join(': '));
  return said.filter((sentence) => sentence).join('; ');
}

/** Buildium's general sentence says nothing where the fields are named. */
function refusedValues(
  subject: CallSubject,
  body: unknown,
  detail: string,
): Required<CallFailure>['values'] | null {
  if (subject.side === 'airtable') return saidOf(subject, detail, placesIn(detail));
  if (subject.side !== 'buildium') return null;
  const errors = fieldErrors(body);
  const places = errors.flatMap(({ place }) => (place === '' ? [] : [place]));
  return saidOf(subject, sentences(errors) || text(asObject(body)['UserMessage']), places);
}

function saidOf(
  subject: CallSubject,
  said: string,
  places: readonly string[],
): Required<CallFailure>['values'] | null {
  if (said === '') return null;
  const shown = withoutSecrets(shorten(withoutPersonal(said, subject.personal ?? [])), subject.secrets);
  return { said: shown, places };
}

/** `Field "Memo" cannot accept the provided value`. */
function placesIn(detail: string): string[] {
  const [, column] = /^Field "(.+?)" /.exec(detail) ?? [];
  return column === undefined ? [] : [column];
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function nextStep(side: CallSide, { kind, outcome }: Pick<CallFailure, 'kind' | 'outcome'>): string {
  if (side === 'receiver') return 'Check the address for notifications in the settings, and that it answers.';
  const isBuildium = side === 'buildium';
  switch (kind) {
    case 'unauthorized':
      return isBuildium
        ? 'Check the API key in Buildium (Settings > Developer Tools), then store a valid one with `npm run cli -- setup`.'
        : 'Create a new personal access token in Airtable, then store it with `npm run cli -- setup`.';
    case 'forbidden':
      return isBuildium
        ? 'Give the API key access to this resource in Buildium (Settings > Developer Tools).'
        : 'Check that the table still exists, and that the token has this base, its scopes and an owner who may edit it.';
    case 'notFound':
      return 'It was deleted, or this key was never shown it.';
    case 'invalid':
      return 'Correct the value; the same request would be refused again.';
    case 'conflict':
      return `Look at its state in ${isBuildium ? 'Buildium' : 'Airtable'}, then try again.`;
    case 'rateLimited':
      return 'Too many calls in a second: calls pause by themselves and go on afterwards.';
    case 'quotaExhausted':
      return "The workspace's calls for this month are used up: one call an hour tries again; upgrading Airtable's plan helps within the hour.";
    case 'baseFull':
      return 'The base has no room for more rows: delete some, keep transactions for fewer months, or upgrade the plan.';
    case 'unavailable':
      return outcome === 'unknown'
        ? 'It may have taken effect: the next look at that record will tell.'
        : 'If the address is right, it is away for a while.';
    case 'breaksContract':
      return 'This is not what the API documents: check the address in the settings, and report it if that is right.';
    default:
      return unreachable(kind);
  }
}

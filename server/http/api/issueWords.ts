import type * as z from 'zod';

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  guid: 'an id such as 019ab2c4-0000-7000-8000-000000000000',
  uuid: 'an id such as 019ab2c4-0000-7000-8000-000000000000',
  datetime: 'a moment such as 2026-11-30T14:00:00Z',
  date: 'a date such as 2026-11-30',
  email: 'a mail address',
  url: 'an address such as https://example.com/hook',
};

const UNITS: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/**
 * What is wanted of a value, in words that follow its path: `body.version: is missing; it must be an object`. A schema
 * that brings words of its own keeps them. @returns undefined where the validator's words must do.
 */
export function issueWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wanted(issue.input, kindOf(issue));
    case 'invalid_format':
      return wanted(issue.input, FORMATS[issue.format] ?? 'a text of another form');
    case 'invalid_value':
      return wanted(issue.input, oneOf(issue.values.map(String)));
    case 'invalid_union':
      return wanted(issue.input, 'a value of one of the forms that the page shows');
    case 'too_small':
      return bounded(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bounded(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'unrecognized_keys':
      return `does not know ${[issue.keys.join(', '), keysOf(issue.inst)].filter((part) => part).join(', only ')}`;
    case 'invalid_key':
      return 'has a name that is not known here';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'custom':
    case 'invalid_element':
      return undefined;
  }
}

function wanted(input: unknown, what: string): string {
  return input === undefined ? `is missing; it must be ${what}` : `must be ${what}`;
}

/** An object by its keys, so that nobody has to look them up. */
function kindOf({ expected, inst }: Extract<Issue, { code: 'invalid_type' }>): string {
  const kind = KINDS[expected] ?? `of the type ${expected}`;
  const keys = keysOf(inst);
  return keys === '' ? kind : `${kind} with ${keys}`;
}

/** What an object may have; empty for anything else. */
function keysOf(schema: Issue['inst']): string {
  const { shape } = (schema?._zod.def ?? {}) as { shape?: Record<string, unknown> };
  return Object.keys(shape ?? {}).join(', ');
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}

function bounded(origin: string, how: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be ${how} ${limit}`;
  return `must have ${how} ${limit} ${unit[Number(limit) === 1 ? 0 : 1]}`;
}

import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { check } from '../../server/http/api/check.ts';
import { HttpProblem } from '../../server/http/problem.ts';
import { ENDPOINTS } from '../../shared/api.ts';
import type { Endpoint } from '../../shared/endpoint.ts';

/** What a caller may send by mistake in the place of anything. */
const MISTAKES: readonly unknown[] = [undefined, null, true, -7, 1.5, 'x', '', [], ['x'], {}, { x: 1 }];

function refusalOf(schema: z.ZodObject, value: unknown): string | null {
  try {
    check(schema, value, 'body');
    return null;
  } catch (problem) {
    if (problem instanceof HttpProblem) return problem.message;
    throw problem;
  }
}

const parts = Object.entries<Endpoint>(ENDPOINTS).flatMap(([name, { params, query, body }]) =>
  [params, query, body].flatMap((schema) => (schema ? [{ name, schema }] : [])),
);

describe('a refused value', () => {
  test('is never answered with the words of the validator, at any endpoint', () => {
    const refusals = parts.flatMap(({ name, schema }) =>
      Object.keys(schema.shape).flatMap((key) =>
        MISTAKES.map((mistake) => [name, refusalOf(schema, { [key]: mistake })] as const),
      ),
    );
    const told = refusals.filter(([, message]) => message !== null);
    expect(told.length).toBeGreaterThan(500);
    expect(
      told.filter(([, message]) => /Invalid|expected|received|\.\.|undefined/.test(message ?? '')),
    ).toEqual([]);
  });

  test.each<[string, z.ZodType, unknown, string]>([
    ['missing', z.string(), undefined, 'is missing; it must be a text'],
    ['of another kind', z.int(), 1.5, 'must be a whole number'],
    ['no day', z.iso.date(), 'soon', 'must be a date such as 2026-11-30'],
    ['no moment', z.iso.datetime(), 'soon', 'must be a moment such as 2026-11-30T14:00:00Z'],
    ['not in a choice', z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    ['too long', z.string().max(2), 'abc', 'must have at most 2 characters'],
    ['too many', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
    ['not above a limit', z.number().gt(0), 0, 'must be more than 0'],
    [
      'refused in words of the schema',
      z.string().regex(/^rec/, 'must be the id of a row'),
      'x',
      'must be the id of a row',
    ],
  ])('that is %s says what is wanted', (_what, field, value, words) => {
    const schema = z.strictObject({ field });
    expect(refusalOf(schema, { field: value })).toBe(
      `Not accepted: body.field: ${words}. The page /docs shows what is.`,
    );
  });
});

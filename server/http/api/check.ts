import type * as z from 'zod';
import { asSentence } from '../../../shared/sentence.ts';
import { HttpProblem } from '../problem.ts';
import { issueWords } from './issueWords.ts';

/** @throws 422 with the values that are wrong, one by one. */
export function check(schema: z.ZodObject | undefined, value: unknown, where: string): unknown {
  if (!schema) return null;
  const checked = schema.safeParse(value, { error: issueWords });
  if (checked.success) return checked.data;
  const details = checked.error.issues.map((issue) => ({
    path: [where, ...issue.path].join('.'),
    message: issue.message,
  }));
  const listed = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new HttpProblem(422, 'invalid', `Not accepted: ${asSentence(listed)} The page /docs shows what is.`, {
    details,
  });
}

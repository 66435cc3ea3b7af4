import * as z from 'zod';
import { Refusal } from './errors.ts';

/** The body of a control request, which Airtable does not have: what is wrong with it is said, unlike there. */
export function readControl<Body>(shape: z.ZodType<Body>, body: unknown): Body {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal(422, { error: z.prettifyError(parsed.error) });
}

import type * as z from 'zod';
import type { Answer } from './answers.ts';
import type { BuildiumWorld } from './world.ts';

export type Desk = { world: BuildiumWorld; nowMs: number; today: string };

/** What a person's action touched, by kind of id; or why Buildium's screen would not do it. */
export type Outcome = Record<string, unknown> | { refused: string };

export type PersonAction = {
  fields: z.ZodType;
  act(desk: Desk, input: unknown): Outcome;
};

export function action<S extends z.ZodType>(
  fields: S,
  act: (desk: Desk, input: z.output<S>) => Outcome,
): PersonAction {
  // The dispatcher parses the input with these very fields before it calls the action.
  return { fields, act: (desk, input) => act(desk, input as z.output<S>) };
}

export function refused(reason: string): { refused: string } {
  return { refused: reason };
}

/** Sends a form and names the id of what came of it. */
export function submitted(
  desk: Desk,
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
  idName: string,
): Outcome {
  const answer = desk.world.submit(method, path, body, desk.nowMs);
  if (answer.status >= 300) return refused(reasonOf(answer));
  const created = Array.isArray(answer.body) ? (answer.body as unknown[])[0] : answer.body;
  const id = typeof created === 'object' && created !== null && 'Id' in created ? created.Id : null;
  return { [idName]: id };
}

function reasonOf(answer: Answer): string {
  const body = answer.body as { UserMessage: string; Errors: { Key: string; Value: string }[] };
  return [body.UserMessage, ...body.Errors.map(({ Key, Value }) => `${Key}: ${Value}`)].join(' ');
}

import * as z from 'zod';
import { LEDGER_ACTIONS } from './personLedger.ts';
import { MONEY_ACTIONS } from './personMoney.ts';
import { RECORD_ACTIONS } from './personRecords.ts';
import type { PersonAction } from './personAction.ts';
import type { BuildiumWorld } from './world.ts';

/** What a person can do in Buildium's own screens, by the name of the action. */
export const PERSON_ACTIONS: Readonly<Record<string, PersonAction>> = {
  ...MONEY_ACTIONS,
  ...LEDGER_ACTIONS,
  ...RECORD_ACTIONS,
};

const named = z.object({ action: z.string() }).catchall(z.unknown());

/** Carries out `{ action, … }` and answers with the ids that it touched, or 422 with the reason. */
export function actAsPerson(
  world: BuildiumWorld,
  body: unknown,
  nowMs: number,
): { status: number; body: unknown } {
  const request = named.safeParse(body);
  const found = request.success ? PERSON_ACTIONS[request.data.action] : undefined;
  if (!request.success || !found)
    return no(`The action is not known. Known: ${Object.keys(PERSON_ACTIONS).join(', ')}.`);
  const { action: _action, ...fields } = request.data;
  const input = found.fields.safeParse(fields);
  if (!input.success) return no(z.prettifyError(input.error));
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const outcome = world.act(nowMs, () => found.act({ world, nowMs, today }, input.data));
  return 'refused' in outcome ? no(String(outcome.refused)) : { status: 200, body: outcome };
}

function no(error: string): { status: number; body: unknown } {
  return { status: 422, body: { error } };
}

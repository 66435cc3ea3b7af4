import * as z from 'zod';
import type { Base } from './base.ts';
import { readControl } from './controlBody.ts';
import { invalidPermissions, modelNotFound, Refusal } from './errors.ts';
import { permits, PERMISSION_LEVELS } from './model.ts';
import type { Actor, User } from './model.ts';
import { act } from './personActions.ts';
import { PERSON_ACTIONS, personAction } from './personRequest.ts';
import type { PersonAction } from './personRequest.ts';
import type { AirtableWorld } from './world.ts';

const who = z.object({
  baseId: z.string().optional(),
  /** Defaults to the base's owner; someone new joins the base with this permission level. */
  user: z
    .object({
      id: z.string().optional(),
      email: z.string().optional(),
      name: z.string().optional(),
      permissionLevel: z.enum(PERMISSION_LEVELS).optional(),
    })
    .optional(),
  /** How the change came: the grid unless said otherwise. */
  source: z
    .enum(['client', 'formSubmission', 'formPageSubmission', 'automation', 'system', 'sync', 'anonymousUser'])
    .optional(),
});

const personRequest = z.intersection(who, personAction);
export type PersonRequest = z.infer<typeof personRequest>;

export function readPersonRequest(body: unknown): PersonRequest {
  const { action } = z.object({ action: z.unknown() }).catch({ action: undefined }).parse(body);
  if (!PERSON_ACTIONS.some((name) => name === action)) {
    const error = `The action is not known. Known: ${PERSON_ACTIONS.join(', ')}.`;
    throw new Refusal(422, { error });
  }
  return readControl(personRequest, body);
}

/** Does in a base what a person does in the grid: typed text is read as the field wants it. */
export function actAsPerson(
  world: AirtableWorld,
  request: PersonRequest,
  nowMs: number,
): Record<string, unknown> {
  const [first] = world.bases.values();
  const base = request.baseId === undefined ? first : world.bases.get(request.baseId);
  if (!base) throw modelNotFound();
  const user = personIn(world, base, request.user);
  const permissionLevel = base.collaborators.get(user.id) ?? 'none';
  const source = request.source ?? 'client';
  const actor: Actor = { source, user, permissionLevel };
  if (!permits(permissionLevel, neededLevel(request))) throw invalidPermissions();
  return world.transact(base, actor, nowMs, (tx) => act(tx, request));
}

function neededLevel({ action: name }: PersonAction): 'comment' | 'edit' | 'create' {
  if (name === 'addComment') return 'comment';
  return /Records?$|undoDelete/.test(name) ? 'edit' : 'create';
}

function personIn(world: AirtableWorld, base: Base, given: PersonRequest['user']): User {
  const [ownerId = ''] = base.collaborators.keys();
  const held = [...world.users.values()].find(({ id, email }) =>
    given?.id === undefined ? email === given?.email : id === given.id,
  );
  const owner = world.users.get(ownerId);
  if (!given && owner) return owner;
  const name = given?.name ?? held?.name ?? 'Pat Person';
  const email = given?.email ?? held?.email ?? `${given?.id ?? 'person'}@example.com`;
  const user = held ?? world.addUser({ ...(given?.id ? { id: given.id } : {}), email, name });
  if (given?.permissionLevel) base.collaborators.set(user.id, given.permissionLevel);
  else if (!base.collaborators.has(user.id)) base.collaborators.set(user.id, 'edit');
  return user;
}

import * as z from 'zod';
import type { SimulatorClock } from '../clock.ts';
import type { Fault, FaultPlan } from '../faults.ts';
import { ALL_SCOPES } from './auth.ts';
import { readControl } from './controlBody.ts';
import { modelNotFound, Refusal } from './errors.ts';
import { PERMISSION_LEVELS } from './model.ts';
import { actAsPerson, readPersonRequest } from './person.ts';
import { webhookJson } from './webhookApi.ts';
import type { AirtableWorld } from './world.ts';

/** What the control routes act on. */
export type Controlled = { world: AirtableWorld; clock: SimulatorClock; faults: FaultPlan };

const faultsBody = z.object({
  faults: z.array(
    z.custom<Fault>((fault) => typeof fault === 'object' && fault !== null && 'effect' in fault),
  ),
  pings: z
    .object({
      drop: z.int().min(0).optional(),
      double: z.int().min(0).optional(),
      delayMs: z.number().min(0).optional(),
    })
    .optional(),
  clear: z.boolean().optional(),
});
const clockBody = z.object({
  advanceMs: z.number().optional(),
  now: z.union([z.number(), z.string()]).optional(),
  speed: z.number().positive().optional(),
});
const tokenBody = z.object({
  /** An existing token to change; absent makes a new one. */
  token: z.string().optional(),
  userId: z.string().optional(),
  email: z.string().optional(),
  revoke: z.boolean().optional(),
  scopes: z.array(z.enum(ALL_SCOPES)).optional(),
  bases: z.union([z.literal('all'), z.array(z.string())]).optional(),
  /** The role of the token's user in the base. */
  role: z.enum(PERMISSION_LEVELS).optional(),
  baseId: z.string().optional(),
});
const quotaBody = z.object({
  monthlyCallLimit: z.int().min(0).nullable().optional(),
  whenExceeded: z.enum(['refuse', 'slow']).optional(),
  callsThisMonth: z.int().min(0).optional(),
  recordsPerBase: z.int().min(0).nullable().optional(),
  /** Ends the thirty seconds after a 429. */
  forgive: z.boolean().optional(),
});
const behaviourBody = z.object({
  missingRecord: z.union([z.literal(403), z.literal(404)]).optional(),
  acceptsChoiceUpdates: z.boolean().optional(),
  recordsPerPayload: z.int().min(1).optional(),
});
const baseBody = z.object({ name: z.string(), ownerId: z.string().optional() });

/** `/__control`: how tests and demos break things, move time and act as people. Answers JSON. */
export function answerControl(
  controlled: Controlled,
  method: string,
  path: string,
  body: unknown,
): { status: number; body: unknown } {
  const act = ROUTES[`${method} ${path}`];
  if (!act) {
    const error = `There is no ${method} ${path}. Known: ${Object.keys(ROUTES).join(', ')}.`;
    return { status: 404, body: { error } };
  }
  try {
    return { status: 200, body: act(controlled, body) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body };
    throw error;
  }
}

const ROUTES: Readonly<Record<string, (controlled: Controlled, body: unknown) => unknown>> = {
  'GET /__control/state': ({ world, clock }) => stateOf(world, clock.nowMs()),
  'POST /__control/reset': ({ world, faults }) => {
    faults.clear();
    world.reset();
    return {};
  },
  'POST /__control/faults': ({ world, faults }, body) => {
    const given = readControl(faultsBody, body);
    if (given.clear) faults.clear();
    faults.add(given.faults);
    Object.assign(world.pings.faults, given.pings ?? (given.clear ? { drop: 0, double: 0, delayMs: 0 } : {}));
    return {};
  },
  'POST /__control/clock': ({ clock }, body) => {
    moveClock(clock, readControl(clockBody, body));
    return { nowMs: clock.nowMs(), speed: clock.speed() };
  },
  'POST /__control/person': ({ world, clock }, body) =>
    actAsPerson(world, readPersonRequest(body), clock.nowMs()),
  'POST /__control/token': ({ world }, body) => changeToken(world, readControl(tokenBody, body)),
  'POST /__control/quota': ({ world, clock }, body) =>
    changeQuota(world, readControl(quotaBody, body), clock.nowMs()),
  'POST /__control/behaviour': ({ world }, body) => {
    Object.assign(world, readControl(behaviourBody, body));
    return {};
  },
  'POST /__control/base': ({ world }, body) => ({ id: addBase(world, readControl(baseBody, body)) }),
};

function moveClock(clock: SimulatorClock, given: z.infer<typeof clockBody>): void {
  if (given.now !== undefined) clock.setMs(new Date(given.now).getTime());
  if (given.advanceMs !== undefined) clock.advanceMs(given.advanceMs);
  if (given.speed !== undefined) clock.setSpeed(given.speed);
}

function changeToken(world: AirtableWorld, given: z.infer<typeof tokenBody>): Record<string, unknown> {
  const [firstBase] = world.bases.values();
  const base = given.baseId === undefined ? firstBase : world.bases.get(given.baseId);
  const held = given.token === undefined ? undefined : world.tokens.get(given.token);
  if (!base || (given.token !== undefined && !held)) throw modelNotFound();
  const [ownerId = ''] = base.collaborators.keys();
  const newcomer =
    given.email === undefined ? null : world.addUser({ email: given.email, name: given.email });
  const token = held ?? world.addToken({ userId: newcomer?.id ?? given.userId ?? ownerId });
  if (given.revoke !== undefined) token.revoked = given.revoke;
  if (given.scopes) token.scopes = new Set(given.scopes);
  if (given.bases) token.resources = given.bases === 'all' ? 'all' : new Set(given.bases);
  if (given.role) base.collaborators.set(token.userId, given.role);
  return { token: token.secret, userId: token.userId };
}

function changeQuota(
  world: AirtableWorld,
  given: z.infer<typeof quotaBody>,
  nowMs: number,
): Record<string, unknown> {
  const { limits } = world;
  if (given.monthlyCallLimit !== undefined) limits.quota.monthlyCallLimit = given.monthlyCallLimit;
  if (given.whenExceeded !== undefined) limits.quota.whenExceeded = given.whenExceeded;
  if (given.forgive) limits.forgive();
  for (const workspaceId of world.workspaces) {
    if (given.callsThisMonth !== undefined)
      limits.setCallsThisMonth(workspaceId, given.callsThisMonth, nowMs);
  }
  for (const base of world.bases.values()) {
    if (given.recordsPerBase !== undefined) base.recordLimit = given.recordsPerBase;
  }
  return { ...limits.quota };
}

function addBase(world: AirtableWorld, given: z.infer<typeof baseBody>): string {
  const [workspaceId = ''] = world.workspaces;
  const [firstUser] = world.users.keys();
  return world.addBase({ name: given.name, workspaceId, ownerId: given.ownerId ?? firstUser ?? '' }).id;
}

/** What a test asks about: how much is there, what was called, how the webhooks stand. */
export function stateOf(world: AirtableWorld, nowMs: number): Record<string, unknown> {
  return {
    nowMs,
    calls: {
      byKind: Object.fromEntries(world.calls.byKind),
      byStatus: Object.fromEntries(world.calls.byStatus),
      rateLimited: world.calls.byStatus.get(429) ?? 0,
    },
    workspaces: [...world.workspaces].map((id) => ({
      id,
      callsThisMonth: world.limits.callsThisMonth(id, nowMs),
    })),
    bases: [...world.bases.values()].map((base) => ({
      id: base.id,
      name: base.name,
      records: base.recordCount(),
      tables: base.tables.map(({ id, name, rows }) => ({ id, name, records: rows.size })),
      webhooks: [...base.webhooks.values()].map((webhook) => webhookJson(webhook, nowMs)),
    })),
  };
}

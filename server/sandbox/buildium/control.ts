import * as z from 'zod';
import type { SimulatorClock } from '../clock.ts';
import type { Fault, FaultPlan } from '../faults.ts';
import { PERMISSIONS } from './keys.ts';
import { actAsPerson } from './person.ts';
import type { Seed } from './seed.ts';
import type { BuildiumWorld } from './world.ts';

/** What the control routes act on. */
export type Controlled = { world: BuildiumWorld; clock: SimulatorClock; faults: FaultPlan; seed: Seed };

const seed = z.union([
  z.enum(['story', 'empty']),
  z.object({
    properties: z.int().min(0),
    seed: z.int().optional(),
    transactionsPerLease: z.int().min(0).optional(),
  }),
]);
const faultsBody = z.object({
  faults: z
    .array(z.custom<Fault>((fault) => typeof fault === 'object' && fault !== null && 'effect' in fault))
    .optional(),
  webhooks: z
    .object({
      lagMs: z.number().min(0).nullable(),
      drop: z.int().min(0),
      double: z.int().min(0),
      reorder: z.boolean(),
      hold: z.boolean(),
    })
    .partial()
    .optional(),
  clear: z.boolean().optional(),
});
const clockBody = z.object({
  advanceMs: z.number().optional(),
  now: z.union([z.number(), z.string()]).optional(),
  speed: z.number().positive().optional(),
});
const keysBody = z.object({
  revoked: z.boolean().optional(),
  permissions: z.partialRecord(z.enum(PERMISSIONS), z.enum(['None', 'View', 'Edit'])).optional(),
});
const webhookBody = z.object({ url: z.url(), secret: z.string().min(1) }).nullable();
const limitBody = z.object({ perSecond: z.int().min(1) });

type ControlAnswer = { status: number; body: unknown };

/** `/__control`: how tests and demos break things, move time and act as people. Answers JSON. */
export function answerControl(
  controlled: Controlled,
  method: string,
  path: string,
  rawBody: string,
): ControlAnswer {
  let body: unknown;
  try {
    body = rawBody === '' ? {} : JSON.parse(rawBody);
  } catch {
    return refused('The body is not valid JSON.');
  }
  const act = ACTIONS[`${method} ${path}`];
  return act
    ? act(controlled, body)
    : {
        status: 404,
        body: { error: `There is no ${method} ${path}. Known: ${Object.keys(ACTIONS).join(', ')}.` },
      };
}

function refused(error: string): ControlAnswer {
  return { status: 422, body: { error } };
}

function reading<S extends z.ZodType>(
  schema: S,
  act: (controlled: Controlled, body: z.output<S>) => unknown,
): (controlled: Controlled, body: unknown) => ControlAnswer {
  return (controlled, body) => {
    const parsed = schema.safeParse(body);
    return parsed.success
      ? { status: 200, body: act(controlled, parsed.data) ?? {} }
      : refused(z.prettifyError(parsed.error));
  };
}

const ACTIONS: Record<string, (controlled: Controlled, body: unknown) => ControlAnswer> = {
  'GET /__control/state': ({ world, clock }) => ({ status: 200, body: stateOf(world, clock) }),
  'POST /__control/reset': reading(z.object({ seed: seed.optional() }), (controlled, body) => {
    controlled.faults.clear();
    controlled.world.reset((body.seed ?? controlled.seed) as Seed, controlled.clock.nowMs());
    return stateOf(controlled.world, controlled.clock).counts;
  }),
  'POST /__control/faults': reading(faultsBody, ({ world, faults }, body) => {
    const { behaviour } = world.outbox;
    if (body.clear) {
      faults.clear();
      Object.assign(behaviour, { lagMs: null, drop: 0, double: 0, reorder: false, hold: false });
    }
    faults.add(body.faults ?? []);
    return Object.assign(behaviour, body.webhooks);
  }),
  'POST /__control/clock': reading(clockBody, ({ clock }, body) => {
    if (body.now !== undefined) clock.setMs(new Date(body.now).getTime());
    if (body.advanceMs !== undefined) clock.advanceMs(body.advanceMs);
    if (body.speed !== undefined) clock.setSpeed(body.speed);
    return { now: new Date(clock.nowMs()).toISOString(), speed: clock.speed() };
  }),
  'POST /__control/keys': reading(keysBody, ({ world }, body) => {
    if (body.revoked !== undefined) world.key.revoked = body.revoked;
    if (body.permissions) world.key.permissions = body.permissions;
    return { revoked: world.key.revoked, permissions: world.key.permissions };
  }),
  'POST /__control/webhook': reading(webhookBody, ({ world }, body) => world.outbox.subscribe(body)),
  'POST /__control/ratelimit': reading(limitBody, ({ world }, body) => {
    world.rateLimit.perSecond = body.perSecond;
  }),
  'POST /__control/person': ({ world, clock }, body) => actAsPerson(world, body, Math.floor(clock.nowMs())),
};

/** What a test asks about: how much is there, what was called, how the webhook stands. */
export function stateOf(world: BuildiumWorld, clock: SimulatorClock) {
  const { records, outbox } = world;
  const counts = {
    properties: records.properties.size,
    units: records.units.size,
    owners: records.owners.size,
    tenants: records.tenants.size,
    leases: records.leases.size,
    vendors: records.vendors.size,
    glAccounts: records.glAccounts.size,
    bankAccounts: records.bankAccounts.size,
    bills: [...records.transactions.values()].filter(({ kind }) => kind === 'Bill').length,
    transactions: records.transactions.size,
  };
  return {
    now: new Date(clock.nowMs()).toISOString(),
    counts,
    calls: {
      byRoute: Object.fromEntries(world.calls),
      byStatus: Object.fromEntries(world.statuses),
      rateLimited: world.statuses.get(429) ?? 0,
    },
    webhook: {
      url: outbox.subscription?.url ?? null,
      suspended: outbox.suspended,
      pending: outbox.pending,
      log: outbox.log,
    },
  };
}

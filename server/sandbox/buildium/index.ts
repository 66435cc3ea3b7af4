import { simulatorClock, type SimulatorClock } from '../clock.ts';
import { FaultPlan } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { listen } from './httpServer.ts';
import type { Seed } from './seed.ts';
import { WebhookPoster } from './webhookPoster.ts';
import type { Subscription } from './webhooks.ts';
import { BuildiumWorld } from './world.ts';

export type BuildiumSimulatorOptions = {
  port?: number;
  clientId?: string;
  clientSecret?: string;
  accountId?: number;
  webhook?: Subscription | null;
  seed?: Seed;
  /** The moment up to which the seed tells; the clock's present one when it is absent. */
  seedAtMs?: number;
  clock?: SimulatorClock;
  /** Median time to an answer; null answers at once, as tests want it. */
  latencyMs?: number | null;
  /** Between an event and its webhook; null draws half a second to three. */
  webhookLagMs?: number | null;
  randomSeed?: number;
};

export type BuildiumSimulator = {
  /** What clients know as https://api.buildium.com; paths start with `/v1`. */
  url: string;
  clientId: string;
  clientSecret: string;
  accountId: number;
  world: BuildiumWorld;
  clock: SimulatorClock;
  faults: FaultPlan;
  setWebhook(subscription: Subscription | null): void;
  /** Resolves when every event has been tried once; retries that lie ahead are not waited for. */
  deliveriesIdle(): Promise<void>;
  close(): Promise<void>;
};

/** Starts one Buildium account on loopback. */
export async function startBuildiumSimulator(
  options: BuildiumSimulatorOptions = {},
): Promise<BuildiumSimulator> {
  const { clock = simulatorClock(), randomSeed = 1, latencyMs = null } = options;
  const {
    clientId = 'sandbox-client-id',
    clientSecret = 'sandbox-client-secret',
    accountId = 514_207,
  } = options;
  const seed = options.seed ?? 'story';
  const nowMs = options.seedAtMs ?? clock.nowMs();
  const world = new BuildiumWorld({ clientId, clientSecret, accountId, seed, nowMs, randomSeed });
  world.outbox.subscribe(options.webhook ?? null);
  world.outbox.behaviour.lagMs = options.webhookLagMs ?? null;
  const faults = new FaultPlan();
  const poster = new WebhookPoster(world, clock);
  const latency = latencyMs === null ? null : { medianMs: latencyMs, random: seededRandom(randomSeed + 1) };
  const served = { world, clock, faults, latency, seed, afterEach: () => poster.wake() };
  const server = await listen(served, options.port ?? 0);
  return {
    url: server.url,
    clientId,
    clientSecret,
    accountId,
    world,
    clock,
    faults,
    setWebhook: (subscription) => {
      world.outbox.subscribe(subscription);
      poster.wake();
    },
    deliveriesIdle: () => poster.idle(),
    async close() {
      await poster.close();
      await server.close();
    },
  };
}

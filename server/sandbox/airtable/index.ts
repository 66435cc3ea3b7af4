import { simulatorClock } from '../clock.ts';
import type { SimulatorClock } from '../clock.ts';
import { FaultPlan } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { listen } from './httpServer.ts';
import { PingPoster } from './pingPoster.ts';
import { AirtableWorld } from './world.ts';

export type AirtableSimulatorOptions = {
  port?: number;
  clock?: SimulatorClock;
  randomSeed?: number;
  /** Null answers at once, as tests want it. */
  latencyMs?: { median: number } | null;
  token?: string;
  baseId?: string;
  monthlyCallLimit?: number;
  recordsPerBase?: number;
  /** A second port for uploads, as content.airtable.com is a second host; they also work on the first. */
  contentPort?: number;
};

export type AirtableSimulator = {
  /** What clients know as https://api.airtable.com; paths start with `/v0`. */
  url: string;
  /** What clients know as https://content.airtable.com. */
  contentUrl: string;
  token: string;
  baseId: string;
  clock: SimulatorClock;
  world: AirtableWorld;
  faults: FaultPlan;
  /** Resolves when every webhook ping has been tried once. */
  pingsIdle(): Promise<void>;
  close(): Promise<void>;
};

/** Starts Airtable on loopback, with one new base and one token that may do everything. */
export async function startAirtableSimulator(
  options: AirtableSimulatorOptions = {},
): Promise<AirtableSimulator> {
  const { clock = simulatorClock(), randomSeed = 1, latencyMs = null } = options;
  const { monthlyCallLimit = null, recordsPerBase = null } = options;
  const world = new AirtableWorld({
    randomSeed,
    quota: { monthlyCallLimit, whenExceeded: 'refuse' },
    recordsPerBase,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.baseId === undefined ? {} : { baseId: options.baseId }),
  });
  const faults = new FaultPlan();
  const poster = new PingPoster(world, clock);
  const latency = latencyMs && { medianMs: latencyMs.median, random: seededRandom(randomSeed + 1) };
  const served = { world, clock, faults, latency, afterEach: () => poster.wake() };
  const server = await listen(served, options.port ?? 0);
  const content = options.contentPort === undefined ? null : await listen(served, options.contentPort);
  world.attachments.origin = server.url;
  const [token = ''] = world.tokens.keys();
  const [baseId = ''] = world.bases.keys();
  return {
    url: server.url,
    contentUrl: content?.url ?? server.url,
    token,
    baseId,
    clock,
    world,
    faults,
    pingsIdle: () => poster.idle(),
    async close() {
      await poster.close();
      await Promise.all([server.close(), content?.close()]);
    },
  };
}

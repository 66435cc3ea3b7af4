import { listenOn, type Latency } from '../simulatorServer.ts';
import type { SimulatorClock } from '../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { answerControl } from './control.ts';
import type { Seed } from './seed.ts';
import type { BuildiumWorld } from './world.ts';

export type Served = {
  world: BuildiumWorld;
  clock: SimulatorClock;
  faults: FaultPlan;
  latency: Latency;
  /** What a reset goes back to when it names nothing else. */
  seed: Seed;
  /** Called after everything that may have made a webhook due or moved the clock. */
  afterEach(): void;
};

const MOST_BODY_BYTES = 10 * 1024 * 1024;

/** The sockets around a world. Everything Buildium decides is in the world. */
export async function listen(served: Served, port: number): Promise<{ url: string; close(): Promise<void> }> {
  return listenOn(
    {
      ...served,
      mostBodyBytes: MOST_BODY_BYTES,
      control: ({ method, url, body }) => answerControl(served, method, url.pathname, body.toString('utf8')),
      handle: ({ method, url, headers, body }) =>
        served.world.handle(
          {
            method,
            path: url.pathname,
            query: url.searchParams,
            headers: headers as Record<string, string | undefined>,
            rawBody: body.toString('utf8'),
          },
          served.clock.nowMs(),
        ),
    },
    port,
  );
}

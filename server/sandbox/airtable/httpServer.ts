import { listenOn, type Latency, type WireAnswer } from '../simulatorServer.ts';
import type { SimulatorClock } from '../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { answerControl } from './control.ts';
import type { ApiAnswer } from './operation.ts';
import type { AirtableWorld } from './world.ts';

export type Served = {
  world: AirtableWorld;
  clock: SimulatorClock;
  faults: FaultPlan;
  latency: Latency;
  /** Called after everything that may have made pings due or moved the clock. */
  afterEach(): void;
};

const MOST_BODY_BYTES = 12 * 1024 * 1024;

/** Airtable takes URLs of 16,000 characters, which is Node's limit for all headers together. */
const MOST_HEADER_BYTES = 65_536;

/** The sockets around a world. Everything Airtable decides is in the world. */
export async function listen(served: Served, port: number): Promise<{ url: string; close(): Promise<void> }> {
  return listenOn(
    {
      ...served,
      mostBodyBytes: MOST_BODY_BYTES,
      mostHeaderBytes: MOST_HEADER_BYTES,
      control: ({ method, url, body }) => answerControl(served, method, url.pathname, parsed(body)),
      handle: ({ method, url, headers, body }) =>
        wireAnswer(
          served.world.handle(
            {
              method,
              path: url.pathname,
              query: url.searchParams,
              headers: headers as Record<string, string | undefined>,
              rawBody: body,
            },
            served.clock.nowMs(),
          ),
        ),
    },
    port,
  );
}

function wireAnswer({ status, headers, body }: ApiAnswer): WireAnswer {
  if (body instanceof Uint8Array) return { status, headers, body };
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatorClock } from '../clock.ts';
import type { FaultPlan } from '../faults.ts';
import type { Random } from '../random.ts';
import { answerControl } from './control.ts';
import type { ApiAnswer, ApiRequest } from './operation.ts';
import type { AirtableWorld } from './world.ts';

export type Latency = { medianMs: number; random: Random } | null;

export type Served = {
  world: AirtableWorld;
  clock: SimulatorClock;
  faults: FaultPlan;
  latency: Latency;
  /** Called after everything that may have made pings due or moved the clock. */
  afterEach(): void;
};

const MOST_BODY_BYTES = 12 * 1024 * 1024;

/** The sockets around a world: faults, latency, control. Everything Airtable decides is in the world. */
export async function listen(served: Served, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const timers = new Set<NodeJS.Timeout>();
  const later = (simulatedMs: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, simulatedMs / served.clock.speed());
    timers.add(timer);
  };
  // Airtable takes URLs of 16,000 characters, which is Node's limit for all headers together.
  const server = createServer({ maxHeaderSize: 65_536 }, (incoming, outgoing) => {
    receive(incoming)
      .then((rawBody) => respond(served, incoming, outgoing, rawBody, later))
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    await closeServer(server);
  };
  return { url: `http://127.0.0.1:${actualPort}`, close };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function receive(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Error('The body is larger than any request of the API');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function respond(
  served: Served,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  rawBody: Uint8Array,
  later: (simulatedMs: number, work: () => void) => void,
): void {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const method = incoming.method ?? 'GET';
  if (url.pathname.startsWith('/__control/')) {
    const answer = answerControl(served, method, url.pathname, parsed(rawBody));
    served.afterEach();
    write(outgoing, { ...answer, headers: { 'content-type': 'application/json' } });
    return;
  }
  const request: ApiRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers as Record<string, string | undefined>,
    rawBody,
  };
  const handle = (): ApiAnswer => {
    const answer = served.world.handle(request, served.clock.nowMs());
    served.afterEach();
    return answer;
  };
  const answer = (): void => {
    const ready = handle();
    const delayMs = latencyMs(served.latency);
    if (delayMs > 0) later(delayMs, () => write(outgoing, ready));
    else write(outgoing, ready);
  };
  const effect = served.faults.take(
    method,
    url.pathname + url.search,
    served.clock.nowMs(),
    new TextDecoder().decode(rawBody),
  );
  switch (effect?.kind) {
    case undefined:
      return answer();
    case 'status':
      return write(outgoing, {
        status: effect.status,
        headers: { 'content-type': 'application/json', ...effect.headers },
        body: effect.body,
      });
    case 'tornBefore':
      return void outgoing.destroy();
    case 'tornAfter':
      handle();
      return void outgoing.destroy();
    case 'lateEffect':
      outgoing.destroy();
      return later(effect.delayMs, handle);
    case 'delay':
      return later(effect.delayMs, answer);
  }
}

/** Log-normal around the median, as answers of a busy service are; never more than eight times it. */
function latencyMs(latency: Latency): number {
  if (!latency) return 0;
  const [u, v] = [1 - latency.random.next(), latency.random.next()];
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  return latency.medianMs * Math.min(8, Math.exp(0.4 * normal));
}

function parsed(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(rawBody));
  } catch {
    return undefined;
  }
}

function write(outgoing: ServerResponse, answer: ApiAnswer): void {
  if (outgoing.destroyed) return;
  const { body } = answer;
  const content = body instanceof Uint8Array ? body : body === undefined ? '' : JSON.stringify(body);
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(content) });
  outgoing.end(content);
}

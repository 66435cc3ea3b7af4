import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatorClock } from '../clock.ts';
import type { FaultPlan } from '../faults.ts';
import type { Random } from '../random.ts';
import { answerControl } from './control.ts';
import type { Seed } from './seed.ts';
import type { BuildiumWorld, WorldAnswer, WorldRequest } from './world.ts';

export type Latency = { medianMs: number; random: Random } | null;

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

/** The sockets around a world: faults, latency, control. Everything Buildium decides is in the world. */
export async function listen(served: Served, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const timers = new Set<NodeJS.Timeout>();
  const later = (simulatedMs: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, simulatedMs / served.clock.speed());
    timers.add(timer);
  };
  const server = createServer((incoming, outgoing) => {
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

async function receive(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Error('The body is larger than any request of the API');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function respond(
  served: Served,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  rawBody: string,
  later: (simulatedMs: number, work: () => void) => void,
): void {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const method = incoming.method ?? 'GET';
  if (url.pathname.startsWith('/__control/')) {
    const { status, body } = answerControl(served, method, url.pathname, rawBody);
    served.afterEach();
    return write(outgoing, json(status, body));
  }
  const request: WorldRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers as Record<string, string | undefined>,
    rawBody,
  };
  const handle = (): WorldAnswer => {
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
  const effect = served.faults.take(method, url.pathname + url.search, served.clock.nowMs(), rawBody);
  switch (effect?.kind) {
    case undefined:
      return answer();
    case 'status':
      return write(outgoing, json(effect.status, effect.body, effect.headers));
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

function json(status: number, body: unknown, headers: Record<string, string> = {}): WorldAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** Log-normal around the median, as answers of a busy service are; never more than eight times it. */
function latencyMs(latency: Latency): number {
  if (!latency) return 0;
  const [u, v] = [1 - latency.random.next(), latency.random.next()];
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  return latency.medianMs * Math.min(8, Math.exp(0.4 * normal));
}

function write(outgoing: ServerResponse, answer: WorldAnswer): void {
  if (outgoing.destroyed) return;
  const length = answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(answer.body) };
  outgoing.writeHead(answer.status, { ...answer.headers, ...length });
  outgoing.end(answer.body);
}

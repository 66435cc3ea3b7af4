import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatorClock } from './clock.ts';
import type { FaultPlan } from './faults.ts';
import type { Random } from './random.ts';

/** Seeded and log-normal around the median, in simulated milliseconds; null answers at once. */
export type Latency = { medianMs: number; random: Random } | null;

export type WireRequest = { method: string; url: URL; headers: IncomingHttpHeaders; body: Buffer };

export type WireAnswer = { status: number; headers: Record<string, string>; body: string | Uint8Array };

/** The wire of a simulator: what both have, whatever they simulate. Neither shares a rule of its API with the other. */
export type Wire = {
  clock: SimulatorClock;
  faults: FaultPlan;
  latency: Latency;
  mostBodyBytes: number;
  /** For all headers and the URL together; Node's limit by default. */
  mostHeaderBytes?: number;
  /** What the API answers, now. */
  handle(request: WireRequest): WireAnswer;
  /** What the control routes answer: no fault and no latency concerns them. */
  control(request: WireRequest): { status: number; body: unknown };
  /** Called after everything that may have made an event due or moved the clock. */
  afterEach(): void;
};

type Later = (simulatedMs: number, work: () => void) => void;

/** Listens on the loopback. `close` tears what is under way. */
export async function listenOn(wire: Wire, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const timers = new Set<NodeJS.Timeout>();
  const later: Later = (simulatedMs, work) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, simulatedMs / wire.clock.speed());
    timers.add(timer);
  };
  const headers = wire.mostHeaderBytes === undefined ? {} : { maxHeaderSize: wire.mostHeaderBytes };
  const server = createServer(headers, (incoming, outgoing) => {
    receive(incoming, wire.mostBodyBytes)
      .then((request) => respond(wire, request, outgoing, later))
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

/** An answer as JSON; without a body it is empty. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): WireAnswer {
  const content = body === undefined ? '' : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: content };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function receive(incoming: IncomingMessage, mostBytes: number): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw new Error('The body is larger than any request of the API');
    chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return { method: incoming.method ?? 'GET', url, headers: incoming.headers, body: Buffer.concat(chunks) };
}

function respond(wire: Wire, request: WireRequest, outgoing: ServerResponse, later: Later): void {
  const { method, url, body } = request;
  if (url.pathname.startsWith('/__control/')) {
    const answer = wire.control(request);
    wire.afterEach();
    return write(outgoing, jsonAnswer(answer.status, answer.body));
  }
  const handle = (): WireAnswer => {
    const answer = wire.handle(request);
    wire.afterEach();
    return answer;
  };
  const answer = (): void => {
    const ready = handle();
    const delayMs = latencyMs(wire.latency);
    if (delayMs > 0) later(delayMs, () => write(outgoing, ready));
    else write(outgoing, ready);
  };
  const path = url.pathname + url.search;
  const effect = wire.faults.take(method, path, wire.clock.nowMs(), body.toString('utf8'));
  switch (effect?.kind) {
    case undefined:
      return answer();
    case 'status':
      return write(outgoing, jsonAnswer(effect.status, effect.body, effect.headers));
    case 'tornBefore':
      return void outgoing.destroy();
    case 'tornAfter':
      handle();
      return void outgoing.destroy();
    case 'lateEffect':
      outgoing.destroy();
      return later(effect.delayMs, handle);
    case 'lateAnswer': {
      const ready = handle();
      return later(effect.delayMs, () => write(outgoing, ready));
    }
    case 'delay':
      return later(effect.delayMs, answer);
  }
}

/** As answers of a busy service are; never more than eight times the median. */
function latencyMs(latency: Latency): number {
  if (!latency) return 0;
  const [u, v] = [1 - latency.random.next(), latency.random.next()];
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  return latency.medianMs * Math.min(8, Math.exp(0.4 * normal));
}

function write(outgoing: ServerResponse, { status, headers, body }: WireAnswer): void {
  if (outgoing.destroyed) return;
  // RFC 9110: a 204 has no content, and says nothing of its length.
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  outgoing.writeHead(status, { ...headers, ...length });
  outgoing.end(body);
}

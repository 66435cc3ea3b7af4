import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import type { Desk } from './action.ts';
import { carryOut } from './actions.ts';
import { bundlePage, type Asset } from './bundle.ts';
import type { Answer, Message } from './view.ts';

export type PageServer = {
  url: string;
  /** What the page shows from now on; before that it says that everything is starting. */
  show(desk: Desk): void;
  close(): Promise<void>;
};

const MOST_BODY_BYTES = 100_000;

/** Nothing from elsewhere, and nothing that is not ours. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src http://127.0.0.1:*; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const request = z.object({ action: z.string() }).catchall(z.unknown());

/** Serves the page on loopback, at the wanted port or at a free one when that is taken. */
export async function startPageServer(wantedPort: number): Promise<PageServer> {
  const assets = await bundlePage();
  let desk: Desk | null = null;
  const waiting = new Set<(desk: Desk) => void>();
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const port = await listen(server, wantedPort);
  const url = `http://127.0.0.1:${port}`;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname } = new URL(incoming.url ?? '/', url);
    // A page elsewhere that has talked the browser into calling us is told nothing.
    if (!hosts.includes(incoming.headers.host ?? ''))
      return reply(outgoing, 403, 'This address is not ours.');
    const asset = assets.get(pathname);
    if (incoming.method === 'GET' && asset) return send(outgoing, asset);
    if (incoming.method === 'GET' && pathname === '/events') return stream(outgoing);
    if (incoming.method === 'POST' && pathname === '/do') return act(incoming, outgoing);
    reply(outgoing, 404, 'There is nothing here.');
  }

  function stream(outgoing: ServerResponse): void {
    outgoing.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    outgoing.write('retry: 1000\n\n');
    const write = (message: Message): void => void outgoing.write(`data: ${JSON.stringify(message)}\n\n`);
    let stop: (() => void) | null = null;
    const begin = (shown: Desk): void => {
      if (shown.extension) write({ type: 'extension', url: `${shown.extension.url}/__runFrame` });
      stop = shown.feed.listen(write);
    };
    if (desk) begin(desk);
    else waiting.add(begin);
    outgoing.on('close', () => {
      waiting.delete(begin);
      stop?.();
    });
  }

  async function act(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { origin, 'content-type': contentType = '' } = incoming.headers;
    const isOurs = origin === undefined || hosts.some((host) => origin === `http://${host}`);
    if (!isOurs || !contentType.startsWith('application/json'))
      return reply(outgoing, 403, 'Only this page may ask.');
    const body = request.safeParse(parsed(await receive(incoming)));
    if (!body.success) return reply(outgoing, 400, 'The request is not understood.');
    if (!desk) return reply(outgoing, 409, 'The demo is still starting.');
    const answered = await carryOut(desk, body.data);
    reply(outgoing, answered.problem === null ? 200 : 422, answered);
  }

  return {
    url,
    show: (shown) => {
      desk = shown;
      for (const begin of waiting) begin(shown);
      waiting.clear();
    },
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, wantedPort: number): Promise<number> {
  for (const port of [wantedPort, 0]) {
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('No port is free');
}

function send(outgoing: ServerResponse, { contentType, body }: Asset): void {
  outgoing.writeHead(200, { ...HEADERS, 'content-type': contentType });
  outgoing.end(body);
}

function reply(outgoing: ServerResponse, status: number, answered: Answer | string): void {
  const body: Answer = typeof answered === 'string' ? { problem: answered } : answered;
  outgoing.writeHead(status, { ...HEADERS, 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}

async function receive(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Error('The request is larger than any that the page makes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

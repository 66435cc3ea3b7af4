import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
};

export type Reply =
  | { status: number; body?: unknown; text?: string; headers?: Record<string, string> }
  /** The connection is destroyed without an answer. */
  | 'tear'
  /** The connection is destroyed in the middle of the answer. */
  | 'tearMidway'
  /** No answer ever. */
  | 'hang';

export type ScriptedServer = {
  url: string;
  /** Everything that arrived, in order. */
  received: Received[];
  /** Resolves when so many requests have arrived since the start. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

/** An HTTP server for what no simulator does: it answers each request as the script says. */
export async function scriptedServer(
  script: (request: Received, index: number) => Reply | Promise<Reply>,
): Promise<ScriptedServer> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((incoming, response) => {
    void (async () => {
      const request = await read(incoming);
      const index = received.push(request) - 1;
      for (const wake of waiting) wake();
      const reply = await script(request, index);
      if (reply === 'hang') return;
      if (reply === 'tear') return void incoming.socket.destroy();
      if (reply === 'tearMidway') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"half":', () => incoming.socket.destroy());
        return;
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body)));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    arrived: async (count) => {
      while (received.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://unused');
  const isJson = incoming.headers['content-type'] === 'application/json';
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    text,
    json: isJson ? (JSON.parse(text) as unknown) : null,
  };
}

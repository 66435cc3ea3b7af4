import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AirtableSimulator } from '../airtable/index.ts';
import { hostAnswers, type HostAnswers } from './answers.ts';
import { bundleHarness, type Asset } from './assets.ts';

/** A page like Airtable's, with the released extension beside the grid of the simulated base. */
export type ExtensionHost = Pick<HostAnswers, 'signInAs' | 'select' | 'globalConfig'> & {
  url: string;
  close(): Promise<void>;
};

export type ExtensionHostOptions = {
  airtable: Pick<AirtableSimulator, 'world' | 'baseId' | 'clock'>;
  /** The bundle as it was built for a release, unmodified. */
  bundleFile: string;
  globalConfig?: Record<string, unknown>;
  port?: number;
};

export async function startExtensionHost(options: ExtensionHostOptions): Promise<ExtensionHost> {
  const { airtable, bundleFile, globalConfig = {}, port = 0 } = options;
  const assets = await bundleHarness();
  const host = hostAnswers(airtable, globalConfig);
  const server = createServer((request, response) => {
    void serve(request, response, { assets, bundleFile, host });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signInAs: host.signInAs,
    select: host.select,
    globalConfig: host.globalConfig,
    close: async () => {
      host.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

type Serving = { assets: ReadonlyMap<string, Asset>; bundleFile: string; host: HostAnswers };

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { assets, bundleFile, host }: Serving,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://host');
  const asset = assets.get(url.pathname);
  const send = (status: number, contentType: string, body: string | Buffer): void => {
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  };
  try {
    if (asset) return send(200, asset.contentType, asset.body);
    if (url.pathname === '/bundle.js')
      return send(200, 'text/javascript; charset=utf-8', await readFile(bundleFile));
    const body: unknown = request.method === 'POST' ? await bodyOf(request) : null;
    const found = await host.answer(url.pathname, url.searchParams, body);
    if (found === undefined) return send(404, 'text/plain', 'Not found');
    send(200, 'application/json', JSON.stringify(found));
  } catch (error) {
    send(422, 'application/json', JSON.stringify({ message: String(error) }));
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

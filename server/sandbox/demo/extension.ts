import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleExtension } from '../../../extension/build.ts';
import { startExtensionHost, type ExtensionHost } from '../extensionHost/index.ts';
import type { Stage, StageOptions } from './stage.ts';

/** Where the demo's server and the extension's frame are found: each must know of the other before it starts. */
export type Ports = { server: number; frame: number };

export async function choosePorts(): Promise<Ports> {
  const [server, frame] = await Promise.all([freePort(), freePort()]);
  return { server, frame };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the server must know so that people sign in from the extension's frame. */
export function networkFor({ server, frame }: Ports): NonNullable<StageOptions['network']> {
  return {
    ports: { server },
    publicUrl: `http://127.0.0.1:${server}`,
    environment: { SHUTDOWN_GRACE_MS: '8000', CORS_ORIGINS: `http://127.0.0.1:${frame}` },
  };
}

/** The released extension in a page like Airtable's, for the demo's base. */
export async function openExtension(stage: Stage, folder: string, ports: Ports): Promise<ExtensionHost> {
  const { file } = await bundleExtension(join(folder, 'extension'));
  return startExtensionHost({
    airtable: stage.network.airtable,
    bundleFile: file,
    globalConfig: { serverAddress: stage.network.server.url },
    port: ports.frame,
  });
}

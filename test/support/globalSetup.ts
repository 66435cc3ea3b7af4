import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackBrowser } from './unpackBrowser.ts';
import { ADDRESS_VARIABLE, startTestPostgres, type TestPostgres } from './testPostgres.ts';

declare global {
  var testPostgres: TestPostgres | undefined;
}

/** Jest's workers inherit this process's environment. */
export default async function globalSetup(): Promise<void> {
  await unpackBrowser();
  globalThis.testPostgres = await startTestPostgres();
  // Processes that tests start share what Node has compiled of the server: half of their start.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
  process.env[ADDRESS_VARIABLE] = globalThis.testPostgres.url;
}

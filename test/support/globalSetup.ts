import { ADDRESS_VARIABLE, startTestPostgres, type TestPostgres } from './testPostgres.ts';

declare global {
  var testPostgres: TestPostgres | undefined;
}

/** Jest's workers inherit this process's environment. */
export default async function globalSetup(): Promise<void> {
  globalThis.testPostgres = await startTestPostgres();
  process.env[ADDRESS_VARIABLE] = globalThis.testPostgres.url;
}

import { stopTestPostgres } from './testPostgres.ts';

/** A database that a test leaves behind is a mistake in that test: the run fails. */
export default async function globalTeardown(): Promise<void> {
  if (!globalThis.testPostgres) return;
  const left = await stopTestPostgres(globalThis.testPostgres);
  if (left.length > 0) {
    throw new Error(
      `These test databases were not dropped (call drop() in afterAll):\n  ${left.join('\n  ')}`,
    );
  }
}

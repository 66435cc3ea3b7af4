import type { Job } from './job.ts';

/** How long ids and sweeps stay a worker's own without a sign of life: a killed worker's work is taken up after it. */
export const CLAIM_MS = 2 * 60_000;

const RENEW_EVERY_MS = 30_000;

/** Does the work and renews the claim on it meanwhile, however long the two services keep it waiting. */
export async function holding<T>(
  job: Pick<Job, 'clock' | 'log'>,
  renew: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await job.clock.sleep(RENEW_EVERY_MS, done.signal).catch(() => undefined);
      if (done.signal.aborted) return;
      // A renewal that fails is tried again; a claim that lapses meanwhile is noticed by its fence.
      await renew().catch((error: unknown) => job.log.warn({ error }, 'A claim could not be renewed.'));
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await renewing;
  }
}

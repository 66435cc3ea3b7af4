import { insertRun } from '../../server/db/runs.ts';
import type { Engine } from './engine.ts';

/** People have pressed "Sync now" that often since; every run is kept. */
export async function pressSyncNow({ database, job }: Engine, times: number): Promise<void> {
  const atMs = job.clock.nowMs();
  for (let n = 1; n <= times; n += 1) {
    const at = new Date(atMs + n).toISOString();
    await insertRun(database, job.connectionId, {
      ...{ runId: job.newId(), kind: 'syncNow', state: 'finished', requestedBy: 'person' },
      ...{ startedAt: at, finishedAt: at, progress: {}, problem: null },
    });
  }
}

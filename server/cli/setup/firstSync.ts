import { resourceNamed } from '../../../shared/resources/index.ts';
import type { Context } from '../../context.ts';
import { runById, type RunProgress, type RunRow } from '../../db/runs.ts';
import { sidesDown } from '../../db/sideHealth.ts';
import { listSweeps } from '../../db/sweeps.ts';
import { startWorker, type Worker } from '../../jobs/worker.ts';
import { CliProblem } from '../problem.ts';
import type { Terminal } from '../terminal.ts';

const LOOK_EVERY_MS = 250;

/** A running server takes a new run within a second. */
const TAKEN_WITHIN_MS = 3_000;

/** A side that has not come back by then needs a person, or the server's patience. */
const STOPPED_FOR_MS = 90_000;

const BAR_WIDTH = 24;

/** Watches a run to its end. Where no server takes it, it is done right here. */
export async function watchRun(
  context: Context,
  connectionId: string,
  runId: string,
  terminal: Terminal,
): Promise<RunRow> {
  const { database, clock } = context;
  const startedMs = clock.nowMs();
  let worker: Worker | null = null;
  let stoppedSinceMs: number | null = null;
  try {
    for (;;) {
      const run = await runById(database, connectionId, runId);
      if (!run) throw new Error(`Run ${runId} is gone`);
      terminal.redraw(progressLines(run.progress, terminal.isInteractive));
      if (run.state !== 'running') return run;
      const nowMs = clock.nowMs();
      if (!worker && nowMs - startedMs > TAKEN_WITHIN_MS && !(await isTaken(context, connectionId, run))) {
        terminal.say('No server is working on this database: the sync runs here, until it is through.');
        worker = await startWorker({ ...context, onRound: () => context.outbound.flushCallCounts(database) });
      }
      stoppedSinceMs = run.problem === null ? null : (stoppedSinceMs ?? nowMs);
      if (stoppedSinceMs !== null && (await needsPerson(context, connectionId, nowMs - stoppedSinceMs)))
        throw new CliProblem(
          `The first sync has stopped: ${run.problem ?? ''}\nIt goes on where it was when that is mended and the server runs.`,
        );
      await clock.sleep(LOOK_EVERY_MS);
    }
  } finally {
    await worker?.stop();
  }
}

async function isTaken({ database }: Context, connectionId: string, run: RunRow): Promise<boolean> {
  const sweeps = await listSweeps(database, connectionId);
  return sweeps.some((sweep) => sweep.resource in run.progress && sweep.startedAt >= run.startedAt);
}

/** Keys that are refused and a quota that is used up do not mend themselves while somebody watches. */
async function needsPerson(
  { database }: Context,
  connectionId: string,
  stoppedForMs: number,
): Promise<boolean> {
  if (stoppedForMs > STOPPED_FOR_MS) return true;
  const down = await sidesDown(database, connectionId);
  return down.some(({ kind }) => ['unauthorized', 'forbidden', 'quotaExhausted', 'baseFull'].includes(kind));
}

function progressLines(progress: RunProgress, withBars: boolean): string[] {
  const entries = Object.entries(progress);
  const width = Math.max(...entries.map(([name]) => resourceNamed(name).label.many.length));
  return entries.flatMap(([name, { read, total, done }]) => {
    const label = resourceNamed(name).label.many.padEnd(width);
    if (!withBars) return done ? [`  ${label}  ${read} read`] : [];
    const share = done ? 1 : total === null || total === 0 ? 0 : Math.min(1, read / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    return [
      `  ${label}  ${bar}  ${read}${total === null ? '' : ` of ${Math.max(total, read)}`}${done ? '' : ' …'}`,
    ];
  });
}

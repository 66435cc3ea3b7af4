import { useState } from 'react';
import type { ApiResponse } from '../../shared/api.ts';
import type { SyncStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { resourceWords, whole } from '../words.ts';

type Run = ApiResponse<'listRuns'>['runs'][number];

const WHILE_RUNNING_MS = 1_500;
const AT_REST_MS = 15_000;

export type SyncNow = {
  start: () => void;
  isBusy: boolean;
  disabledReason: string | null;
  /** How far it is, how it ended, or nothing. */
  words: string;
};

/** Reads everything from Buildium now, and shows how far it is. Somebody else's run shows too. */
export function useSyncNow(backend: Backend, status: SyncStatus, onDone: () => void): SyncNow {
  const [asked, setAsked] = useState<{ runId: string } | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [everyMs, setEveryMs] = useState(AT_REST_MS);
  const runs = useRemote(
    async () => {
      const answer = await backend.ask('listRuns', { query: { limit: 3 } });
      if (answer.ok) {
        const isRunning = answer.value.runs.some((run) => run.state === 'running');
        setEveryMs(isRunning ? WHILE_RUNNING_MS : AT_REST_MS);
        if (!isRunning && everyMs === WHILE_RUNNING_MS) onDone();
      }
      return answer;
    },
    status.connectionId,
    everyMs,
  );
  const known = valueOf(runs.remote)?.runs ?? [];
  const running = known.find((run) => run.state === 'running') ?? null;
  const mine = known.find((run) => run.runId === asked?.runId) ?? null;

  const start = async (): Promise<void> => {
    setIsAsking(true);
    setProblem(null);
    const answer = await backend.ask('triggerSync', { body: {} });
    setIsAsking(false);
    if (!answer.ok) return setProblem(answer.error);
    setAsked(answer.value);
    setEveryMs(WHILE_RUNNING_MS);
    await runs.reload();
  };
  return {
    start: () => void start(),
    isBusy: isAsking || running !== null,
    disabledReason: whyNotNow(backend, status),
    words:
      problem?.message ??
      (running ? progressWords(running) : mine && isRecent(mine, status.at) ? endWords(mine) : ''),
  };
}

/** How a run ended is news for a minute; then the moment of the last reading says more. */
function isRecent({ finishedAt }: Run, at: string): boolean {
  return finishedAt === null || Date.parse(at) - Date.parse(finishedAt) < 60_000;
}

function whyNotNow(backend: Backend, { state }: SyncStatus): string | null {
  if (state === 'paused') return 'The sync is paused: resume it in Settings.';
  if (state === 'pairing') return 'Rows are still to be matched: see Settings, Tables.';
  return whyNot(backend.session.role, 'operator');
}

function progressWords({ progress }: Run): string {
  const all = Object.entries(progress);
  const done = all.filter(([, one]) => one.done).length;
  const current = all.find(([, one]) => !one.done);
  if (!current) return 'Almost done';
  const [name, { read, total }] = current;
  const count = read === 0 ? '' : ` (${whole(read)}${total === null ? '' : ` of ${whole(total)}`})`;
  return `Reading ${resourceWords(name).many}${count}, ${done} of ${all.length} done.`;
}

function endWords(run: Run): string {
  if (run.state === 'failed') return run.problem ?? 'It could not be finished.';
  const read = Object.values(run.progress).reduce((sum, one) => sum + one.read, 0);
  return run.problem ?? `Done: ${whole(read)} records looked at.`;
}

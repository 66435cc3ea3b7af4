import { openStage } from './stage.ts';
import { playStory, type StepResult } from './story/story.ts';

export type OnceOptions = {
  folder: string;
  json: boolean;
  write(line: string): void;
  /** For what a machine that reads the answer doesn't want. */
  say(line: string): void;
  stopping: AbortSignal;
};

/** Plays the story without a browser. @returns whether every step went as it should. */
export async function playOnce({ folder, json, write, say, stopping }: OnceOptions): Promise<boolean> {
  const started = performance.now();
  const stage = await openStage({ folder, say });
  let results: StepResult[];
  try {
    results = await playStory(stage, {
      stopping,
      onStep: (result) => write(json ? JSON.stringify(result) : inWords(result)),
      onProgress: (line) => say(`  first sync: ${line}`),
    });
  } finally {
    await stage.close();
  }
  const failed = results.filter((result) => !result.ok);
  const latencies = results.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs])).slice(1);
  const summary = {
    summary: true,
    ok: failed.length === 0,
    steps: results.length,
    failed: failed.map(({ name }) => name),
    medianLatencyMs: median(latencies),
    totalMs: Math.round(performance.now() - started),
  };
  write(json ? JSON.stringify(summary) : summaryInWords(summary, failed));
  return summary.ok;
}

function inWords({ name, ok, latencyMs, checked, problem, whatToDo }: StepResult): string {
  const took = latencyMs === null ? '' : `${(latencyMs / 1000).toFixed(1)} s`;
  if (ok) return `✓ ${took.padStart(6)}  ${name}\n           ${checked.join('; ')}`;
  return `✗         ${name}\n           ${problem ?? 'It failed.'}\n           What to do: ${whatToDo ?? ''}`;
}

function summaryInWords(
  summary: { steps: number; medianLatencyMs: number | null; totalMs: number },
  failed: readonly StepResult[],
): string {
  const seconds = (summary.totalMs / 1000).toFixed(0);
  if (failed.length > 0) {
    const names = failed.map(({ name }) => `"${name}"`).join(', ');
    return `\n${failed.length} of ${summary.steps} steps failed: ${names}. What to do stands beside each.`;
  }
  const middle =
    summary.medianLatencyMs === null ? '' : `, half of them within ${summary.medianLatencyMs} ms`;
  return `\nAll ${summary.steps} steps went as they should in ${seconds} s${middle}.`;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

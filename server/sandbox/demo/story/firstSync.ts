import { ROOT_RESOURCES } from '../../../../shared/resources/index.ts';
import { compareSides } from '../../bothSides.ts';
import { startFirstSync } from '../../devNetwork.ts';
import { timed, must, type Step } from './step.ts';

/** The progress of the run that goes on now, in words; null when none does. */
export type Progress = (line: string) => void;

export function firstSync(onProgress: Progress): Step {
  return {
    name: 'first sync: everything in Buildium stands in Airtable',
    whatToDo: 'Run "npm run demo" and watch the first sync; the server\'s log names the call that failed.',
    play: async ({ network, api }) => {
      let shown = '';
      const latencyMs = await timed(
        () => startFirstSync(network),
        'the first sync to finish',
        async () => {
          const { runs } = await api('listRuns', { query: { limit: '1' } });
          const [run] = runs;
          const line = run ? progressInWords(run.progress) : 'not started';
          if (line !== shown) onProgress(line);
          shown = line;
          return run?.state === 'finished' ? null : (run?.problem ?? line);
        },
        { withinMs: 90_000, everyMs: 400 },
      );
      const { differences, records, values } = compareSides(network);
      must(differences.length === 0, `The two sides differ: ${differences.slice(0, 5).join('; ')}`);
      return { latencyMs, checked: [`${records} records with ${values} fields are equal on both sides`] };
    },
  };
}

/** The database keeps no order of the resources; they are read in that of `ROOT_RESOURCES`. */
export function progressInWords(
  progress: Record<string, { read: number; total: number | null; done: boolean }>,
): string {
  const parts = ROOT_RESOURCES.flatMap(({ name, label }) => {
    const part = progress[name];
    return part ? [{ ...part, label: label.many }] : [];
  });
  const done = parts.filter((part) => part.done).length;
  const read = parts.reduce((sum, part) => sum + part.read, 0);
  const now = parts.find((part) => !part.done)?.label;
  return `${read} records read, ${done} of ${parts.length} kinds done${now ? `, now ${now}` : ''}`;
}

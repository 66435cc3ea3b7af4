import { differencesBetween } from '../../bothSides.ts';
import { eventually } from '../eventually.ts';
import { castOf } from '../cast.ts';
import type { Stage } from '../stage.ts';
import { airtableOutage, buildiumOutage, serverRestart, webhookLost, webhooksAstray } from './accidents.ts';
import { airtableEdit, conflictSettledFor } from './bothWays.ts';
import { deletedField, editPutBack, ownColumns, renamed } from './airtableEdits.ts';
import {
  billAddedAndPaid,
  deletedTransaction,
  leaseTermination,
  marketRent,
  ownerFoundBySweep,
  rentPayment,
  tenantPhone,
} from './buildiumChanges.ts';
import { firstSync, type Progress } from './firstSync.ts';
import { monthEnd } from './monthEnd.ts';
import { plannedCharges, pushThroughCrash } from './pushes.ts';
import { must, timed, type Scene, type Step } from './step.ts';

export type StepResult = {
  name: string;
  ok: boolean;
  latencyMs: number | null;
  checked: readonly string[];
  problem?: string;
  whatToDo?: string;
};

const equalAgain: Step = {
  name: 'in the end every field of every record is equal on both sides',
  whatToDo: 'GET /api/v1/sync/held lists what waits and why; the log names the calls that failed.',
  play: async ({ network, api }) => {
    const latencyMs = await timed(
      () => api('triggerSync', { body: {} }),
      'both sides to agree',
      () => differencesBetween(network),
      { withinMs: 40_000 },
    );
    await eventually(
      'the run to finish',
      async () => {
        const { runs } = await api('listRuns', { query: { limit: '1' } });
        return runs[0]?.state === 'finished' ? null : 'it is still going on';
      },
      { everyMs: 250 },
    );
    const { resources } = await api('readStatus');
    const parked = resources.reduce((sum, { parked: held }) => sum + held, 0);
    must(parked === 0, `${parked} entities are parked`);
    return { latencyMs, checked: ['no difference', 'nothing parked'] };
  },
};

/**
 * One act after the other; the strands of an act are played at the same time, as people do not wait for each
 * other, and the steps of a strand in their order.
 */
function actsOf(onProgress: Progress): readonly (readonly (readonly Step[])[])[] {
  return [
    [[firstSync(onProgress)]],
    [
      [editPutBack, airtableEdit],
      [conflictSettledFor('airtable'), conflictSettledFor('buildium')],
      [rentPayment, marketRent, leaseTermination, ...billAddedAndPaid],
      [tenantPhone, ownerFoundBySweep],
      [ownColumns],
      [deletedTransaction],
    ],
    [[webhooksAstray]],
    [[webhookLost]],
    [[airtableOutage]],
    [[buildiumOutage]],
    [[serverRestart]],
    [[plannedCharges, pushThroughCrash]],
    [[monthEnd]],
    [[renamed], [deletedField]],
    [[equalAgain]],
  ];
}

/** Plays the whole story. After a failed first sync nothing else could be told from its consequences. */
export async function playStory(
  stage: Stage,
  told: { onStep(result: StepResult): void; onProgress: Progress; stopping: AbortSignal },
): Promise<StepResult[]> {
  const scene: Scene = { ...stage, cast: castOf(stage.network.buildium.world) };
  const results: StepResult[] = [];
  for (const act of actsOf(told.onProgress)) {
    const strands = act.map(async (strand) => {
      for (const step of strand) {
        const result = await play(step, scene);
        results.push(result);
        told.onStep(result);
        if (!result.ok || told.stopping.aborted) return;
      }
    });
    await Promise.all(strands);
    if (results[0]?.ok === false || told.stopping.aborted) break;
  }
  return results;
}

async function play(step: Step, scene: Scene): Promise<StepResult> {
  try {
    return { name: step.name, ok: true, ...(await step.play(scene)) };
  } catch (error) {
    await scene.people.bringBack('buildium');
    await scene.people.bringBack('airtable');
    const problem = error instanceof Error ? error.message : String(error);
    const { name, whatToDo } = step;
    return {
      name,
      ok: false,
      latencyMs: null,
      checked: [],
      problem,
      whatToDo: `${whatToDo} Log: ${scene.logFile}`,
    };
  }
}

import { repair } from '../../server/jobs/connect/repair.ts';
import { enabledResources } from '../../server/jobs/schemaColumns.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { answerAll } from './approvals.ts';
import { checkConflicts } from './checkConflicts.ts';
import { checkDecisions } from './checkDecisions.ts';
import { checkEnd } from './checkEnd.ts';
import { checkMarks } from './checkMarks.ts';
import { checkLosses } from './checkLosses.ts';
import { checkOldValues } from './checkOldValues.ts';
import { checkPushes } from './checkPushes.ts';
import { checkRests } from './checkRests.ts';
import { checkAgreed } from './checkAgreed.ts';
import { checkUndos } from './checkUndos.ts';
import { sorted, type Counts } from './counts.ts';
import { decidePushes } from './pushing.ts';
import { attachMost } from './detaching.ts';
import type { SharedClient } from './simulatedDatabase.ts';
import type { Pace } from './pace.ts';
import { startSimulation, type Simulation } from './simulation.ts';
import type { Template } from './template.ts';
import { markEverything } from './markEverything.ts';

export type SeedResult = {
  seed: number;
  traceHash: string;
  violations: string[];
  counts: Counts;
  /** Of simulated time. */
  hours: number;
};

/** What people do in one seed. */
export const ACTIONS_A_SEED = 200;

/** What people asked for last is mostly under way only when they have left: it meets the same faults. */
const STILL_STORMY_MS = 5 * 60_000;

/** Sweeps are half an hour apart, an undone deletion waits as long, and a sent value is kept for a quarter of one. */
const ROUND_MS = 31 * 60_000;
const LAST_ROUND_MS = 5 * 60_000;

/** Plays one seed and checks it. The same seed does the same, step by step. */
export async function runSeed(
  shared: SharedClient,
  template: Template,
  seed: number,
  pace: Pace = 'varied',
  onLine?: (line: string) => void,
): Promise<SeedResult> {
  const simulation = await startSimulation(shared, template, seed, pace, onLine);
  const { scheduler, violations, counts } = simulation;
  const startedMs = scheduler.nowMs();
  try {
    for (let part = 0; part < 4; part += 1) {
      await simulation.play(ACTIONS_A_SEED / 4);
      violations.push(...(await checkAgreed(simulation)));
    }
    await simulation.later(STILL_STORMY_MS);
    simulation.calmDown();
    await simulation.later(ROUND_MS);
    await simulation.untilIdle();
    await repairAll(simulation);
    await approveOpen(simulation);
    await takeBackDetached(simulation);
    await readWhole(simulation);
    await simulation.later(ROUND_MS);
    await simulation.untilIdle();
    await approveOpen(simulation);
    await simulation.later(LAST_ROUND_MS);
    await simulation.untilIdle();
    violations.push(...(await checkAgreed(simulation)));
    violations.push(...(await checkEnd(simulation)), ...(await checkLosses(simulation)));
    violations.push(...checkOldValues(simulation), ...(await checkConflicts(simulation)));
    violations.push(...(await checkDecisions(simulation)), ...checkRests(simulation));
    violations.push(...(await checkPushes(simulation)), ...(await checkMarks(simulation)));
    violations.push(...(await checkUndos(simulation)));
    await checkQuiet(simulation);
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return {
    seed,
    traceHash: scheduler.traceHash(),
    violations: [...new Set(violations)],
    counts: sorted(counts),
    hours: (scheduler.nowMs() - startedMs) / 3_600_000,
  };
}

async function repairAll(simulation: Simulation): Promise<void> {
  for (const [connectionId, job] of simulation.observer.jobs) {
    if (!(await needsRepair(simulation, connectionId))) continue;
    await finished(simulation, async () => {
      const repaired = await repair(job, 'person', 'https://sync.simulated/webhooks/airtable');
      if (!repaired.ok) simulation.violations.push(`The repair failed: ${repaired.error.message}`);
    });
  }
}

/** People answer what is asked. */
async function approveOpen(simulation: Simulation): Promise<void> {
  const { accounts, observer, scheduler, counts } = simulation;
  for (const [connectionId, account] of accounts) {
    const job = observer.jobs.get(connectionId);
    if (job) await finished(simulation, () => answerAll(job, account, scheduler.random, counts));
  }
  for (const [connectionId, account] of accounts) {
    const job = observer.jobs.get(connectionId);
    if (job) await finished(simulation, () => decidePushes(job, account, counts));
  }
}

async function takeBackDetached(simulation: Simulation): Promise<void> {
  const { accounts, observer, scheduler, counts } = simulation;
  for (const [connectionId, account] of accounts) {
    const job = observer.jobs.get(connectionId);
    if (job) await finished(simulation, () => attachMost(job, account, scheduler.random, counts));
  }
}

/** The nightly read, before its hour: it finds what no event and no list of changes tells of. */
async function readWhole(simulation: Simulation): Promise<void> {
  for (const job of simulation.observer.jobs.values()) {
    await finished(simulation, async () => {
      for (const resource of enabledResources(job))
        if (resource.read !== null) await sweep(job, { resource, kind: 'full', reason: 'nightly read' });
    });
  }
}

async function needsRepair({ shared }: Simulation, connectionId: string): Promise<boolean> {
  const { rows } = await shared.run(
    `select 1 from airtable_tables where connection_id = $1 and problem is not null
     union all select 1 from airtable_fields where connection_id = $1 and problem is not null limit 1`,
    [connectionId],
  );
  return rows.length > 0;
}

/** A task of the observer, stepped to its end. */
async function finished(simulation: Simulation, work: () => Promise<void>): Promise<void> {
  const outcome: { over: boolean; error?: unknown } = { over: false };
  void work().then(
    () => (outcome.over = true),
    (error: unknown) => Object.assign(outcome, { over: true, error }),
  );
  await simulation.until(() => outcome.over);
  if (outcome.error) throw outcome.error as Error;
}

/** Invariant 5: a further look at everything makes no write. */
async function checkQuiet(simulation: Simulation): Promise<void> {
  const before = simulation.writes();
  await markEverything(simulation);
  await simulation.later(60_000 * 3);
  await simulation.untilIdle();
  const writes = simulation.writes() - before;
  if (writes > 0)
    simulation.violations.push(
      `A further look without a change made ${writes} writes: ${simulation.lastWrites().slice(-writes).slice(0, 5).join(', ')}`,
    );
}

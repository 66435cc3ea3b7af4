import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { breakagesNamed, play, table, type Found } from './breaking.ts';
import { addCounts, sorted, type Counts } from './counts.ts';
import { withExpected } from './expectedCounts.ts';
import { doneSeeds, noteSeed } from './journal.ts';
import type { Pace } from './pace.ts';
import type { SeedResult } from './runSeed.ts';
import { playInWorkers } from './seedWorkers.ts';

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--seed S] [--workers N] [--journal FILE] [--json]
  --seeds N       so many seeds, from --from on (default 100 from 1)
  --seed S        this one alone, with its trace hash: the same seed does the same again
  --workers N     so many at once, each in a process of its own (default: one a core)
  --journal FILE  writes each seed down; started again with the same file, it goes on where it was
  --dense         fewer bursts, so less for the engine to do in each seed: as the tests run them
  --break NAME    with this precaution taken out of the engine (or all, one after the other), until a rule breaks
  --first         ends at the first seed that breaks a rule
  --json          figures as JSON: faults, crash points, actions, rows of the merge table and policies, how often each`;

const { values } = parseArgs({
  options: {
    ...{ seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
    ...{ workers: { type: 'string' }, journal: { type: 'string' }, break: { type: 'string' } },
    ...{ json: { type: 'boolean' }, dense: { type: 'boolean' }, first: { type: 'boolean' } },
    ...{ help: { type: 'boolean' } },
  },
});

type Totals = { seeds: number; failed: number[]; hours: number; seconds: number; counts: Counts };

if (values.help) process.stdout.write(`${USAGE}\n`);
else if (values.break !== undefined) process.exitCode = await breakOnPurpose(values.break);
else process.exitCode = await simulate();

/** Fails when a breakage is not found: then the simulation proves less than it claims. */
async function breakOnPurpose(name: string): Promise<number> {
  const found: Found[] = [];
  for (const breakage of breakagesNamed(name)) {
    found.push(await play(breakage, seedsAsked(), paceAsked(), workersAsked()));
    if (!values.json) process.stdout.write(table(found.slice(-1)));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  return found.some(({ seed }) => seed === null) ? 1 : 0;
}

function seedsAsked(): number[] {
  const from = numberOf(values.seed ?? values.from ?? '1');
  const count = values.seed === undefined ? numberOf(values.seeds ?? '100') : 1;
  return Array.from({ length: count }, (_, index) => from + index);
}

function paceAsked(): Pace {
  return values.dense ? 'dense' : 'varied';
}

function workersAsked(): number {
  return numberOf(values.workers ?? String(availableParallelism()));
}

async function simulate(): Promise<number> {
  const seeds = seedsAsked();
  const done = values.journal === undefined ? new Map<number, SeedResult>() : doneSeeds(values.journal);
  const totals: Totals = { seeds: 0, failed: [], hours: 0, seconds: 0, counts: {} };
  const startedMs = performance.now();
  for (const seed of seeds) {
    const known = done.get(seed);
    if (known) add(totals, known);
  }
  await playInWorkers({
    seeds: seeds.filter((seed) => !done.has(seed)),
    ...{ pace: paceAsked(), workers: workersAsked() },
    imports: [join(import.meta.dirname, 'watchEngine.ts')],
    onResult: (result) => {
      if (values.journal !== undefined) noteSeed(values.journal, result);
      add(totals, result);
      return !(values.first && result.violations.length > 0);
    },
  });
  totals.seconds = (performance.now() - startedMs) / 1000;
  report(totals);
  return totals.failed.length > 0 ? 1 : 0;
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`${text} is not a number of seeds.\n${USAGE}`);
  return number;
}

function add(totals: Totals, result: SeedResult): void {
  const { seed, violations, counts, hours } = result;
  totals.seeds += 1;
  totals.hours += hours;
  addCounts(totals.counts, counts);
  if (violations.length > 0) totals.failed.push(seed);
  tell(result);
}

function tell({ seed, violations, traceHash }: SeedResult): void {
  if (values.seed !== undefined) process.stderr.write(`Seed ${seed}: trace ${traceHash}\n`);
  if (violations.length === 0) return;
  const pace = values.dense ? '--dense ' : '';
  process.stderr.write(`Seed ${seed} breaks a rule; again with: npm run simulate -- ${pace}--seed ${seed}\n`);
  for (const violation of violations) process.stderr.write(`  ${violation}\n`);
}

function report(totals: Totals): void {
  const rounded = {
    ...totals,
    failed: totals.failed.toSorted((a, b) => a - b),
    hours: Math.round(totals.hours),
    seconds: Math.round(totals.seconds * 10) / 10,
    counts: sorted(withExpected(totals.counts)),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(rounded, null, 2)}\n`);
  else
    process.stdout.write(
      `${totals.seeds} seeds, ${rounded.hours} simulated hours in ${rounded.seconds} s; ${totals.failed.length} broke a rule.\n`,
    );
}

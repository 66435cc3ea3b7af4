import { CLAIM_MS } from '../../server/jobs/holding.ts';
import { count, type Counts } from './counts.ts';
import type { Gate, Scheduler, SimulatedProcess } from './scheduler.ts';

const SHORTEST_MS = 5_000;
const LONGEST_MS = 3 * CLAIM_MS;
const LONGER_THAN_A_CLAIM = 0.6;

/**
 * Few moments matter: both sides are read, and nothing is written yet. A worker that goes on there much later is what
 * claims have a fence for.
 */
const OFTENER_AFTER_A_LOOK = 30;
const AFTER_A_LOOK = /^answer to POST airtable records\.list/;

/**
 * A request that waits or is answered: a write that leaves after the claim behind it was passed on cannot be told from
 * a late effect, which the wires bring about themselves.
 */
const OF_A_WRITE = /(PATCH|PUT|POST) (buildium|airtable records\.(update|upsert|create))/;

/** @returns whether the process stands still from here on, and its gate does not open now. */
export function holdUp(scheduler: Scheduler, counts: Counts, gate: Gate, share: number): boolean {
  const { random } = scheduler;
  const own = AFTER_A_LOOK.test(gate.label) ? share * OFTENER_AFTER_A_LOOK : share;
  if (random.next() >= own || scheduler.gatesOf(gate.process).some(({ label }) => OF_A_WRITE.test(label)))
    return false;
  const isLong = random.next() < LONGER_THAN_A_CLAIM;
  const ms = isLong ? random.integer(CLAIM_MS, LONGEST_MS) : random.integer(SHORTEST_MS, CLAIM_MS);
  const process: SimulatedProcess = gate.process;
  process.heldUntilMs = scheduler.nowMs() + ms;
  count(counts, 'hold-ups', isLong ? 'longer than a claim' : 'shorter than a claim');
  scheduler.trace(`${process.name} stands still for ${ms} ms before ${gate.label}`);
  return true;
}

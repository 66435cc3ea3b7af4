import { listRuns } from '../../server/db/runs.ts';
import { undoneBy, type UndoneState } from '../../server/db/undone.ts';
import { count, type Counts } from './counts.ts';
import { heldOf } from './held.ts';
import type { Simulation } from './simulation.ts';
import { plainDatabase } from './template.ts';

const MOST_RUNS = 1_000;

/** Every undo has come to its end, or waits for what is held itself, and says what it could not bring back. */
export async function checkUndos(simulation: Simulation): Promise<string[]> {
  const { shared, accounts, counts } = simulation;
  const violations: string[] = [];
  const database = plainDatabase(shared);
  for (const [connectionId, { name }] of accounts) {
    const { marks, paused } = await heldOf(simulation, connectionId);
    const runs = await listRuns(database, connectionId, MOST_RUNS);
    for (const { runId, kind, state, problem } of runs) {
      if (kind !== 'undo') continue;
      const lines = await undoneBy(database, connectionId, runId);
      countFields(counts, lines);
      const isFailed = lines.some((line) => line.state === 'failed');
      const about = `${name}: the undo ${runId}`;
      const isHeld = lines.some(({ state: of, resource, entityId }) => {
        const entity = `${resource} ${entityId}`;
        // What had reached a side when its row was paused goes on once that is over.
        return of === 'underWay' && (marks.has(entity) || paused.has(entity));
      });
      if (isHeld) continue;
      if (state !== 'finished') violations.push(`${about} is not at its end: ${textOf(lines)}`);
      else if (isFailed !== (problem !== null))
        violations.push(`${about} says ${problem ?? 'that all is well'}, and it is so: ${textOf(lines)}`);
    }
  }
  return violations;
}

function countFields(counts: Counts, lines: readonly UndoneState[]): void {
  for (const { fieldKey, state, endedWhy } of lines)
    if (fieldKey !== '' && state === 'failed')
      count(counts, 'undone fields', `not brought back: ${endedWhy ?? 'never carried out'}`);
}

function textOf(lines: readonly UndoneState[]): string {
  return lines
    .map(({ resource, entityId, fieldKey, state }) => `${resource} ${entityId} ${fieldKey} ${state}`)
    .join(', ');
}

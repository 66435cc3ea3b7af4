import type { StandingStatus } from '../../../../shared/syncStatus.ts';
import type { SidesCompared } from '../../bothSides.ts';
import type { AwaitingUndo } from './awaitingUndo.ts';
import type { Side, SideState, Status } from './view.ts';

/** When the outage that somebody asked for ends, by side. */
export type Outages = Record<Side, number | null>;

export type StatusInput = {
  sync: StandingStatus;
  progress: Status['progress'];
  hasBegun: boolean;
  latencies: readonly number[];
  /** Changes that have not arrived yet. */
  waiting: number;
  /** Open ones. */
  conflicts: number;
  awaitingUndo: AwaitingUndo;
  outages: Outages;
  comparison: SidesCompared | null;
  nowMs: number;
};

export const SIDE_NAMES: Record<Side, string> = { buildium: 'Buildium', airtable: 'Airtable' };

/** More differences than these help nobody. */
const SHOWN_DIFFERENCES = 12;

/** The one line at the top of the page, and what stands beside it. */
export function pageStatus(input: StatusInput): Status {
  const { sync, comparison, latencies, nowMs } = input;
  const sides = { buildium: sideOf('buildium', input), airtable: sideOf('airtable', input) };
  const problems = sync.resources.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  return {
    ...headline(input, sides, problems),
    progress: input.progress,
    medianMs: median(latencies),
    changes: latencies.length,
    sides,
    callAllowance: sync.quota.airtable.allowance,
    comparison: comparison && {
      ...{ records: comparison.records, values: comparison.values, missing: comparison.missing },
      differences: comparison.differences
        .filter((difference) => !comparison.missing.includes(difference))
        .slice(0, SHOWN_DIFFERENCES),
    },
    deletedRows: input.awaitingUndo.deleted,
    problems: [...new Set(problems)],
    nowMs,
  };
}

function sideOf(side: Side, { sync, outages, nowMs }: StatusInput): SideState {
  const found = sync.sides.find((one) => one.side === side);
  const until = outages[side];
  const isAway = until !== null && until > nowMs;
  return {
    state: isAway || found?.state === 'down' ? 'down' : 'up',
    message: found?.message ?? null,
    awayUntilMs: isAway ? until : null,
    calls: found?.callsToday ?? 0,
  };
}

function headline(
  { sync, progress, hasBegun, waiting, conflicts, awaitingUndo, comparison }: StatusInput,
  sides: Record<Side, SideState>,
  problems: readonly string[],
): Pick<Status, 'state' | 'headline'> {
  const { deleted, resting } = awaitingUndo;
  const dirty = Math.max(0, sync.resources.reduce((sum, resource) => sum + resource.dirty, 0) - resting);
  const away = (['buildium', 'airtable'] as const).filter((side) => sides[side].state === 'down');
  if (!hasBegun) return { state: 'preparing', headline: 'Making the tables in Airtable' };
  if (away.length > 0) {
    const names = away.map((side) => SIDE_NAMES[side]).join(' and ');
    const open = Math.max(dirty, waiting);
    const rest =
      open > 0 ? `${count(open, 'change')} kept until it is back` : 'changes will be kept until it is back';
    return { state: 'sideDown', headline: `${names} does not answer: ${rest}` };
  }
  if (progress) return { state: 'firstSync', headline: `First sync: ${progress.words}` };
  if (waiting > 0 || dirty > 0)
    return { state: 'working', headline: `${count(Math.max(waiting, dirty), 'change')} on the way` };
  if (problems.length > 0)
    return { state: 'attention', headline: 'One part is left out until it is repaired' };
  if (conflicts > 0) {
    const wait = conflicts === 1 ? 'waits' : 'wait';
    return {
      state: 'attention',
      headline: `${count(conflicts, 'conflict')} ${wait} for you in the extension`,
    };
  }
  if (deleted > 0) {
    const rows = deleted === 1 ? '1 deleted row is' : `${deleted} deleted rows are`;
    return { state: 'attention', headline: `${rows} made again in half an hour; undo is sooner` };
  }
  if (comparison && comparison.missing.length > 0)
    return { state: 'attention', headline: `${comparison.missing[0] ?? ''}: the sync is about to notice` };
  if (comparison && comparison.differences.length > 0)
    return { state: 'waiting', headline: 'In sync, up to what the next sweep will find' };
  return { state: 'inSync', headline: 'In sync' };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

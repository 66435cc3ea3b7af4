import { ROOT_RESOURCES } from '../../../shared/resources/index.ts';
import { connectionSettings } from '../../../shared/settings.ts';
import type { StandingStatus } from '../../../shared/syncStatus.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { INTERRUPTED } from '../sweep.ts';
import { problem, type Finding } from './finding.ts';

/** A sweep that waits its turn behind others is late by its own interval, not by this many. */
const INTERVALS = 3;
const LATE_MS = 60 * 60_000;

/** The whole read is due every night. */
const LATE_AT_NIGHT_MS = 50 * 3_600_000;

/**
 * Lists that have not been read for far longer than they should, each with what keeps it from it: what is not announced
 * in them reaches nobody.
 */
export function sweepFindings(
  { settings }: Pick<ConnectionRow, 'settings'>,
  { at, resources }: Pick<StandingStatus, 'at' | 'resources'>,
  sweeps: readonly SweepRow[],
): Finding[] {
  const { resources: chosen } = connectionSettings.parse(settings);
  return ROOT_RESOURCES.flatMap((resource) => {
    const status = resources.find((one) => one.resource === resource.name);
    if (!status?.enabled) return [];
    // It was switched on, or is asked for anew.
    if (status.lastSweepAt === null || status.lastFullReadAt === null) return unreadWhole(resource, sweeps);
    const minutes = chosen[resource.name]?.sweepMinutes ?? resource.sweepMinutes;
    const allowedMs = Math.max(INTERVALS * minutes * 60_000, LATE_MS);
    const isLate = isOlder(at, status.lastSweepAt, allowedMs);
    if (!isLate && !isOlder(at, status.lastFullReadAt, LATE_AT_NIGHT_MS)) return [];
    const [lastAt, due] = isLate
      ? [status.lastSweepAt, `every ${minutes} minutes`]
      : [status.lastFullReadAt, 'whole every night'];
    const { many } = resource.label;
    const message = `The list of ${many} is due to be read ${due} and was last read at ${lastAt}: changes that Buildium does not announce have not arrived since.`;
    return [problem('Sweep', message, status.problem ?? 'Look at the log of the server that does the work.')];
  });
}

function unreadWhole({ name, label }: AnyResource, sweeps: readonly SweepRow[]): Finding[] {
  const why = sweeps.find((row) => row.resource === name && row.kind === 'full')?.problem ?? null;
  if (why === null || why === INTERRUPTED) return [];
  const message = `The list of ${label.many} is due to be read whole and could not be yet: what is missing from Airtable stays so until then.`;
  return [problem('Sweep', message, why)];
}

function isOlder(at: string, than: string, ms: number): boolean {
  return Date.parse(at) - Date.parse(than) > ms;
}

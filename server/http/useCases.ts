import type { SyncStatus } from '../../shared/syncStatus.ts';

/** What the API has done by the jobs: it only asks, and never works itself. */
export type UseCases = {
  /** Marks everything of the resources (of all when absent) to be read and looked at again. */
  triggerSync(
    connectionId: string,
    request: { resources?: readonly string[] | undefined; by: string },
  ): Promise<{ runId: string }>;
  /** Gives parked entities another try. @returns how many. */
  redrive(
    connectionId: string,
    which: { resource?: string | undefined; entityId?: string | undefined; by: string },
  ): Promise<number>;
  readStatus(connectionId: string): Promise<SyncStatus>;
};

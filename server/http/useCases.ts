import type { ApiResponse } from '../../shared/api.ts';
import type { Result } from '../../shared/result.ts';
import type { SignInSession } from '../../shared/signIn.ts';
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
  listConflicts(
    connectionId: string,
    filter: {
      state?: string | undefined;
      resource?: string | undefined;
      after?: string | undefined;
      limit: number;
    },
  ): Promise<ConflictView[]>;
  readConflict(connectionId: string, conflictId: string): Promise<ConflictView | null>;
  /** `moved`: a side shows something else than the person saw, or the conflict has ended. */
  resolveConflict(
    connectionId: string,
    resolution: {
      conflictId: string;
      side: 'buildium' | 'airtable';
      version: { buildium: string; airtable: string };
      by: string;
    },
  ): Promise<'taken' | 'moved'>;
  startSignIn(connectionId: string): Promise<Result<{ tableId: string; fieldId: string }, Refusal>>;
  completeSignIn(
    connectionId: string,
    proof: { recordId: string; verifier: string; publicUrl: string },
  ): Promise<
    Result<
      { state: 'waiting'; retryAfterMs: number } | { state: 'signedIn'; session: SignInSession },
      Refusal
    >
  >;
  redeemPairingCode(connectionId: string, code: string): Promise<Result<SignInSession, Refusal>>;
};

/** Why a person is not let in, in words for them. */
export type Refusal = { kind: string; message: string };

export type ConflictView = ApiResponse<'readConflict'>;

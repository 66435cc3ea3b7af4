import type { ApiResponse } from '../../../shared/api.ts';
import { resolveConflict, showConflict, showConflicts } from '../../jobs/conflicts.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { refuseUnknownResources } from './refusals.ts';

export const conflictHandlers: HandlersOf<'listConflicts' | 'readConflict' | 'resolveConflict'> = ({
  jobOf,
}) => {
  const found = async (connectionId: string, conflictId: string): Promise<ApiResponse<'readConflict'>> => {
    const conflict = await showConflict(await jobOf(connectionId), conflictId);
    if (conflict) return conflict;
    throw new HttpProblem(
      404,
      'unknownConflict',
      `There is no conflict ${conflictId}. GET /sync/conflicts lists those there are.`,
    );
  };
  return {
    listConflicts: async ({ session, query }) => {
      if (query.resource !== undefined) refuseUnknownResources([query.resource], 'query.resource');
      // One more than asked for tells whether there is a next page.
      const listed = await showConflicts(await jobOf(session.connectionId), {
        state: query.state ?? null,
        resource: query.resource ?? null,
        afterId: query.after ?? null,
        limit: query.limit + 1,
      });
      const conflicts = listed.slice(0, query.limit);
      return {
        conflicts,
        nextAfter: listed.length > query.limit ? (conflicts.at(-1)?.conflictId ?? null) : null,
      };
    },

    readConflict: ({ session, params }) => found(session.connectionId, params.conflictId),

    resolveConflict: async ({ session, params: { conflictId }, body }) => {
      await found(session.connectionId, conflictId);
      const outcome = await resolveConflict(await jobOf(session.connectionId), {
        conflictId,
        ...body,
        by: actorOf(session),
      });
      if (outcome === 'moved') {
        throw new HttpProblem(
          409,
          'moved',
          'One of the two sides has changed since you looked, or the conflict has ended. Read it again and choose anew.',
        );
      }
      return found(session.connectionId, conflictId);
    },
  };
};

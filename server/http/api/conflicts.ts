import type { ApiResponse } from '../../../shared/api.ts';
import {
  resolveConflict,
  resolveConflicts,
  resolveFound,
  undoConflict,
  type ChoiceRefusal,
} from '../../jobs/conflicts/conflicts.ts';
import { showConflict, showConflicts, summarizeConflicts } from '../../jobs/conflicts/conflictView.ts';
import { effectivePolicies, previewPolicies } from '../../jobs/conflicts/policies.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { invalid, refuseUnknownPolicies, refuseUnknownResources } from './refusals.ts';

export const conflictHandlers: HandlersOf<
  | 'listConflicts'
  | 'conflictsSummary'
  | 'resolveConflicts'
  | 'readConflict'
  | 'resolveConflict'
  | 'undoConflict'
  | 'readPolicies'
  | 'previewPolicies'
> = ({ jobOf }) => {
  const found = async (connectionId: string, conflictId: string): Promise<ApiResponse<'readConflict'>> => {
    const conflict = await showConflict(await jobOf(connectionId), conflictId);
    if (!conflict) throw problemOf({ kind: 'unknown', message: `There is no conflict ${conflictId}.` });
    return conflict;
  };
  return {
    listConflicts: async ({ session, query }) => {
      if (query.resource !== undefined) refuseUnknownResources([query.resource], 'query.resource');
      // One more than asked for tells whether there is a next page.
      const listed = await showConflicts(await jobOf(session.connectionId), {
        ...{ state: query.state ?? null, resource: query.resource ?? null, entityId: query.entityId ?? null },
        ...{ fieldKey: query.field ?? null, sort: query.sort, afterId: query.after ?? null },
        limit: query.limit + 1,
      });
      const conflicts = listed.conflicts.slice(0, query.limit);
      const hasMore = listed.conflicts.length > query.limit;
      return {
        conflicts,
        total: listed.total,
        version: listed.version,
        nextAfter: hasMore ? (conflicts.at(-1)?.conflictId ?? null) : null,
      };
    },

    conflictsSummary: async ({ session }) => summarizeConflicts(await jobOf(session.connectionId)),

    readConflict: ({ session, params }) => found(session.connectionId, params.conflictId),

    resolveConflict: async ({ session, params: { conflictId }, body }) => {
      const job = await jobOf(session.connectionId);
      const taken = await resolveConflict(job, { conflictId, ...body }, actorOf(session));
      // Ended by itself meanwhile: there is nothing left to settle, and the answer shows why.
      if (!taken.ok && taken.error.kind !== 'closed') throw problemOf(taken.error);
      return found(session.connectionId, conflictId);
    },

    resolveConflicts: async ({ session, body: { choices, filter, side, version } }) => {
      const job = await jobOf(session.connectionId);
      const by = actorOf(session);
      if (choices) return resolveConflicts(job, choices, by);
      if (filter?.resource !== undefined) refuseUnknownResources([filter.resource], 'body.filter.resource');
      if (!side || version === undefined) throw invalid('body.side', 'a filter needs a side and a version');
      const outcome = await resolveFound(job, filter ?? {}, { side, version }, by);
      if (outcome) return outcome;
      throw new HttpProblem(
        409,
        'moved',
        'The open conflicts of this kind are not those that you saw any more: one has changed, come or gone. Nothing was settled. Read them again and choose anew.',
      );
    },

    undoConflict: async ({ session, params: { conflictId }, query }) => {
      const job = await jobOf(session.connectionId);
      const undone = await undoConflict(job, conflictId, actorOf(session), query.side ?? null);
      if (!undone.ok) throw problemOf(undone.error);
      return found(session.connectionId, undone.value);
    },

    readPolicies: async ({ session }) => effectivePolicies(await jobOf(session.connectionId)),

    previewPolicies: async ({ session, body: { policies, days } }) => {
      refuseUnknownPolicies(policies, 'body.policies');
      return previewPolicies(await jobOf(session.connectionId), policies, days);
    },
  };
};

function problemOf({ kind, message }: ChoiceRefusal): HttpProblem {
  if (kind === 'unknown')
    return new HttpProblem(
      404,
      'unknownConflict',
      `${message} GET /api/v1/sync/conflicts lists those there are.`,
    );
  return kind === 'invalid'
    ? new HttpProblem(422, 'invalid', message)
    : new HttpProblem(409, 'moved', message);
}

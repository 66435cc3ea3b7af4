import type { ApiResponse } from '../../../shared/api.ts';
import { showHeld } from '../../jobs/losses/held.ts';
import { decideApproval, showApproval, showApprovals } from '../../jobs/losses/lossApprovals.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { refuseUnknownResources } from './refusals.ts';

export const heldHandlers: HandlersOf<'listHeld' | 'listApprovals' | 'decideApproval'> = ({
  database,
  jobOf,
}) => {
  const found = async (connectionId: string, approvalId: string): Promise<ApiResponse<'decideApproval'>> => {
    const approval = await showApproval({ database, connectionId }, approvalId);
    if (approval) return approval;
    throw new HttpProblem(
      404,
      'unknownApproval',
      `There is no approval ${approvalId}. GET /api/v1/sync/approvals lists those there are.`,
    );
  };
  return {
    listHeld: async ({ session: { connectionId }, query }) => {
      if (query.resource !== undefined) refuseUnknownResources([query.resource], 'query.resource');
      // One more than asked for tells whether there is a next page.
      const listed = await showHeld(
        { database, connectionId },
        {
          kinds: query.kind === undefined ? null : [query.kind],
          resource: query.resource ?? null,
          after: query.after ?? null,
          limit: query.limit + 1,
        },
      );
      const held = listed.slice(0, query.limit);
      return { held, nextAfter: listed.length > query.limit ? (held.at(-1)?.heldId ?? null) : null };
    },

    listApprovals: async ({ session: { connectionId }, query }) => ({
      approvals: await showApprovals({ database, connectionId }, query.state ?? null, query.limit),
    }),

    decideApproval: async ({ session, params: { approvalId }, body }) => {
      const { connectionId } = session;
      await found(connectionId, approvalId);
      const outcome = await decideApproval(
        await jobOf(connectionId),
        approvalId,
        body.decision,
        actorOf(session),
      );
      if (outcome === 'decided') {
        throw new HttpProblem(
          409,
          'decided',
          'It was decided before, or what had gone away is back. GET /api/v1/sync/approvals shows how it stands.',
        );
      }
      return found(connectionId, approvalId);
    },
  };
};

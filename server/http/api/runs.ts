import type { ApiResponse } from '../../../shared/api.ts';
import { unreachable } from '../../../shared/result.ts';
import { previewUndo, undoRun, type UndoPreview, type UndoRefusal } from '../../jobs/audit/undoRun.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { invalid } from './refusals.ts';

export const runHandlers: HandlersOf<'undoRun'> = ({ jobOf }) => ({
  undoRun: async ({ session, params: { runId }, body }) => {
    const job = await jobOf(session.connectionId);
    if (body.dryRun) {
      const preview = await previewUndo(job, runId);
      if (!preview.ok) throw refused(runId, preview.error);
      return shown(preview.value, null);
    }
    if (body.previewId === undefined)
      throw invalid(
        'body.previewId',
        'is needed without dryRun: ask with dryRun first and name what it answered',
      );
    const { previewId, accepted } = body;
    const undone = await undoRun(job, runId, { previewId, accepted, by: actorOf(session) });
    if (!undone.ok) throw refused(runId, undone.error);
    return shown(undone.value, undone.value.undoRunId);
  },
});

function shown(
  { runId, steps, message, previewId }: UndoPreview,
  undoRunId: string | null,
): ApiResponse<'undoRun'> {
  const countOf = (sort: (typeof steps)[number]['what']): number =>
    steps.filter(({ what }) => what === sort).length;
  const [notYet, byHand] = [countOf('notYet'), countOf('byHand')];
  return {
    ...{ runId, dryRun: undoRunId === null, previewId, undoRunId },
    message,
    counts: { canUndo: steps.length - notYet - byHand, notYet, byHand },
    // Contact data stays where it is.
    steps: steps.map((step) => ({
      ...step,
      fields: step.fields.map((field) => (field.isHidden ? { ...field, now: null, then: null } : field)),
    })),
  };
}

function refused(runId: string, refusal: UndoRefusal): HttpProblem {
  switch (refusal.kind) {
    case 'unknown':
      return new HttpProblem(
        404,
        'unknownRun',
        `There is no such run. GET /api/v1/sync/runs lists the runs, GET /api/v1/sync/intents shows each push by its pushId, and GET /api/v1/audit what was edited in one go by its runId.`,
      );
    case 'tooLarge':
      return new HttpProblem(
        409,
        'tooLarge',
        `Run ${runId} changed more than ${refusal.changes - 1} things: that is undone in Buildium, not here.`,
      );
    case 'moved':
      return new HttpProblem(
        409,
        'moved',
        'Something has changed since the preview. Preview it again and decide anew.',
      );
    case 'nothing':
      return new HttpProblem(409, 'nothingToUndo', refusal.message);
    case 'notAccepted':
      return new HttpProblem(
        422,
        'notAccepted',
        `${refusal.stepIds.length} steps cannot be undone by the sync, or not yet; nothing was undone. Name them in "accepted" to undo the rest.`,
        { details: refusal.stepIds.map((stepId) => ({ path: 'body.accepted', message: stepId })) },
      );
    case 'away':
      return new HttpProblem(503, 'sideAway', `Buildium could not be asked: ${refusal.failure.message}`);
    default:
      return unreachable(refusal);
  }
}

import * as z from 'zod';
import { endpoint } from '../endpoint.ts';

const count = z.number().int().min(0);

export const undoStep = z
  .object({
    stepId: z.string(),
    resource: z.string(),
    entityId: z.string(),
    airtableRecordId: z.string().nullable(),
    what: z
      .enum(['fields', 'reversal', 'withdrawal', 'notYet', 'byHand'])
      .describe(
        'withdrawal: it was to be sent and has not left yet. notYet: it may be in Buildium or not, and `sentence` says what to wait for or decide before the undo is asked for again. byHand: the sync cannot undo it, and `sentence` says what to do in Buildium and where.',
      ),
    sentence: z.string(),
    fields: z
      .array(
        z.object({
          key: z.string(),
          column: z.string(),
          now: z.unknown(),
          then: z.unknown(),
          isHidden: z.boolean().describe('Contact data: brought back without being shown.'),
        }),
      )
      .describe(
        'What each side shows now and would show afterwards, in canonical form: money in integer cents.',
      ),
    amountCents: z.number().int().nullable(),
  })
  .meta({ id: 'UndoStep' });

export const undoPreview = z
  .object({
    runId: z.string(),
    dryRun: z.boolean(),
    steps: z.array(undoStep),
    message: z
      .string()
      .nullable()
      .describe('Why there are no steps: undone already (by whom and when), or nothing to undo. Else null.'),
    counts: z.object({
      canUndo: count,
      notYet: count.describe('Of a push: still on their way, so that the undo is asked for again later.'),
      byHand: count,
    }),
    previewId: z
      .string()
      .describe('Stands for these steps; the undo names it, and is refused when anything has moved since.'),
    undoRunId: z.string().nullable().describe('The run that brings the values back, once it was started.'),
  })
  .meta({ id: 'UndoPreview' });

export const runsEndpoints = {
  undoRun: endpoint({
    method: 'POST',
    path: '/sync/runs/:runId/undo',
    role: 'operator',
    tag: 'Sync',
    summary: 'Preview or apply the undo of a run',
    description:
      'A run of the list, a push, or what somebody edited in Airtable in one go (the `runId` of its audit rows). With `dryRun` nothing is written. The undo itself names the preview that was seen, and every step that cannot be undone by the sync, or not yet, in `accepted`: a partial undo is never silent. A field that has changed since the run is left as it is and listed.',
    params: z.strictObject({ runId: z.string().min(1).max(100) }),
    body: z.strictObject({
      dryRun: z.boolean().default(true),
      previewId: z.string().optional().describe('Of the preview that was seen; needed without dryRun.'),
      accepted: z
        .array(z.string())
        .max(10_000)
        .default([])
        .describe('The `stepId`s of the steps byHand and notYet that the person has seen.'),
    }),
    response: undoPreview,
    example: { params: { runId: '019ab2c4-0000-7000-8000-000000000000' }, body: { dryRun: true } },
  }),
};

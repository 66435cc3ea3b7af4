import * as z from 'zod';
import { endpoint, pageSize, rowId } from '../endpoint.ts';
import { INTENT_KIND_NAMES, PLANNED_KIND_NAMES } from '../planned/kinds.ts';

const instant = z.iso.datetime();
const count = z.number().int().min(0);
const cents = z.number().int();
const recordId = rowId;
const kind = z.enum(PLANNED_KIND_NAMES);

/** As many rows as one preview takes. */
export const MOST_PUSHED_ROWS = 500;

/** A preview shows the other rows of its groups too, and all that it shows can be confirmed. */
const MOST_CONFIRMED_ROWS = 3_000;

const pushField = z
  .object({
    key: z.string(),
    column: z.string().describe('The column of Planned Transactions.'),
    kind: z.string().describe('money is in cents, link is the ids in Buildium.'),
    before: z.unknown().describe('What Buildium shows now; null where it is to be created.'),
    after: z.unknown().describe('What it is to show.'),
    beforeText: z.string().describe('The same in words.'),
    afterText: z.string(),
  })
  .meta({ id: 'PushField' });

const pushProblem = z
  .object({
    column: z.string().describe('The column to correct; empty where it is about the whole row.'),
    rule: z.string().describe('Stable name of the rule, such as required, positive, lockedPeriod.'),
    message: z.string().describe('What is wrong and what to do about it.'),
  })
  .meta({ id: 'PushProblem' });

const pushWarning = z
  .object({
    rule: z.enum([
      'possibleDuplicate',
      'copy',
      'strangeId',
      'bookedGroup',
      'lockUnknown',
      'receipt',
      'leftOut',
      'farDay',
      'inactiveProperty',
    ]),
    message: z.string(),
    duplicates: z.array(
      z.object({
        resource: z.string(),
        entityId: z.string(),
        airtableRecordId: z.string().nullable(),
        url: z.string().nullable().describe('Opens its row in Airtable.'),
      }),
    ),
  })
  .meta({ id: 'PushWarning' });

const pushPreviewRecord = z
  .object({
    recordId: z.string(),
    outcome: z
      .enum(['create', 'change', 'unchanged', 'refused'])
      .describe('refused is never sent; its problems say what to correct.'),
    kind: kind.nullable(),
    kindLabel: z.string().describe('The kind in words.'),
    summary: z.string().describe('What would happen, in one sentence.'),
    group: z.string().nullable().describe('Rows of one group are the lines of one bill or journal entry.'),
    withRecordIds: z
      .array(z.string())
      .describe('All rows that are sent together with this one, itself included.'),
    amountCents: cents.describe('The amount of this row.'),
    fields: z.array(pushField),
    problems: z.array(pushProblem),
    warnings: z.array(pushWarning),
    previewHash: z
      .string()
      .nullable()
      .describe(
        'Stands for exactly this preview; a confirmation names it. Null where nothing would be sent.',
      ),
  })
  .meta({ id: 'PushPreviewRecord' });

const pushPreview = z
  .object({
    records: z.array(pushPreviewRecord),
    totals: z.array(
      z.object({
        kind,
        kindLabel: z.string(),
        outcome: z.enum(['create', 'change']),
        transactions: count.describe('Transactions in Buildium: the rows of a group are one.'),
        amountCents: cents,
      }),
    ),
    totalCents: cents.describe('Of everything that would be created or changed.'),
    refused: count.describe('Rows that would not be sent.'),
  })
  .meta({ id: 'PushPreview' });

const intentState = z
  .enum(['waiting', 'sending', 'unknown', 'asking', 'created', 'done', 'refused', 'dropped'])
  .describe(
    'waiting to be sent, sending, unknown whether it took effect (looked up by itself), asking a person, created in Buildium and being read back, done, refused by Buildium, dropped by a person.',
  );

const intent = z
  .object({
    intentId: z.string(),
    pushId: z.string(),
    state: intentState,
    kind: z.enum(INTENT_KIND_NAMES).describe('paymentReversal comes from the undo of a push alone.'),
    kindLabel: z.string(),
    action: z.enum(['create', 'change']),
    recordIds: z.array(z.string()),
    summary: z.string(),
    amountCents: cents,
    requestedBy: z.string(),
    createdAt: instant,
    sentAt: instant.nullable(),
    message: z.string().describe('Where it stands, and what happens next or what is to be done.'),
    buildium: z
      .object({
        resource: z.string(),
        entityId: z.string(),
        airtableRecordId: z
          .string()
          .nullable()
          .describe('Its row in Transactions or Bills, once it is there.'),
        url: z.string().nullable(),
      })
      .nullable(),
    reversedBy: z
      .object({
        intentId: z.string(),
        pushId: z.string().describe('The undo, which is a push of its own.'),
        kindLabel: z.string(),
        entityId: z.string().nullable().describe('Its id in Buildium; null while it is on its way.'),
        requestedBy: z.string(),
        at: instant.nullable(),
      })
      .nullable()
      .describe('What an undo has reversed it by, or is about to; null where it stands as booked.'),
    candidates: z
      .array(z.object({ entityId: z.string(), shown: z.string() }))
      .describe('What was found in Buildium that may be it: one of them can be adopted.'),
    nextLookAt: instant.nullable(),
    choices: z.array(z.enum(['adopt', 'sendAgain', 'drop'])).describe('What a person can decide now.'),
  })
  .meta({ id: 'PushIntent' });

const push = z
  .object({
    pushId: z.string(),
    state: z.enum(['running', 'finished', 'needsPerson']),
    requestedBy: z.string(),
    startedAt: instant,
    counts: z.object({
      total: count,
      underWay: count,
      done: count,
      refused: count,
      unknown: count.describe('Looked up by itself until it is clear.'),
      asking: count.describe('Waits for a decision of a person.'),
      reversed: count.describe('Of those done: reversed since by an undo.'),
    }),
    message: z.string(),
    intents: z.array(intent),
  })
  .meta({ id: 'Push' });

export const pushEndpoints = {
  push: endpoint({
    method: 'POST',
    path: '/sync/push',
    role: 'operator',
    tag: 'Push',
    summary: 'Preview planned transactions, then send them to Buildium',
    description:
      'With `recordIds` and `dryRun: true` it answers what would be created or changed, field by field, and sends nothing. With `records` (each with the `previewHash` of its preview) and `dryRun: false` it sends exactly what was previewed; a row that has changed since needs a new preview (409). Asking again repeats nothing: a row is created in Buildium once.',
    body: z
      .strictObject({
        recordIds: z
          .array(recordId)
          .min(1)
          .max(MOST_PUSHED_ROWS, {
            message: `takes ${MOST_PUSHED_ROWS} rows at most; preview and confirm the others after these`,
          })
          .optional(),
        dryRun: z.boolean().default(true),
        records: z
          .array(z.strictObject({ recordId, previewHash: z.string().min(1).max(100) }))
          .min(1)
          .max(MOST_CONFIRMED_ROWS, {
            message: `takes ${MOST_CONFIRMED_ROWS} rows at most; confirm each preview by itself`,
          })
          .optional(),
      })
      .refine((body) => !body.dryRun || body.recordIds !== undefined, {
        message: 'A preview needs recordIds: the rows of Planned Transactions to look at',
        path: ['recordIds'],
      })
      .refine((body) => body.dryRun || body.records !== undefined, {
        message: 'A confirmation needs records, each with the previewHash that the preview gave',
        path: ['records'],
      }),
    response: z.object({
      preview: pushPreview.nullable().describe('Null for a confirmation.'),
      push: push.nullable().describe('Null for a preview.'),
    }),
    example: { body: { recordIds: ['recA1B2C3D4E5F6G7'], dryRun: true } },
  }),
  readPush: endpoint({
    method: 'GET',
    path: '/sync/pushes/:pushId',
    role: 'viewer',
    tag: 'Push',
    summary: 'How far a push is',
    description: 'Every transaction of it, with its id in Buildium, or why it is not there and what is next.',
    params: z.strictObject({ pushId: z.guid() }),
    response: push,
    example: { params: { pushId: '019ab2c4-0000-7000-8000-000000000001' } },
  }),
  listIntents: endpoint({
    method: 'GET',
    path: '/sync/intents',
    role: 'viewer',
    tag: 'Push',
    summary: 'Transactions on their way to Buildium',
    description:
      'Oldest first. `state=unknown` lists what is being looked up, `state=asking` what waits for a person. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      state: intentState.optional(),
      after: z.guid().optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ intents: z.array(intent), nextAfter: z.string().nullable() }),
    example: { query: { state: 'asking' } },
  }),
  decideIntent: endpoint({
    method: 'POST',
    path: '/sync/intents/:intentId/decide',
    role: 'operator',
    tag: 'Push',
    summary: 'Say what became of a transaction whose outcome is unknown',
    description:
      'adopt: it is the transaction `entityId` in Buildium. sendAgain: it is not there, send it once more. drop: it is not to be sent; the row can be planned anew. Where nothing about it is unknown the answer is 409 (settled) and says what became of it.',
    params: z.strictObject({ intentId: z.guid() }),
    body: z
      .strictObject({
        decision: z.enum(['adopt', 'sendAgain', 'drop']),
        entityId: z.string().regex(/^\d+$/, 'must be an id of Buildium').optional(),
      })
      .refine((body) => body.decision !== 'adopt' || body.entityId !== undefined, {
        message: 'An adoption needs the entityId of the transaction in Buildium',
        path: ['entityId'],
      }),
    response: intent,
    example: {
      params: { intentId: '019ab2c4-0000-7000-8000-000000000002' },
      body: { decision: 'drop' },
    },
  }),
};

export type PushPreview = z.output<typeof pushPreview>;
export type PushPreviewRecord = z.output<typeof pushPreviewRecord>;
export type PushField = z.output<typeof pushField>;
export type PushProblem = z.output<typeof pushProblem>;
export type PushWarning = z.output<typeof pushWarning>;
export type PushIntent = z.output<typeof intent>;
export type PushView = z.output<typeof push>;

import * as z from 'zod';
import { conflict } from '../apiSchemas.ts';
import { endpoint, pageSize } from '../endpoint.ts';
import { policy, policyPatch } from '../policies.ts';

const version = z
  .strictObject({ buildium: z.string(), airtable: z.string() })
  .describe('As the conflict shows it: when a side has moved since, the answer is 409.');

/** A side, or a value that somebody typed. */
const choice = {
  side: z.enum(['buildium', 'airtable']).optional(),
  value: z
    .unknown()
    .optional()
    .describe(
      'In canonical form: money in integer cents (230000 is $2,300.00), a date as 2026-11-30, null for blank. It lands on both sides.',
    ),
  version,
};
const hasOneChoice = (body: { side?: unknown; value?: unknown }): boolean =>
  (body.side === undefined) !== (body.value === undefined);
const ONE_CHOICE = 'needs exactly one of side and value';

const conflictState = z.enum(['open', 'resolving', 'resolved', 'closed']);

const filter = {
  state: conflictState.optional(),
  resource: z.string().optional(),
  entityId: z.string().optional(),
  field: z.string().optional().describe("The field's key."),
};

const outcomes = z.object({
  buildium: z.number().int(),
  airtable: z.number().int(),
  manual: z.number().int().describe('Left to a person.'),
  unknown: z
    .number()
    .int()
    .describe(
      'Newest wins, and it is not on record any more what was known of when their values were entered.',
    ),
});

const EXAMPLE_ID = '019ab2c4-0000-7000-8000-000000000000';
const EXAMPLE_VERSION = { buildium: 'q1Zc0pTt5G8aVb2x', airtable: 'hM3kPz0sW9dLr7Yc' };

const effectivePolicy = z.object({
  resource: z.string(),
  field: z.object({ key: z.string(), column: z.string(), kind: z.string() }),
  policy,
  from: z.enum(['field', 'resource', 'connection', 'default']),
  flows: z.boolean().describe('Whether edits in Airtable reach Buildium on this connection now.'),
  whyNot: z.string().nullable().describe('Why they do not, and who lets them; null where they do.'),
});

export const conflictsEndpoints = {
  listConflicts: endpoint({
    method: 'GET',
    path: '/sync/conflicts',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'Fields that both sides changed apart',
    description: 'Oldest first unless sorted otherwise. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      ...filter,
      sort: z
        .enum(['oldest', 'newest', 'stakes', 'decided'])
        .default('oldest')
        .describe(
          'oldest, newest: by when they were opened. stakes: most money first. decided: what was decided last first.',
        ),
      after: z.guid().optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({
      conflicts: z.array(conflict),
      total: z.number().int().describe('How many there are in all pages.'),
      version: z
        .string()
        .describe(
          'Stands for all open conflicts that resource, entityId and field find, in all pages, and for the values that they show. Settling all of them names it.',
        ),
      nextAfter: z.string().nullable(),
    }),
    example: { query: { state: 'open', sort: 'stakes' } },
  }),
  conflictsSummary: endpoint({
    method: 'GET',
    path: '/sync/conflicts/summary',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'How many are open, and how soon they are settled',
    description: 'The goal is that 95% are settled within 24 hours. Counted over the last 30 days.',
    response: z.object({
      open: z.number().int(),
      stakesCents: z.number().int().describe('What the open ones are about, summed up, in integer cents.'),
      oldestOpenedAt: z.iso.datetime().nullable(),
      settled: z.number().int().describe('Settled by a person or a policy in the last 30 days.'),
      byPolicy: z.number().int().describe('Those of them that a policy settled at once.'),
      withinDay: z
        .number()
        .nullable()
        .describe(
          'Share, from 0 to 1, of those opened in the last 30 days that were settled within 24 hours; those still open count once they are older. Null when there were none.',
        ),
      medianMs: z.number().int().nullable().describe('Median time that people took.'),
    }),
  }),
  resolveConflicts: endpoint({
    method: 'POST',
    path: '/sync/conflicts/resolve',
    role: 'operator',
    tag: 'Conflicts',
    summary: 'Settle several conflicts',
    description:
      'Either `choices`, one for each conflict (all fields of one entity, say), or one `side` for all open ones that a `filter` finds, with the `version` that the list gave for this filter. When one of those has changed, come or gone since, the answer is 409 and nothing is settled. Each is settled by itself: what moves in that very moment is listed and left open.',
    body: z
      .strictObject({
        choices: z
          .array(z.strictObject({ conflictId: z.guid(), ...choice }).refine(hasOneChoice, ONE_CHOICE))
          .min(1)
          .max(1_000)
          .optional(),
        filter: z
          .strictObject({ resource: filter.resource, entityId: filter.entityId, field: filter.field })
          .optional(),
        side: z.enum(['buildium', 'airtable']).optional(),
        version: z.string().optional().describe('As the list gave it, for the same filter.'),
      })
      .refine(
        (body) =>
          body.choices
            ? body.filter === undefined && body.side === undefined && body.version === undefined
            : body.filter !== undefined && body.side !== undefined && body.version !== undefined,
        'needs exactly one of the two: choices, or a filter with a side and a version',
      ),
    response: z.object({
      taken: z.array(z.string()),
      closed: z
        .array(z.object({ conflictId: z.string(), message: z.string() }))
        .describe(
          'Those that had ended before, by themselves or settled by somebody, each with how: nothing was written for them. Of the same request sent again these are all that it has settled.',
        ),
      moved: z.array(z.string()).describe('Those that show other values by now: they stay open.'),
      refused: z.array(z.object({ conflictId: z.string(), message: z.string() })),
    }),
    status: 202,
    example: { body: { choices: [{ conflictId: EXAMPLE_ID, side: 'airtable', version: EXAMPLE_VERSION }] } },
  }),
  readConflict: endpoint({
    method: 'GET',
    path: '/sync/conflicts/:conflictId',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'One conflict, both values side by side',
    description:
      'With what was last agreed, who changed what and when, why it is a conflict, what each choice would do, and the version that a resolution must name. Money is in integer cents.',
    params: z.strictObject({ conflictId: z.guid() }),
    response: conflict,
    example: { params: { conflictId: EXAMPLE_ID } },
  }),
  resolveConflict: endpoint({
    method: 'POST',
    path: '/sync/conflicts/:conflictId/resolve',
    role: 'operator',
    tag: 'Conflicts',
    summary: 'Settle a conflict for one side, or with a typed value',
    description:
      'Names the version that the person saw: when either side has moved meanwhile the answer is 409, and the conflict is to be read again. Where it has ended by itself meanwhile nothing is written, and the answer shows it closed, with why. The value goes through the same plan as every other, and lands on both sides.',
    params: z.strictObject({ conflictId: z.guid() }),
    body: z.strictObject(choice).refine(hasOneChoice, ONE_CHOICE),
    response: conflict,
    status: 202,
    example: { params: { conflictId: EXAMPLE_ID }, body: { side: 'buildium', version: EXAMPLE_VERSION } },
  }),
  undoConflict: endpoint({
    method: 'POST',
    path: '/sync/conflicts/:conflictId/undo',
    role: 'operator',
    tag: 'Conflicts',
    summary: 'Bring the losing value back',
    description:
      'To both sides, through the same plan. Answers the conflict that carries it out. Refused with 409 where a side shows something else by now than what was decided.',
    params: z.strictObject({ conflictId: z.guid() }),
    query: z.strictObject({
      side: z
        .enum(['buildium', 'airtable'])
        .optional()
        .describe('Whose value is to come back; needed where a typed value has brought down both.'),
    }),
    response: conflict,
    status: 202,
    example: { params: { conflictId: EXAMPLE_ID } },
  }),
  readPolicies: endpoint({
    method: 'GET',
    path: '/sync/policies',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'Who wins, field by field',
    description:
      'The policy of every field that can flow both ways, where it comes from, and whether the field flows now. Changed through `PATCH /connection` (`settings.policies`).',
    response: z.object({ fields: z.array(effectivePolicy) }),
  }),
  previewPolicies: endpoint({
    method: 'POST',
    path: '/sync/policies/preview',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'What other policies would have decided',
    description:
      'Puts a change of policies to the conflicts of the last days, with what was known of them then: times, Buildium’s events, and our own writes. Nothing is changed.',
    body: z.strictObject({
      policies: policyPatch,
      days: z.number().int().min(1).max(90).default(30),
    }),
    response: z.object({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      conflicts: z.number().int().describe('Conflicts of that time, those that a policy settled included.'),
      before: outcomes.describe('What the policies as they are make of them.'),
      after: outcomes.describe('What the given ones would have made of them.'),
      changed: z
        .array(
          z.object({
            conflictId: z.string(),
            resource: z.string(),
            entityId: z.string(),
            field: z.object({ key: z.string(), column: z.string() }),
            openedAt: z.iso.datetime(),
            before: z.enum(['buildium', 'airtable', 'manual']),
            after: z.enum(['buildium', 'airtable', 'manual']),
            why: z.string(),
          }),
        )
        .describe(
          'Those that would have gone otherwise, at most 200; none of which one of the two is unknown.',
        ),
    }),
    example: { body: { policies: { fields: { 'units.marketRent': 'newest' } } } },
  }),
};

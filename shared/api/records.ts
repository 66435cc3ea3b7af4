import * as z from 'zod';
import { endpoint, pageSize, rowId } from '../endpoint.ts';

const instant = z.iso.datetime();

export const timelineStep = z
  .object({
    stepId: z.string(),
    at: instant,
    kind: z
      .enum(['heard', 'written', 'carried', 'conflict', 'decided', 'held', 'pushed', 'changed', 'note'])
      .describe(
        'heard: a side told of it. written: into Airtable. carried: into Buildium. pushed: money into Buildium.',
      ),
    who: z.string().describe('A person, or what stands for the sync itself, in words.'),
    sentence: z.string(),
    details: z.array(z.string()).describe('Field by field, in words; contact data is not shown.'),
    auditId: z.string().nullable(),
    runId: z.string().nullable(),
  })
  .meta({ id: 'TimelineStep' });

export const recordStanding = z
  .object({
    state: z.enum([
      'inStep',
      'soon',
      'waiting',
      'held',
      'conflict',
      'paused',
      'detached',
      'outside',
      'deleted',
      'stopped',
      'unlinked',
    ]),
    sentence: z.string().describe('Whether the row is in step, and if not, why not.'),
    whatToDo: z.string().nullable(),
    since: instant.nullable(),
  })
  .meta({ id: 'RecordStanding' });

export const timeline = z
  .object({
    resource: z.string(),
    entityId: z
      .string()
      .nullable()
      .describe('Null for a row that stands for nothing in Buildium, and for a planned transaction.'),
    airtableRecordId: z.string().nullable(),
    now: recordStanding,
    steps: z.array(timelineStep),
    nextBefore: z.string().nullable(),
  })
  .meta({ id: 'Timeline' });

const recordParams = z.strictObject({ airtableRecordId: rowId.max(100) });
const page = z.strictObject({
  before: z.string().max(200).optional().describe('`nextBefore` of the page before.'),
  limit: pageSize(50),
});
const standingAnswer = z.object({ resource: z.string(), entityId: z.string(), now: recordStanding });
const exampleRow = { airtableRecordId: 'recA1b2C3d4E5f6G7' };

export const recordsEndpoints = {
  readRecordTimeline: endpoint({
    method: 'GET',
    path: '/records/:airtableRecordId/timeline',
    role: 'viewer',
    tag: 'Records',
    summary: "One row's story over both systems",
    description:
      'Newest first, each step in a plain sentence, and first of all whether the row is in step now: if not, why not and what to do. A row of Planned Transactions tells of its pushes and of what it was booked as. For the next page, pass `nextBefore` as `before`.',
    params: recordParams,
    query: page,
    response: timeline,
    example: { params: exampleRow },
  }),
  readEntityTimeline: endpoint({
    method: 'GET',
    path: '/timeline/:resource/:entityId',
    role: 'viewer',
    tag: 'Records',
    summary: 'The same by resource and Buildium id',
    description: 'For an entity whose row is still to come, was deleted, or never will be.',
    params: z.strictObject({ resource: z.string(), entityId: z.string().min(1).max(100) }),
    query: page,
    response: timeline,
    example: { params: { resource: 'leases', entityId: '1042' } },
  }),
  detachRecord: endpoint({
    method: 'POST',
    path: '/records/:airtableRecordId/detach',
    role: 'operator',
    tag: 'Records',
    summary: 'Take a row out of the sync',
    description:
      'The row stays as it is and belongs to whoever keeps it; Buildium’s entity stays as it is too. A row that was deleted in Airtable is not made again.',
    params: recordParams,
    response: standingAnswer,
    example: { params: exampleRow },
  }),
  attachRecord: endpoint({
    method: 'POST',
    path: '/records/:airtableRecordId/attach',
    role: 'operator',
    tag: 'Records',
    summary: 'Take a detached row back into the sync',
    description:
      'Both sides are compared with what they were last agreed on; a row that is gone by now is made again.',
    params: recordParams,
    response: standingAnswer,
    example: { params: exampleRow },
  }),
};

import * as z from 'zod';
import { delayBucket, notice, run } from '../apiSchemas.ts';
import { endpoint, pageSize } from '../endpoint.ts';
import { syncStatus } from '../syncStatus.ts';

export const syncEndpoints = {
  readStatus: endpoint({
    method: 'GET',
    path: '/sync/status',
    role: 'viewer',
    tag: 'Sync',
    summary: 'How the sync stands',
    description:
      'Per resource what is linked, dirty, waiting and parked, with its age and last sweep; what keeps a side from answering; the use of quotas.',
    response: syncStatus,
  }),
  triggerSync: endpoint({
    method: 'POST',
    path: '/sync/trigger',
    role: 'operator',
    tag: 'Sync',
    summary: 'Sync now',
    description:
      'Reads the resources from Buildium and looks at what differs. Answers at once; the run tells how far it is.',
    body: z.strictObject({
      resources: z
        .array(z.string())
        .min(1)
        .max(50)
        .optional()
        .describe('Names as in the status; absent means all.'),
    }),
    response: z.object({ runId: z.string() }),
    status: 202,
    example: { body: { resources: ['leases', 'transactions'] } },
  }),
  listRuns: endpoint({
    method: 'GET',
    path: '/sync/runs',
    role: 'viewer',
    tag: 'Sync',
    summary: 'First syncs, triggers and redrives',
    description: 'Newest first, each with its progress per resource.',
    query: z.strictObject({ limit: pageSize(20) }),
    response: z.object({ runs: z.array(run) }),
    example: { query: { limit: 5 } },
  }),
  redrive: endpoint({
    method: 'POST',
    path: '/sync/redrive',
    role: 'operator',
    tag: 'Sync',
    summary: 'Give parked entities another try',
    description: 'One entity, all of one resource, or all of them.',
    body: z
      .strictObject({ resource: z.string().optional(), entityId: z.string().optional() })
      .refine((body) => body.entityId === undefined || body.resource !== undefined, {
        message: 'An entityId needs its resource',
        path: ['resource'],
      }),
    response: z.object({ redriven: z.number().int().min(0) }),
    example: { body: { resource: 'tenants', entityId: '1042' } },
  }),
  listDelays: endpoint({
    method: 'GET',
    path: '/sync/delays',
    role: 'viewer',
    tag: 'Sync',
    summary: 'How long changes took',
    description:
      'A histogram for every resource and day, from the change in Buildium to its confirmed row in Airtable.',
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    response: z.object({ buckets: z.array(delayBucket) }),
    example: { query: { days: 7 } },
  }),
  listNotices: endpoint({
    method: 'GET',
    path: '/sync/notices',
    role: 'viewer',
    tag: 'Sync',
    summary: 'What a person should know or do',
    description: 'Open notices, newest first. A notice closes by itself when it no longer holds.',
    query: z.strictObject({ limit: pageSize(100) }),
    response: z.object({ notices: z.array(notice) }),
    example: { query: { limit: 20 } },
  }),
};

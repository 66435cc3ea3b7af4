import * as z from 'zod';
import {
  apiToken,
  auditEntry,
  conflict,
  connectionPatch,
  connectionView,
  delayBucket,
  heldEntity,
  notice,
  role,
  run,
} from './apiSchemas.ts';
import { endpoint, type CheckedOf, type InputOf, type ResponseOf } from './endpoint.ts';
import { signedInPerson } from './signIn.ts';
import { syncStatus } from './syncStatus.ts';

export const API_PREFIX = '/api/v1';

const pageSize = (usual: number) => z.coerce.number().int().min(1).max(200).default(usual);

/** Every endpoint once. A new one is its entry here and its handler in the server; both are told by the compiler. */
export const ENDPOINTS = {
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
  listHeld: endpoint({
    method: 'GET',
    path: '/sync/held',
    role: 'viewer',
    tag: 'Sync',
    summary: 'What cannot go on by itself',
    description:
      'Parked entities first, then those that wait for another entity or for their next try, each with its reason.',
    query: z.strictObject({ limit: pageSize(100) }),
    response: z.object({ held: z.array(heldEntity) }),
    example: { query: { limit: 50 } },
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
  listConflicts: endpoint({
    method: 'GET',
    path: '/sync/conflicts',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'Fields that both sides changed apart',
    description: 'Oldest first. For the next page, pass `nextAfter` as `after`.',
    query: z.strictObject({
      state: z.enum(['open', 'resolving', 'resolved', 'closed']).optional(),
      resource: z.string().optional(),
      after: z.guid().optional().describe('`nextAfter` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ conflicts: z.array(conflict), nextAfter: z.string().nullable() }),
    example: { query: { state: 'open' } },
  }),
  readConflict: endpoint({
    method: 'GET',
    path: '/sync/conflicts/:conflictId',
    role: 'viewer',
    tag: 'Conflicts',
    summary: 'One conflict, both values side by side',
    description:
      'With what was last agreed, why it is a conflict, and the version that a resolution must name.',
    params: z.strictObject({ conflictId: z.guid() }),
    response: conflict,
    example: { params: { conflictId: '019ab2c4-0000-7000-8000-000000000000' } },
  }),
  resolveConflict: endpoint({
    method: 'POST',
    path: '/sync/conflicts/:conflictId/resolve',
    role: 'operator',
    tag: 'Conflicts',
    summary: 'Settle a conflict for one side',
    description:
      'Names the version that the person saw: when either side has moved meanwhile the answer is 409, and the conflict is to be read again.',
    params: z.strictObject({ conflictId: z.guid() }),
    body: z.strictObject({
      side: z.enum(['buildium', 'airtable']),
      version: z.strictObject({ buildium: z.string(), airtable: z.string() }),
    }),
    response: conflict,
    status: 202,
    example: {
      params: { conflictId: '019ab2c4-0000-7000-8000-000000000000' },
      body: { side: 'buildium', version: { buildium: 'q1Zc0pTt5G8aVb2x', airtable: 'hM3kPz0sW9dLr7Yc' } },
    },
  }),
  listAudit: endpoint({
    method: 'GET',
    path: '/audit',
    role: 'viewer',
    tag: 'Audit',
    summary: 'What was changed, when, by whom and why',
    description: 'Newest first. For the next page, pass `nextBefore` as `before`.',
    query: z.strictObject({
      resource: z.string().optional(),
      entityId: z.string().optional(),
      airtableRecordId: z.string().optional(),
      action: z.string().optional(),
      actor: z.string().optional(),
      before: z.guid().optional().describe('`nextBefore` of the page before.'),
      limit: pageSize(50),
    }),
    response: z.object({ entries: z.array(auditEntry), nextBefore: z.string().nullable() }),
    example: { query: { resource: 'leases', limit: 20 } },
  }),
  readConnection: endpoint({
    method: 'GET',
    path: '/connection',
    role: 'viewer',
    tag: 'Connection',
    summary: 'The connection and its settings',
    description: 'Without anything that opens either side.',
    response: connectionView,
  }),
  changeConnection: endpoint({
    method: 'PATCH',
    path: '/connection',
    role: 'admin',
    tag: 'Connection',
    summary: 'Change settings, pause or resume',
    description: 'What is absent stays as it is. Every change is in the audit.',
    body: connectionPatch,
    response: connectionView,
    example: { body: { settings: { resources: { vendors: { enabled: false } }, keepMonthsInAirtable: 24 } } },
  }),
  listTokens: endpoint({
    method: 'GET',
    path: '/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Who may use this API',
    description: 'Tokens are stored as hashes: none can be shown again.',
    response: z.object({ tokens: z.array(apiToken) }),
  }),
  createToken: endpoint({
    method: 'POST',
    path: '/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Create a token',
    description: 'The answer holds the token; it is shown this once.',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('Who or what will use it.'),
      role,
      expiresInDays: z.number().int().min(1).max(3650).optional().describe('Absent: until it is revoked.'),
    }),
    response: z.object({ token: z.string(), created: apiToken }),
    status: 201,
    example: { body: { name: 'Monthly report', role: 'viewer', expiresInDays: 365 } },
  }),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/tokens/:tokenId',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Revoke a token',
    description: 'It stops working at once and stays listed.',
    params: z.strictObject({ tokenId: z.string().min(1).max(100) }),
    response: z.object({ revoked: z.literal(true) }),
    example: { params: { tokenId: '0193b5f2-7c1e-7d43-9f6a-2f4b8a1c5d10' } },
  }),
  signOut: endpoint({
    method: 'POST',
    path: '/sign-in/revoke',
    role: 'viewer',
    tag: 'Sign-in',
    summary: 'Sign out',
    description: 'The token that asks stops working at once, and its session cannot be renewed.',
    response: z.object({ revoked: z.literal(true) }),
  }),
  listPeople: endpoint({
    method: 'GET',
    path: '/people',
    role: 'admin',
    tag: 'Sign-in',
    summary: 'Who has signed in from Airtable',
    description: "With the role that each person's permission level gives and the one that counts.",
    response: z.object({ people: z.array(signedInPerson) }),
  }),
  changePerson: endpoint({
    method: 'PATCH',
    path: '/people/:userId',
    role: 'admin',
    tag: 'Sign-in',
    summary: "Lower or raise a person's role",
    description: 'Takes effect at once. Null follows the permission level in Airtable again.',
    params: z.strictObject({ userId: z.string().min(1).max(100) }),
    body: z.strictObject({ role: role.nullable() }),
    response: z.object({ people: z.array(signedInPerson) }),
    example: { params: { userId: 'usrAbCdEfGhIjKlMn' }, body: { role: 'viewer' } },
  }),
};

export type Endpoints = typeof ENDPOINTS;
export type EndpointName = keyof Endpoints;
export type ApiBody<Name extends EndpointName> = InputOf<Endpoints[Name], 'body'>;
export type ApiQuery<Name extends EndpointName> = InputOf<Endpoints[Name], 'query'>;
export type ApiResponse<Name extends EndpointName> = ResponseOf<Endpoints[Name]>;
export type ApiRequest<Name extends EndpointName> = {
  params: CheckedOf<Endpoints[Name], 'params'>;
  query: CheckedOf<Endpoints[Name], 'query'>;
  body: CheckedOf<Endpoints[Name], 'body'>;
};

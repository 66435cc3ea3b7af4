import type * as z from 'zod';
import type { Endpoints } from '../shared/api.ts';
import type { ResponseOf } from '../shared/endpoint.ts';
import type { OpenEndpoint, PRODUCT as Product, SignInEndpoints } from '../shared/signIn.ts';

/**
 * The endpoints that the panel calls: method, path, and the parts of the answer without which it is not ours. The
 * compiler holds every word to the contract in `shared/`, whose checker alone would be larger than all screens.
 */
type Told<E extends OpenEndpoint> = readonly [
  method: E['method'],
  path: E['path'],
  ...parts: (keyof z.output<E['response']> & string)[],
];

export const CALLS = {
  readStatus: ['GET', '/sync/status', 'state', 'resources', 'sides', 'quota', 'webhooks'],
  triggerSync: ['POST', '/sync/trigger', 'runId'],
  listRuns: ['GET', '/sync/runs', 'runs'],
  listHeld: ['GET', '/sync/held', 'held'],
  redrive: ['POST', '/sync/redrive'],
  listDelays: ['GET', '/sync/delays', 'buckets'],
  listNotices: ['GET', '/sync/notices', 'notices'],
  push: ['POST', '/sync/push', 'preview', 'push'],
  readPush: ['GET', '/sync/pushes/:pushId', 'state', 'counts', 'intents'],
  listIntents: ['GET', '/sync/intents', 'intents', 'nextAfter'],
  decideIntent: ['POST', '/sync/intents/:intentId/decide', 'intentId', 'state'],
  listConflicts: ['GET', '/sync/conflicts', 'conflicts', 'total', 'version', 'nextAfter'],
  conflictsSummary: ['GET', '/sync/conflicts/summary', 'open'],
  readConflict: ['GET', '/sync/conflicts/:conflictId', 'conflictId', 'choices'],
  resolveConflicts: ['POST', '/sync/conflicts/resolve', 'taken', 'moved', 'refused'],
  undoConflict: ['POST', '/sync/conflicts/:conflictId/undo', 'conflictId'],
  readPolicies: ['GET', '/sync/policies', 'fields'],
  previewPolicies: ['POST', '/sync/policies/preview', 'before', 'after', 'changed'],
  listNotifications: ['GET', '/notifications', 'notifications'],
  testNotification: ['POST', '/notifications/test', 'notificationId'],
  resolveConflict: ['POST', '/sync/conflicts/:conflictId/resolve', 'conflictId', 'state'],
  calculateNoi: ['POST', '/calculations/noi', 'calculationId'],
  listCalculations: ['GET', '/calculations', 'calculations'],
  readCalculationResults: [
    'GET',
    '/calculations/:calculationId/results',
    'portfolio',
    'properties',
    'owners',
  ],
  listCalculationEntries: ['GET', '/calculations/:calculationId/entries', 'entries', 'total', 'nextAfter'],
  readTieOut: ['GET', '/calculations/:calculationId/tie-out', 'isTied', 'differences'],
  approveCalculation: ['POST', '/calculations/:calculationId/approve', 'calculationId'],
  listApprovedDraws: ['GET', '/calculations/:calculationId/draws', 'draws'],
  withdrawDraw: ['POST', '/calculations/:calculationId/draws/withdraw', 'draws'],
  overrideChecks: ['POST', '/calculations/:calculationId/override', 'calculationId'],
  restateCalculation: ['POST', '/calculations/:calculationId/restate', 'calculationId'],
  carryForward: ['POST', '/calculations/:calculationId/carry-forward', 'carried'],
  readOwnerStatement: ['GET', '/calculations/:calculationId/owners/:ownerId/statement.pdf'],
  readCalculationCsv: ['GET', '/calculations/:calculationId/csv'],
  readRecordTimeline: ['GET', '/records/:airtableRecordId/timeline', 'now', 'steps', 'nextBefore'],
  detachRecord: ['POST', '/records/:airtableRecordId/detach', 'now'],
  attachRecord: ['POST', '/records/:airtableRecordId/attach', 'now'],
  listApprovals: ['GET', '/sync/approvals', 'approvals'],
  decideApproval: ['POST', '/sync/approvals/:approvalId', 'approvalId', 'state'],
  listAuditActors: ['GET', '/audit/actors', 'actors'],
  listAudit: ['GET', '/audit', 'entries', 'nextBefore'],
  readConnection: ['GET', '/connection', 'state', 'settings', 'buildium'],
  changeConnection: ['PATCH', '/connection', 'state', 'settings', 'buildium'],
  readMapping: ['GET', '/mapping', 'state', 'tables', 'resources'],
  proposeMapping: ['POST', '/mapping/proposals', 'proposals'],
  changeMapping: ['POST', '/mapping', 'problems', 'changes'],
  repairBase: ['POST', '/mapping/repair', 'changes'],
  readPairing: ['GET', '/pairing', 'state', 'proposals'],
  searchPairing: ['POST', '/pairing/search', 'tables'],
  decidePairing: ['POST', '/pairing/decide', 'approved', 'rejected', 'refused'],
  finishPairing: ['POST', '/pairing/finish', 'runId'],
  listReconciliations: ['GET', '/reconciliations', 'reconciliations'],
  startReconciliation: ['POST', '/reconciliations', 'reconciliationId'],
  listDiscrepancies: [
    'GET',
    '/reconciliations/:reconciliationId/discrepancies',
    'discrepancies',
    'nextAfter',
  ],
  repairReconciliation: ['POST', '/reconciliations/:reconciliationId/repair', 'marked', 'needPerson'],
  certificatePdf: ['GET', '/reconciliations/:reconciliationId/certificate.pdf'],
  readKpis: ['GET', '/kpis', 'delays', 'accuracy', 'conflicts', 'uptime'],
  undoRun: ['POST', '/sync/runs/:runId/undo', 'runId', 'steps', 'previewId'],
  enterManualNoi: ['POST', '/calculations/manual-noi', 'noiCents'],
  allocateToOwner: ['POST', '/calculations/allocations', 'transactionId'],
  listTokens: ['GET', '/tokens', 'tokens'],
  revokeToken: ['DELETE', '/tokens/:tokenId', 'revoked'],
  signOut: ['POST', '/sign-in/revoke', 'revoked'],
  listPeople: ['GET', '/people', 'people'],
  changePerson: ['PATCH', '/people/:userId', 'people'],
} as const satisfies { readonly [Name in keyof Endpoints]?: Told<Endpoints[Name]> };

export type CallName = keyof typeof CALLS;
export type Answer<Name extends CallName> = ResponseOf<Endpoints[Name]>;

const SESSION_PARTS = ['connectionId', 'name', 'role', 'token', 'refreshToken', 'refreshUntil'] as const;

export const SIGN_IN_CALLS = {
  describeServer: ['GET', '/sign-in/server', 'product', 'version', 'publicUrl'],
  startSignIn: ['POST', '/sign-in/start', 'tableId', 'fieldId', 'publicUrl', 'challenge'],
  completeSignIn: ['POST', '/sign-in/complete', 'state', 'session'],
  refreshSignIn: ['POST', '/sign-in/refresh', ...SESSION_PARTS],
  redeemPairingCode: ['POST', '/sign-in/pairing-code', ...SESSION_PARTS],
} as const satisfies { readonly [Name in keyof SignInEndpoints]: Told<SignInEndpoints[Name]> };

export type SignInAnswer<Name extends keyof SignInEndpoints> = z.output<SignInEndpoints[Name]['response']>;

/** How our server names itself. */
export const PRODUCT: typeof Product = 'buildium-airtable-sync';

/** Whether something is an object that has all these parts. */
export function hasParts(value: unknown, parts: readonly string[]): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && parts.every((part) => part in value);
}

/** Whether what was kept is a session, of this version of the panel or of one before. */
export function isSession(value: unknown): value is SignInAnswer<'refreshSignIn'> {
  return hasParts(value, SESSION_PARTS);
}

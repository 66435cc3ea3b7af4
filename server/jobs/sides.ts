import { dateOf, type Instant } from '../../shared/dates.ts';
import type { SideStatus } from '../../shared/syncStatus.ts';
import { unreachable } from '../../shared/result.ts';
import { airtableBudgetKeys } from '../airtable/call.ts';
import type { CallFailure, CallSide } from '../callFailure.ts';
import { readApiCalls } from '../db/apiCalls.ts';
import type { ConnectionRow } from '../db/connections.ts';
import type { Database } from '../db/database.ts';
import { readBlock, readSlowed } from '../db/rateBudgets.ts';
import { sidesDown } from '../db/sideHealth.ts';

/** Whether each side answers, since when not, and what a person can do about it. */
export async function readSides(
  database: Database,
  connection: ConnectionRow,
  at: Instant,
): Promise<SideStatus[]> {
  const { connectionId, airtableBaseId } = connection;
  const keys = airtableBudgetKeys(airtableBaseId, '');
  const nowMs = Date.parse(at);
  const [down, calls, base, quota, slowedUntilMs] = await Promise.all([
    sidesDown(database, connectionId),
    readApiCalls(database, connectionId, { from: dateOf(at), to: dateOf(at) }),
    readBlock(database, keys.base, nowMs),
    readBlock(database, keys.quota, nowMs),
    readSlowed(database, keys.base, nowMs),
  ]);
  const airtableUntilMs = Math.max(base?.untilMs ?? 0, quota?.untilMs ?? 0);
  return (['buildium', 'airtable'] as const).map((side) => {
    const health = down.find((candidate) => candidate.side === side);
    const own = calls.filter((call) => call.side === side);
    return {
      side,
      state: health ? 'down' : 'up',
      kind: health?.kind ?? null,
      message: health ? (sideInWords(side, health.kind) ?? health.message) : null,
      whatToDo: health ? whatToDoAbout(side, health.kind) : null,
      since: health?.since ?? null,
      retryAt: health?.retryAt ?? null,
      pausedUntil:
        side === 'airtable' && airtableUntilMs > 0 ? new Date(airtableUntilMs).toISOString() : null,
      slowedUntil:
        side === 'airtable' && slowedUntilMs !== null ? new Date(slowedUntilMs).toISOString() : null,
      callsToday: own.reduce((sum, call) => sum + call.calls, 0),
      refusedToday: own.reduce((sum, call) => sum + call.refused, 0),
    };
  });
}

/** In plain words, where the call that was refused says nothing more; null where it does. */
export function sideInWords(side: SideStatus['side'], kind: string): string | null {
  switch (kind) {
    case 'unauthorized':
      return `${side === 'buildium' ? 'Buildium does not accept the stored API key' : 'Airtable does not accept the stored token'}: it was revoked, deleted or replaced. What changes meanwhile is kept and brought over afterwards.`;
    case 'quotaExhausted':
      return "The workspace's Airtable calls for this month are used up: changes wait and are written later; one call an hour tries again.";
    case 'baseFull':
      return 'The base has no room for more rows: new rows wait; changes of rows that are there go on.';
    default:
      return null;
  }
}

/**
 * The same for whoever asks after a record, and has made no call: without it, whatever the side refused.
 * @param message what is in words already, where it is about anything else.
 */
export function stopInWords(
  side: CallSide,
  { kind, message }: Pick<CallFailure, 'kind' | 'message'>,
): string {
  if (side === 'receiver') return message;
  const name = side === 'buildium' ? 'Buildium' : 'Airtable';
  switch (kind) {
    case 'forbidden':
      return side === 'buildium'
        ? 'The Buildium API key may not read what the sync needs.'
        : 'The Airtable token may not do what the sync needs: it lacks the base, a scope, or its owner may not edit there.';
    case 'rateLimited':
      return `${name} takes no more calls for the moment, so that the sync pauses.`;
    case 'unavailable':
      return `${name} is away: it does not answer, or its server ends in an error.`;
    case 'breaksContract':
      return `${name} answers otherwise than it documents.`;
    case 'unauthorized':
    case 'quotaExhausted':
    case 'baseFull':
      return sideInWords(side, kind) ?? message;
    case 'notFound':
    case 'invalid':
    case 'conflict':
      return message;
    default:
      return unreachable(kind);
  }
}

/** Why calls are made at the slower pace, and what helps. */
export const SLOWED = {
  message:
    "Airtable refuses five calls a second for this base, so two are made: the workspace's calls for this month are used up on a plan that goes on slowly, or another program calls the same base.",
  whatToDo:
    "Upgrade Airtable's plan, sweep less often (settings: sweepMinutes), or wait for the first of the month: nothing is lost, changes take longer.",
};

/** What a person can do about a side that is down. */
export function whatToDoAbout(side: SideStatus['side'], kind: string): string {
  const name = side === 'buildium' ? 'Buildium' : 'Airtable';
  switch (kind) {
    case 'unauthorized':
      return side === 'buildium'
        ? 'Make a key in Buildium (Settings > Developer Tools > API Keys) and store it with `npm run cli -- setup`.'
        : 'Make a token at https://airtable.com/create/tokens and store it with `npm run cli -- setup`.';
    case 'forbidden':
      return side === 'buildium'
        ? 'Give the API key access to what it was refused (Settings > Developer Tools in Buildium).'
        : 'Give the token this base and its scopes, and its owner the role Creator.';
    case 'quotaExhausted':
      return "Upgrade Airtable's plan (the sync goes on within the hour), or wait for the first of the month: nothing is lost.";
    case 'baseFull':
      return 'Delete rows, keep transactions for fewer months (settings), or upgrade the plan.';
    case 'rateLimited':
    case 'unavailable':
      return `The sync tries again by itself. If it lasts, look at ${name}'s status page.`;
    default:
      return 'Run `npm run cli -- doctor`: it says what is wrong and what helps.';
  }
}

import { plannedTransactions } from '../../shared/planned/columns.ts';
import { listIntents } from '../../server/db/intentLists.ts';
import type { IntentRow } from '../../server/db/intents.ts';
import type { Account, Planned } from './account.ts';
import { bookedAs, totalCents } from './booked.ts';
import { count } from './counts.ts';
import type { Simulation } from './simulation.ts';
import { takenBackOnce } from './takenBack.ts';
import { plainDatabase } from './template.ts';

const MOST = 1_000;

/** Settled for good, or waiting for a person: nothing else may be left once everything was quiet for an hour. */
const AT_REST: readonly IntentRow['state'][] = ['done', 'refused', 'dropped', 'asking'];

/**
 * Invariant 3: one push is one Buildium transaction, whatever crashed. What was planned is known again in Buildium by
 * its memo alone, so that nothing here depends on what the engine believes.
 */
export async function checkPushes(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  for (const [connectionId, account] of simulation.accounts) {
    const database = plainDatabase(simulation.shared);
    const intents = await listIntents(database, connectionId, { state: null, afterId: null, limit: MOST });
    const broken = [
      ...[...new Set(account.planned.values())].flatMap((planned) => bookedOnce(account, planned, intents)),
      ...takenBackOnce(account, intents),
      ...intents.filter(({ state }) => !AT_REST.includes(state)).map(stillUnderWay),
    ];
    violations.push(...broken.map((sentence) => `${account.name}: ${sentence}`));
    for (const { kind, action, state } of intents) {
      count(simulation.counts, 'intents', `${kind}, ${action}: ${state}`);
      if (state !== 'done') continue;
      if (action === 'create') count(simulation.counts, 'pushed and booked', kind);
      else count(simulation.counts, 'steps of a push', 'a change is sent');
    }
  }
  return violations;
}

function stillUnderWay({ summary, state, message }: IntentRow): string {
  return `"${summary}" is still ${state}: ${message}`;
}

function bookedOnce(account: Account, planned: Planned, intents: readonly IntentRow[]): string[] {
  const { name, kind, confirmedCents } = planned;
  const booked = bookedAs(account, name);
  if (booked.length > 1) return [`The ${kind} ${name} is ${booked.length} times in Buildium.`];
  const [transaction] = booked;
  const own = intents.filter(({ recordIds }) => recordIds.some((id) => planned.recordIds.includes(id)));
  const isBooked = own.some(({ action, state }) => action === 'create' && state === 'done');
  if (!transaction)
    return isBooked ? [`The ${kind} ${name} is said to be booked and is not in Buildium.`] : [];
  if (own.length === 0) return [`The ${kind} ${name} is in Buildium, and nobody pushed it.`];
  const isOpen = own.some(({ state }) => state === 'asking');
  if (!isBooked && !isOpen)
    return [
      `The ${kind} ${name} is in Buildium and was said to be ${own.map(({ state }) => state).join(', ')}.`,
    ];
  const cents = totalCents(transaction);
  if (!confirmedCents.includes(cents))
    return [`The ${kind} ${name} is booked with ${cents} cents, which nobody confirmed.`];
  return isBooked ? rowsShow(account, planned, String(transaction.id)) : [];
}

/** Each row that is still there names the transaction that it became. */
function rowsShow(account: Account, { name, recordIds }: Planned, entityId: string): string[] {
  const table = account.base.table(plannedTransactions.table);
  const column = table?.fields.find((field) => field.name === 'Buildium ID')?.id ?? '';
  return recordIds.flatMap((id) => {
    const row = table?.rows.get(id);
    const shown = row?.cells.get(column) ?? null;
    return !row || shown === entityId
      ? []
      : [`The row of ${name} shows ${JSON.stringify(shown)} for ${entityId}.`];
  });
}

import { verifyBuildiumSignature, parseBuildiumEvent } from '../../server/buildium/webhook.ts';
import { storeArrivals } from '../../server/http/storeArrivals.ts';
import { notePing } from '../../server/db/airtableWebhooks.ts';
import { RESOURCES } from '../../shared/resources/index.ts';
import { WEBHOOK_SECRET, type Account } from './account.ts';
import { count, type Counts } from './counts.ts';
import type { EngineProcess } from './engineProcess.ts';
import type { Scheduler } from './scheduler.ts';
import { queuesOver, type Waiting } from './waiting.ts';
import type { Weather } from './weather.ts';

/** What both services tell us, and what becomes of it on the way. */
export type ArrivalParts = {
  scheduler: Scheduler;
  accounts: ReadonlyMap<string, Account>;
  waiting: Waiting;
  counts: Counts;
  weather(): Weather;
  /** The process that takes webhooks in. */
  web(): EngineProcess;
  onError(error: unknown, what: string): void;
};

export type Delivery = { connectionId: string; label: string; carry(): void };

/** What could be delivered now; each is carried when the scheduler picks it. */
export function dueDeliveries(parts: ArrivalParts): Delivery[] {
  const due: Delivery[] = [];
  for (const [connectionId, account] of parts.accounts) {
    const { outbox } = account.buildium;
    const nowMs = parts.scheduler.nowMs();
    if ((outbox.nextDueMs() ?? Infinity) <= nowMs + account.skewMs.buildium)
      due.push({ connectionId, label: 'events', carry: () => carryEvents(parts, connectionId, account) });
    if ((account.airtable.pings.nextDueMs() ?? Infinity) <= nowMs + account.skewMs.airtable)
      due.push({ connectionId, label: 'ping', carry: () => carryPings(parts, connectionId, account) });
  }
  return due;
}

export function nextDeliveryMs({ accounts }: ArrivalParts): number | null {
  const times = [...accounts.values()].flatMap(({ buildium, airtable, skewMs }) => [
    (buildium.outbox.nextDueMs() ?? Infinity) - skewMs.buildium,
    (airtable.pings.nextDueMs() ?? Infinity) - skewMs.airtable,
  ]);
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : null;
}

function carryEvents(parts: ArrivalParts, connectionId: string, account: Account): void {
  const { scheduler, counts } = parts;
  const { outbox } = account.buildium;
  const nowMs = (): number => scheduler.nowMs() + account.skewMs.buildium;
  for (const { id, body, headers } of outbox.due(nowMs())) {
    if (scheduler.random.next() < parts.weather().eventLost) {
      count(counts, 'faults', 'buildium: event lost');
      outbox.settle(id, 200, nowMs());
      continue;
    }
    const copies = scheduler.random.next() < parts.weather().eventDoubled ? 2 : 1;
    if (copies === 2) count(counts, 'faults', 'buildium: event doubled');
    const web = parts.web();
    for (let copy = 0; copy < copies; copy += 1) {
      void receive(parts, web, connectionId, body, headers).then(
        () => outbox.settle(id, 200, nowMs()),
        () => outbox.settle(id, 500, nowMs()),
      );
    }
    // Whoever dies while an event is in its hands has not answered: Buildium sends it again.
    web.onDeath.push(() => outbox.settle(id, null, nowMs()));
  }
}

const ROUTES = new Map(
  RESOURCES.flatMap(({ name, events }) =>
    Object.entries(events).map(([eventName, idField]) => [eventName, { resource: name, idField }] as const),
  ),
);

async function receive(
  { scheduler, waiting }: ArrivalParts,
  web: EngineProcess,
  connectionId: string,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  const rawBody = Buffer.from(body);
  const nowMs = scheduler.nowMs();
  const signed = verifyBuildiumSignature({ rawBody, headers, secrets: [WEBHOOK_SECRET], nowMs });
  const event = parseBuildiumEvent(rawBody);
  if (!signed.ok || !event.ok) throw new Error('The event was refused');
  const now = new Date(nowMs).toISOString();
  const route = ROUTES.get(event.value.eventName);
  const ids = route ? [event.value.ids[route.idField] ?? []].flat().map(String) : [];
  const { receiptId, eventName, eventAt } = event.value;
  const arrival = {
    ...{ connectionId, receiptId, eventName, eventAt, receivedAt: now },
    ...{ resource: ids.length > 0 ? (route?.resource ?? null) : null, ids },
  };
  const { marked } = await storeArrivals(web.database, [arrival], now);
  const queues = queuesOver(waiting);
  for (const { resource } of marked) await queues.wake(web.database, connectionId, resource);
}

function carryPings(parts: ArrivalParts, connectionId: string, account: Account): void {
  const { scheduler, counts, waiting } = parts;
  const nowMs = (): number => scheduler.nowMs() + account.skewMs.airtable;
  for (const ping of account.airtable.pings.due(nowMs())) {
    const settle = (): void => account.airtable.pings.settle(ping.id, { ok: true, durationMs: 1 }, nowMs());
    if (scheduler.random.next() < parts.weather().pingLost) {
      count(counts, 'faults', 'airtable: ping lost');
      settle();
      continue;
    }
    const copies = scheduler.random.next() < parts.weather().pingDoubled ? 2 : 1;
    if (copies === 2) count(counts, 'faults', 'airtable: ping doubled');
    const web = parts.web();
    const hear = async (): Promise<void> => {
      const now = new Date(scheduler.nowMs()).toISOString();
      await notePing(web.database, connectionId, ping.webhookId, now);
      settle();
      await queuesOver(waiting).chore(web.database, { connectionId, chore: 'hearAirtable' });
    };
    for (let copy = 0; copy < copies; copy += 1)
      void hear().catch((error: unknown) => parts.onError(error, 'ping'));
    web.onDeath.push(settle);
  }
}

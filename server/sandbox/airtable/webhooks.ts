import type { Base } from './base.ts';
import { selectChanges } from './webhookFilter.ts';
import type { Selected } from './webhookFilter.ts';
import type { WebhookSpecification } from './webhookSpecification.ts';
import type { CommittedChange, TableChanges } from './transaction.ts';
import type { AirtableWorld } from './world.ts';

const DAY_MS = 86_400_000;
export const WEBHOOK_LIFE_MS = 7 * DAY_MS;
const PAYLOAD_LIFE_MS = 7 * DAY_MS;

export type NotificationResult = {
  success: boolean;
  completionTimestamp: string;
  durationMs: number;
  retryNumber: number;
  error?: { message: string };
  willBeRetried?: boolean;
};

export type StoredPayload = { atMs: number } & ({ selected: Selected } | { error: 'INVALID_FILTERS' });

export type Webhook = {
  id: string;
  notificationUrl: string | null;
  macSecretBase64: string;
  specification: WebhookSpecification;
  expiresMs: number;
  areNotificationsEnabled: boolean;
  /** False once its filters name something that is gone; it must then be made anew. */
  isHookEnabled: boolean;
  /** Payloads in order of transactions; the first one has number `firstPayload`. */
  payloads: StoredPayload[];
  firstPayload: number;
  lastSuccessfulNotificationTime: string | null;
  lastNotificationResult: NotificationResult | null;
  /** For a webhook on a view: the records that were in it when last looked at. */
  viewMembers: Set<string> | null;
};

/** Whether changes still make payloads; after its end a webhook can be read for seven more days. */
export const isActive = (webhook: Webhook, nowMs: number): boolean =>
  webhook.isHookEnabled && nowMs < webhook.expiresMs;

export const isGone = (webhook: Webhook, nowMs: number): boolean =>
  nowMs >= webhook.expiresMs + PAYLOAD_LIFE_MS;

export const nextPayload = (webhook: Webhook): number => webhook.firstPayload + webhook.payloads.length;

/** Appends a committed change to the payloads of every webhook that it concerns, and has them pinged. */
export function recordPayloads(world: AirtableWorld, base: Base, change: CommittedChange): void {
  const active = [...base.webhooks.values()].filter((webhook) => isActive(webhook, change.atMs));
  if (active.length === 0) return;
  const parts = splitChange(change, world.recordsPerPayload);
  for (const webhook of active) {
    const selected = parts.flatMap((part) => selectChanges(base, webhook, part) ?? []);
    for (const part of selected) webhook.payloads.push({ atMs: change.atMs, selected: part });
    const broken = losesWhatItWatches(webhook.specification, change);
    if (broken) {
      webhook.payloads.push({ atMs: change.atMs, error: 'INVALID_FILTERS' });
      webhook.isHookEnabled = false;
    }
    if (selected.length > 0 || broken) world.pings.notify(base, webhook, change.atMs);
  }
}

/** Payloads are kept for seven days; numbers go on, so that an old cursor skips what is gone. */
export function forgetOldPayloads(webhook: Webhook, nowMs: number): void {
  let old = 0;
  while (old < webhook.payloads.length && (webhook.payloads[old]?.atMs ?? nowMs) < nowMs - PAYLOAD_LIFE_MS) {
    old += 1;
  }
  if (old === 0) return;
  webhook.payloads.splice(0, old);
  webhook.firstPayload += old;
}

function losesWhatItWatches(specification: WebhookSpecification, change: CommittedChange): boolean {
  const { filters } = specification.options;
  if (filters.recordChangeScope && change.tablesDestroyed.has(filters.recordChangeScope)) return true;
  const watched = [...(filters.watchDataInFieldIds ?? []), ...(filters.watchSchemasOfFieldIds ?? [])];
  return [...change.tables.values()].some((table) => watched.some((id) => table.fieldsDestroyed.has(id)));
}

/** A large change spans several payloads, which share its time, number and actor. */
function splitChange(change: CommittedChange, mostRecords: number): CommittedChange[] {
  let records = 0;
  for (const table of change.tables.values()) {
    records += table.created.size + table.changed.size + table.destroyed.size;
  }
  if (records <= mostRecords) return [change];
  const parts: CommittedChange[] = [];
  for (const [tableId, table] of change.tables) {
    for (const slice of sliceTable(table, mostRecords)) {
      parts.push({ ...change, tables: new Map([[tableId, slice]]) });
    }
  }
  return parts.map((part, place) =>
    place === 0 ? part : { ...part, tablesCreated: new Map(), tablesDestroyed: new Set() },
  );
}

function* sliceTable(table: TableChanges, mostRecords: number): Generator<TableChanges> {
  const empty = {
    created: new Map<never, never>(),
    changed: new Map<never, never>(),
    destroyed: new Map<never, never>(),
  };
  const noSchema = { fieldsCreated: new Map(), fieldsChanged: new Map(), fieldsDestroyed: new Set<string>() };
  yield { ...table, ...empty };
  for (const kind of ['created', 'changed', 'destroyed'] as const) {
    const entries = [...table[kind]];
    for (let from = 0; from < entries.length; from += mostRecords) {
      const slice = new Map(entries.slice(from, from + mostRecords) as [string, never][]);
      yield { ...table, ...noSchema, metadata: null, ...empty, [kind]: slice };
    }
  }
}

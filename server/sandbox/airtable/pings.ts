import { createHmac } from 'node:crypto';
import type { Base } from './base.ts';
import type { NotificationResult, Webhook } from './webhooks.ts';

/** Changes within this time share one ping. */
const COALESCE_MS = 50;
const MOST_RETRIES = 13;
const FIRST_RETRY_MS = 10_000;

/** A notification to post; settle it with `pingSettled`. */
export type Ping = {
  id: string;
  baseId: string;
  webhookId: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** 0 for the first attempt. */
  retryNumber: number;
};

export type PingOutcome =
  | { ok: true; durationMs: number }
  | { ok: false; durationMs: number; message: string };

/** What a test may do to pings: lose the next ones, post them twice, or hold them back. */
export type PingFaults = { drop: number; double: number; delayMs: number };

type Waiting = {
  base: Base;
  webhook: Webhook;
  dueMs: number;
  retryNumber: number;
  inFlight: string | null;
  /** More changes came while the ping was on its way. */
  again: boolean;
};

/**
 * The notifications that wait to be posted. At most one per webhook is waiting or under way, whatever
 * the number of changes; a failed one is tried again for about a day, then notifications are turned off.
 */
export class PingOutbox {
  readonly #waiting = new Map<string, Waiting>();
  readonly faults: PingFaults = { drop: 0, double: 0, delayMs: 0 };
  /** Called when a ping starts to wait, for whoever posts them. */
  onWaiting: (() => void) | null = null;
  #nextId = 1;

  notify(base: Base, webhook: Webhook, atMs: number): void {
    if (webhook.notificationUrl === null || !webhook.areNotificationsEnabled) return;
    const waiting = this.#waiting.get(webhook.id);
    if (waiting) {
      if (waiting.inFlight !== null) waiting.again = true;
      return;
    }
    const dueMs = atMs + COALESCE_MS + this.faults.delayMs;
    this.#waiting.set(webhook.id, { base, webhook, dueMs, retryNumber: 0, inFlight: null, again: false });
    this.onWaiting?.();
  }

  clear(): void {
    this.#waiting.clear();
    Object.assign(this.faults, { drop: 0, double: 0, delayMs: 0 });
  }

  /** Takes the pings whose time has come. */
  due(nowMs: number): Ping[] {
    const pings: Ping[] = [];
    for (const waiting of this.#waiting.values()) {
      if (waiting.inFlight !== null || waiting.dueMs > nowMs) continue;
      const { webhook, base } = waiting;
      if (!webhook.areNotificationsEnabled || !base.webhooks.has(webhook.id)) {
        this.#waiting.delete(webhook.id);
      } else if (this.faults.drop > 0) {
        this.faults.drop -= 1;
        this.#waiting.delete(webhook.id);
      } else pings.push(...this.#post(waiting, nowMs));
    }
    return pings;
  }

  #post(waiting: Waiting, nowMs: number): Ping[] {
    const ping = this.#ping(waiting, nowMs);
    waiting.inFlight = ping.id;
    if (this.faults.double === 0) return [ping];
    this.faults.double -= 1;
    return [ping, { ...ping, id: `${ping.id} again` }];
  }

  #ping({ base, webhook, retryNumber }: Waiting, nowMs: number): Ping {
    const body = JSON.stringify({
      base: { id: base.id },
      webhook: { id: webhook.id },
      timestamp: new Date(nowMs).toISOString(),
    });
    const key = Buffer.from(webhook.macSecretBase64, 'base64');
    const mac = createHmac('sha256', key).update(body).digest('hex');
    const id = `ping ${this.#nextId}`;
    this.#nextId += 1;
    return {
      id,
      baseId: base.id,
      webhookId: webhook.id,
      url: webhook.notificationUrl ?? '',
      headers: { 'content-type': 'application/json', 'x-airtable-content-mac': `hmac-sha256=${mac}` },
      body,
      retryNumber,
    };
  }

  /** Notes how a ping went; the second copy of a doubled one changes nothing. */
  settle(pingId: string, outcome: PingOutcome, nowMs: number): void {
    const waiting = [...this.#waiting.values()].find((candidate) => candidate.inFlight === pingId);
    if (!waiting) return;
    const { webhook, base } = waiting;
    const willBeRetried = !outcome.ok && waiting.retryNumber < MOST_RETRIES;
    webhook.lastNotificationResult = resultOf(waiting.retryNumber, outcome, willBeRetried, nowMs);
    waiting.inFlight = null;
    if (willBeRetried) {
      waiting.dueMs = nowMs + FIRST_RETRY_MS * 2 ** waiting.retryNumber;
      waiting.retryNumber += 1;
      return;
    }
    this.#waiting.delete(webhook.id);
    if (!outcome.ok) webhook.areNotificationsEnabled = false;
    else {
      webhook.lastSuccessfulNotificationTime = new Date(nowMs).toISOString();
      if (waiting.again) this.notify(base, webhook, nowMs);
    }
  }

  /** When the next ping that is not under way is due; null when none waits. */
  nextDueMs(): number | null {
    let next: number | null = null;
    for (const { inFlight, dueMs } of this.#waiting.values()) {
      if (inFlight === null && (next === null || dueMs < next)) next = dueMs;
    }
    return next;
  }

  /** Whether every first attempt has been made and answered; retries may still wait for their time. */
  isIdle(): boolean {
    return [...this.#waiting.values()].every(
      ({ inFlight, retryNumber }) => inFlight === null && retryNumber > 0,
    );
  }
}

function resultOf(
  retryNumber: number,
  outcome: PingOutcome,
  willBeRetried: boolean,
  nowMs: number,
): NotificationResult {
  const completed = {
    completionTimestamp: new Date(nowMs).toISOString(),
    durationMs: outcome.durationMs,
    retryNumber,
  };
  if (outcome.ok) return { success: true, ...completed };
  return { success: false, ...completed, error: { message: outcome.message }, willBeRetried };
}

import { createHmac } from 'node:crypto';
import type { Random } from '../random.ts';
import type { WorldEvent } from './state.ts';

/** How long Buildium waits for an answer, and when it tries again; after the last try the event is lost. */
export const RESPONSE_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = [60_000, 600_000, 3_600_000] as const;
const FAILURES_UNTIL_SUSPENSION = 20;
const LONGEST_LOG = 2000;

export type Subscription = { url: string; secret: string };

/** What a test asks of the next deliveries. */
export type DeliveryBehaviour = {
  /** Between the event and its first delivery; null draws one from half a second to three. */
  lagMs: number | null;
  /** So many of the next events are never delivered. */
  drop: number;
  /** So many of the next events are delivered twice. */
  double: number;
  /** Events overtake one another. */
  reorder: boolean;
  /** Nothing is delivered until this is taken back. */
  hold: boolean;
};

export type Delivery = { id: number; url: string; body: string; headers: Record<string, string> };

type Pending = {
  id: number;
  eventName: string;
  body: string;
  attempts: number;
  dueMs: number;
  sending: boolean;
};

export type DeliveryLogEntry = {
  eventName: string;
  body: string;
  atMs: number;
  outcome: 'delivered' | 'failed' | 'lost' | 'dropped' | 'suspended' | 'no subscription';
  attempt: number;
  status: number | null;
};

/** The events that wait for delivery. It decides what is due; whoever asks carries it over the wire. */
export class Outbox {
  readonly #random: Random;
  readonly #accountId: number;
  #subscription: Subscription | null = null;
  #suspended = false;
  #consecutiveFailures = 0;
  #pending = new Map<number, Pending>();
  #sequence = 0;
  #log: DeliveryLogEntry[] = [];
  behaviour: DeliveryBehaviour = { lagMs: null, drop: 0, double: 0, reorder: false, hold: false };

  constructor(random: Random, accountId: number) {
    this.#random = random;
    this.#accountId = accountId;
  }

  /** What a person does on the webhooks page; it also lifts a suspension. Events fired meanwhile are lost. */
  subscribe(subscription: Subscription | null): void {
    this.#subscription = subscription;
    this.#suspended = false;
    this.#consecutiveFailures = 0;
  }

  get subscription(): Subscription | null {
    return this.#subscription;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  get log(): readonly DeliveryLogEntry[] {
    return this.#log;
  }

  /** Deliveries under way or not tried yet; those that wait for a retry are not counted. */
  get unsettled(): number {
    return [...this.#pending.values()].filter((delivery) => delivery.sending || delivery.attempts === 0)
      .length;
  }

  get pending(): number {
    return this.#pending.size;
  }

  record(event: WorldEvent, nowMs: number): void {
    this.#sequence += 1;
    const body = JSON.stringify({
      EventName: event.name,
      EventDateTime: eventDateTime(nowMs, this.#sequence),
      AccountId: this.#accountId,
      ...event.ids,
    });
    const refused = this.#refusedBecause();
    if (refused)
      return this.#note({
        eventName: event.name,
        body,
        atMs: nowMs,
        outcome: refused,
        attempt: 0,
        status: null,
      });
    const copies = this.behaviour.double > 0 ? 2 : 1;
    if (copies === 2) this.behaviour.double -= 1;
    for (let copy = 0; copy < copies; copy += 1) this.#enqueue(event.name, body, nowMs);
  }

  #refusedBecause(): 'no subscription' | 'suspended' | 'dropped' | null {
    if (!this.#subscription) return 'no subscription';
    if (this.#suspended) return 'suspended';
    if (this.behaviour.drop <= 0) return null;
    this.behaviour.drop -= 1;
    return 'dropped';
  }

  #enqueue(eventName: string, body: string, nowMs: number): void {
    this.#sequence += 1;
    const spread = this.behaviour.reorder ? this.#random.integer(0, 5000) : 0;
    const lagMs = this.behaviour.lagMs ?? this.#random.integer(500, 3000);
    const id = this.#sequence;
    this.#pending.set(id, {
      id,
      eventName,
      body,
      attempts: 0,
      dueMs: nowMs + lagMs + spread,
      sending: false,
    });
  }

  /** What must be sent now, signed with this moment's timestamp. Each must be settled afterwards. */
  due(nowMs: number): Delivery[] {
    const subscription = this.#subscription;
    if (this.behaviour.hold || this.#suspended || !subscription) return [];
    const due = [...this.#pending.values()]
      .filter((delivery) => !delivery.sending && delivery.dueMs <= nowMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.id - b.id);
    return due.map((delivery) => {
      delivery.sending = true;
      const headers = signedHeaders(subscription.secret, delivery.body, nowMs);
      return { id: delivery.id, url: subscription.url, body: delivery.body, headers };
    });
  }

  /** When something is next due, or null. */
  nextDueMs(): number | null {
    if (this.behaviour.hold || this.#suspended || !this.#subscription) return null;
    let next: number | null = null;
    for (const { sending, dueMs } of this.#pending.values())
      if (!sending && (next === null || dueMs < next)) next = dueMs;
    return next;
  }

  /** The receiver's answer; null when there was none within ten seconds. */
  settle(id: number, status: number | null, nowMs: number): void {
    const delivery = this.#pending.get(id);
    if (!delivery) return;
    delivery.sending = false;
    delivery.attempts += 1;
    const { eventName, body, attempts: attempt } = delivery;
    const note = (outcome: DeliveryLogEntry['outcome']): void =>
      this.#note({ eventName, body, atMs: nowMs, outcome, attempt, status });
    if (status !== null && status >= 200 && status < 300) {
      this.#consecutiveFailures = 0;
      this.#pending.delete(id);
      return note('delivered');
    }
    this.#consecutiveFailures += 1;
    const retryAfterMs = RETRY_AFTER_MS[attempt - 1];
    if (retryAfterMs === undefined) this.#pending.delete(id);
    else delivery.dueMs = nowMs + retryAfterMs;
    note(retryAfterMs === undefined ? 'lost' : 'failed');
    if (this.#consecutiveFailures < FAILURES_UNTIL_SUSPENSION) return;
    this.#suspended = true;
    this.#pending.clear();
  }

  #note(entry: DeliveryLogEntry): void {
    this.#log.push(entry);
    if (this.#log.length > LONGEST_LOG) this.#log = this.#log.slice(-LONGEST_LOG / 2);
  }
}

/** UTC with seven fraction digits, as Buildium writes it; the last four tell events of one millisecond apart. */
function eventDateTime(nowMs: number, sequence: number): string {
  const iso = new Date(nowMs).toISOString();
  return `${iso.slice(0, -1)}${String(sequence % 10_000).padStart(4, '0')}Z`;
}

/** The timestamp is that of the sending, in seconds, and part of what is signed. */
export function signedHeaders(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    'content-type': 'application/json',
    'buildium-webhook-timestamp': timestamp,
    'buildium-webhook-signature': createHmac('sha256', secret)
      .update(`${timestamp}.${body}`)
      .digest('base64'),
  };
}

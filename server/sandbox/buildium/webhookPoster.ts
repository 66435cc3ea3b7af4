import type { SimulatorClock } from '../clock.ts';
import { RESPONSE_TIMEOUT_MS, type Delivery } from './webhooks.ts';
import type { BuildiumWorld } from './world.ts';

/** Simulated time can jump, so a waiting delivery is looked at again at least this often. */
const LOOK_AGAIN_MS = 50;
const MOST_AT_ONCE = 32;

/** Posts a world's events over HTTP when their simulated time has come. */
export class WebhookPoster {
  readonly #world: BuildiumWorld;
  readonly #clock: SimulatorClock;
  readonly #queue: Delivery[] = [];
  readonly #posting = new Set<Promise<void>>();
  readonly #idleWaiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(world: BuildiumWorld, clock: SimulatorClock) {
    this.#world = world;
    this.#clock = clock;
  }

  /** Looks at the outbox as soon as something there is due. */
  wake(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isClosed) return;
    const dueMs = this.#world.outbox.nextDueMs();
    if (dueMs !== null) {
      const waitMs = Math.min(this.#clock.realMsUntil(dueMs), LOOK_AGAIN_MS);
      this.#timer = setTimeout(() => this.#run(), waitMs);
    }
    if (this.#isIdle()) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #run(): void {
    this.#queue.push(...this.#world.outbox.due(this.#clock.nowMs()));
    this.#postQueued();
    this.wake();
  }

  #postQueued(): void {
    while (this.#posting.size < MOST_AT_ONCE && !this.#isClosed) {
      const delivery = this.#queue.shift();
      if (!delivery) return;
      const posting: Promise<void> = this.#post(delivery).finally(() => {
        this.#posting.delete(posting);
        this.#postQueued();
        this.wake();
      });
      this.#posting.add(posting);
    }
  }

  async #post(delivery: Delivery): Promise<void> {
    const { outbox } = this.#world;
    const status = await this.#send(delivery);
    outbox.settle(delivery.id, status, this.#clock.nowMs());
  }

  /** The receiver's status, or null when it did not answer in time. */
  async #send(delivery: Delivery): Promise<number | null> {
    try {
      const answer = await fetch(delivery.url, {
        method: 'POST',
        headers: delivery.headers,
        body: delivery.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1000, RESPONSE_TIMEOUT_MS / this.#clock.speed())),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }

  #isIdle(): boolean {
    return this.#posting.size === 0 && this.#world.outbox.unsettled === 0;
  }

  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#queue.length = 0;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
    await Promise.allSettled(this.#posting);
  }
}

import type { SimulatorClock } from '../clock.ts';
import type { Ping, PingOutcome } from './pings.ts';
import type { AirtableWorld } from './world.ts';

/** A receiver has this long, in simulated time, to answer. */
const ANSWER_WITHIN_MS = 25_000;
/** Simulated time can jump, so a waiting ping is looked at again at least this often. */
const LOOK_AGAIN_MS = 50;

/** Posts the pings of a world over HTTP when their simulated time has come. */
export class PingPoster {
  readonly #world: AirtableWorld;
  readonly #clock: SimulatorClock;
  readonly #posting = new Set<Promise<void>>();
  readonly #idleWaiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(world: AirtableWorld, clock: SimulatorClock) {
    this.#world = world;
    this.#clock = clock;
    world.pings.onWaiting = () => this.wake();
  }

  /** Looks at the outbox as soon as something there is due. */
  wake(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isClosed) return;
    const dueMs = this.#world.pings.nextDueMs();
    if (dueMs !== null) {
      const wait = Math.min(this.#clock.realMsUntil(dueMs), LOOK_AGAIN_MS);
      this.#timer = setTimeout(() => this.#run(), wait);
    }
    if (!this.#isIdle()) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #run(): void {
    for (const ping of this.#world.pings.due(this.#clock.nowMs())) {
      const posting = this.#post(ping).finally(() => {
        this.#posting.delete(posting);
        this.wake();
      });
      this.#posting.add(posting);
    }
    this.wake();
  }

  async #post(ping: Ping): Promise<void> {
    const sentMs = this.#clock.nowMs();
    const outcome = await this.#send(ping, sentMs);
    if (!this.#isClosed) this.#world.pings.settle(ping.id, outcome, this.#clock.nowMs());
  }

  async #send(ping: Ping, sentMs: number): Promise<PingOutcome> {
    const elapsed = (): number => Math.round(this.#clock.nowMs() - sentMs);
    try {
      const answer = await fetch(ping.url, {
        method: 'POST',
        headers: ping.headers,
        body: ping.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1_000, ANSWER_WITHIN_MS / this.#clock.speed())),
      });
      await answer.arrayBuffer();
      if (answer.status === 200 || answer.status === 204) return { ok: true, durationMs: elapsed() };
      return { ok: false, durationMs: elapsed(), message: `The receiver answered ${answer.status}` };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, durationMs: elapsed(), message };
    }
  }

  #isIdle(): boolean {
    return this.#posting.size === 0 && this.#world.pings.isIdle();
  }

  /** Resolves when no first attempt waits or is under way. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#world.pings.onWaiting = null;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
    await Promise.allSettled(this.#posting);
  }
}
